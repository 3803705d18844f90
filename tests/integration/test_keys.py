"""Keys of tenants: made once, found again, of use to nobody without the master key."""

import threading

import pytest

from certifly.credentials.errors import KeysSealedOtherwise
from certifly.credentials.keyring import Keyring, MasterKey, SigningKeys
from certifly.credentials.models import SigningKey
from certifly.credentials.public_keys import list_keys
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from tests.cast import MONDAY, SECRET_KEY, TUESDAY


@pytest.fixture
def keyring() -> Keyring:
    """The keys of an installation that has only a secret key."""
    return Keyring(MasterKey.from_settings(None, SECRET_KEY))


def ensured(database: Database, tenant_id: int, keyring: Keyring) -> SigningKeys:
    """The tenant's keys, made on Monday if there are none."""
    return database.write(
        tenant_id,
        lambda db: keyring.ensure(db, issuer_name="Lovelace Academy", slug="lovelace", now=MONDAY),
    ).result()


def test_a_tenant_gets_one_key_of_each_role(database: Database, lovelace: int, keyring: Keyring) -> None:
    keys = ensured(database, lovelace, keyring)

    found = database.read(lovelace, list_keys).result()
    assert [(key.id, key.algorithm, key.state) for key in found] == [
        ("authority-1", "P-256", "active"),
        ("proof-1", "Ed25519", "active"),
        ("seal-1", "P-256", "active"),
        ("secret-1", "HMAC-SHA256", "active"),
        ("token-1", "P-256", "active"),
    ]
    assert (keys.proof.id, keys.token.id, keys.seal.id) == ("proof-1", "token-1", "seal-1")
    assert keys.created_at == MONDAY


def test_without_keys_there_is_nothing_to_sign_with(
    database: Database, lovelace: int, keyring: Keyring
) -> None:
    assert database.read(lovelace, keyring.current).result() is None


def test_keys_are_found_again_by_another_process(database: Database, lovelace: int, keyring: Keyring) -> None:
    made = ensured(database, lovelace, keyring)

    elsewhere = Keyring(MasterKey.from_settings(None, SECRET_KEY))
    found = database.read(lovelace, elsewhere.current).result()

    assert found is not None
    assert found.proof.sign(b"statement") == made.proof.sign(b"statement")
    assert found.token.sign(b"statement") == made.token.sign(b"statement")
    assert found.seal.sign(b"statement") == made.seal.sign(b"statement")
    assert found.secret.derive("salt", "code") == made.secret.derive("salt", "code")


def test_making_them_twice_makes_them_once(database: Database, lovelace: int, keyring: Keyring) -> None:
    first = ensured(database, lovelace, keyring)
    again = database.write(
        lovelace, lambda db: keyring.ensure(db, issuer_name="Another", slug="lovelace", now=TUESDAY)
    ).result()

    assert again.proof is first.proof
    assert again.created_at == MONDAY
    assert len(database.read(lovelace, list_keys).result()) == 5


def test_two_processes_at_once_make_one_set(database: Database, lovelace: int) -> None:
    others = [Database(database.url) for _ in range(3)]
    gate = threading.Barrier(len(others))
    made: list[SigningKeys] = []

    def make(opened: Database) -> None:
        keyring = Keyring(MasterKey.from_settings(None, SECRET_KEY))
        gate.wait()
        made.append(ensured(opened, lovelace, keyring))

    threads = [threading.Thread(target=make, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in others:
        one.close()

    assert len({keys.proof.public_multibase for keys in made}) == 1
    assert len(made) == len(others)
    assert len(database.read(lovelace, list_keys).result()) == 5


def test_another_master_key_opens_nothing(database: Database, lovelace: int, keyring: Keyring) -> None:
    ensured(database, lovelace, keyring)
    stranger = Keyring(MasterKey.from_settings("another" * 8, SECRET_KEY))

    with pytest.raises(KeysSealedOtherwise, match="CERTIFLY_MASTER_KEY"):
        database.read(lovelace, stranger.current).result()


def test_a_key_moved_to_another_tenant_does_not_open(
    database: Database, lovelace: int, keyring: Keyring, make_tenant: object
) -> None:
    assert callable(make_tenant)
    other = make_tenant("babbage")
    ensured(database, lovelace, keyring)
    ensured(database, other, keyring)
    stolen = database.read(lovelace, lambda db: _row(db, "proof-1").sealed).result()

    def put(db: TenantDB) -> None:
        _row(db, "proof-1").sealed = stolen

    database.write(other, put).result()

    with pytest.raises(KeysSealedOtherwise):
        database.read(other, keyring.current).result()


def test_the_keys_of_an_edition_are_found_by_name(
    database: Database, lovelace: int, keyring: Keyring
) -> None:
    made = ensured(database, lovelace, keyring)

    found = database.read(
        lovelace, lambda db: keyring.recorded(db, proof="proof-1", token="token-1", seal="seal-1")
    ).result()
    missing = database.read(
        lovelace, lambda db: keyring.recorded(db, proof="proof-9", token="token-1", seal="seal-1")
    ).result()

    assert found == made
    assert missing is None


def _row(db: TenantDB, key_id: str) -> SigningKey:
    row = db.get(SigningKey, key_id)
    assert row is not None
    return row
