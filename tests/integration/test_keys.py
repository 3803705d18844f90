"""Keys of tenants: made once, found again, of use to nobody without the master key."""

import pytest
from cryptography.x509 import load_der_x509_certificate

from certifly.core.errors import Invalid, NotFound
from certifly.credentials.errors import KeysSealedOtherwise
from certifly.credentials.establish import establish_tenant
from certifly.credentials.keyring import Keyring, MasterKey, SigningKeys
from certifly.credentials.models import SigningKey
from certifly.credentials.public_keys import list_keys
from certifly.credentials.rotate import REASON_CHARACTERS_MAX, ROTATED_ROLES, rotate, withdraw
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from tests.cast import MONDAY, SECRET_KEY, TUESDAY


@pytest.fixture
def keyring() -> Keyring:
    """The keys of an installation that has only a secret key."""
    return Keyring(MasterKey.from_settings(None, SECRET_KEY))


def created(database: Database, tenant_id: int, keyring: Keyring) -> SigningKeys:
    """The tenant's keys, created on Monday."""

    def work(db: TenantDB) -> SigningKeys:
        keyring.create(db, issuer_name="Lovelace Academy", slug="lovelace", now=MONDAY)
        return keyring.current(db)

    return database.write(tenant_id, work).result()


def test_a_tenant_gets_one_key_of_each_role(database: Database, lovelace: int, keyring: Keyring) -> None:
    keys = created(database, lovelace, keyring)

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


def test_keys_are_found_again_by_another_process(database: Database, lovelace: int, keyring: Keyring) -> None:
    made = created(database, lovelace, keyring)

    elsewhere = Keyring(MasterKey.from_settings(None, SECRET_KEY))
    found = database.read(lovelace, elsewhere.current).result()

    assert found.proof.sign(b"statement") == made.proof.sign(b"statement")
    assert found.token.sign(b"statement") == made.token.sign(b"statement")
    assert found.seal.sign(b"statement") == made.seal.sign(b"statement")
    assert found.secret.derive("salt", "code") == made.secret.derive("salt", "code")


def test_another_master_key_opens_nothing(database: Database, lovelace: int, keyring: Keyring) -> None:
    created(database, lovelace, keyring)
    stranger = Keyring(MasterKey.from_settings("another" * 8, SECRET_KEY))

    with pytest.raises(KeysSealedOtherwise, match="CERTIFLY_MASTER_KEY"):
        database.read(lovelace, stranger.current).result()


def test_a_key_moved_to_another_tenant_does_not_open(
    database: Database, lovelace: int, keyring: Keyring, make_tenant: object
) -> None:
    assert callable(make_tenant)
    other = make_tenant("babbage")
    created(database, lovelace, keyring)
    created(database, other, keyring)
    stolen = database.read(lovelace, lambda db: _row(db, "proof-1").sealed).result()

    def put(db: TenantDB) -> None:
        _row(db, "proof-1").sealed = stolen

    database.write(other, put).result()

    with pytest.raises(KeysSealedOtherwise):
        database.read(other, keyring.current).result()


def test_the_keys_of_an_edition_are_found_by_name(
    database: Database, lovelace: int, keyring: Keyring
) -> None:
    made = created(database, lovelace, keyring)

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


def rotated(database: Database, tenant_id: int, keyring: Keyring, *roles: str) -> list[str]:
    made = database.write(
        tenant_id,
        lambda db: rotate(
            db,
            keyring,
            roles=roles or ROTATED_ROLES,
            issuer_name="Lovelace Academy",
            slug="lovelace",
            now=TUESDAY,
        ),
    ).result()
    return [one.id for one in made]


def withdrawn(
    database: Database, tenant_id: int, keyring: Keyring, key_id: str, reason: str = "laptop stolen"
) -> list[str]:
    return database.write(
        tenant_id,
        lambda db: withdraw(
            db,
            keyring,
            key_id,
            reason=reason,
            issuer_name="Lovelace Academy",
            slug="lovelace",
            now=TUESDAY,
        ),
    ).result()


def states(database: Database, tenant_id: int) -> dict[str, str]:
    return {one.id: one.state for one in database.read(tenant_id, list_keys).result()}


def test_rotation_keeps_the_former_keys(database: Database, lovelace: int, keyring: Keyring) -> None:
    before = created(database, lovelace, keyring)

    assert rotated(database, lovelace, keyring) == ["proof-2", "token-2", "seal-2"]

    assert states(database, lovelace) == {
        "authority-1": "active",
        "proof-1": "kept",
        "seal-1": "kept",
        "secret-1": "active",
        "token-1": "kept",
        "proof-2": "active",
        "seal-2": "active",
        "token-2": "active",
    }
    after = database.read(lovelace, keyring.current).result()
    assert (after.proof.id, after.created_at) == ("proof-2", TUESDAY)
    assert after.seal.chain[1] == before.seal.chain[1], "readers who trust the authority trust the new seal"
    assert after.secret is before.secret


def test_one_role_can_be_rotated_alone(database: Database, lovelace: int, keyring: Keyring) -> None:
    created(database, lovelace, keyring)

    assert rotated(database, lovelace, keyring, "token") == ["token-2"]
    assert rotated(database, lovelace, keyring, "token") == ["token-3"]


def test_a_kept_key_makes_the_files_of_its_time_again(
    database: Database, lovelace: int, keyring: Keyring
) -> None:
    before = created(database, lovelace, keyring)
    rotated(database, lovelace, keyring)

    found = database.read(
        lovelace, lambda db: keyring.recorded(db, proof="proof-1", token="token-2", seal="seal-1")
    ).result()

    assert found is not None
    assert (found.proof, found.token.id, found.seal) == (before.proof, "token-2", before.seal)
    assert found.created_at == TUESDAY


def test_a_withdrawn_key_is_destroyed_and_followed_at_once(
    database: Database, lovelace: int, keyring: Keyring
) -> None:
    before = created(database, lovelace, keyring)

    assert withdrawn(database, lovelace, keyring, "proof-1") == ["proof-1"]

    row = database.read(lovelace, lambda db: _facts(db, "proof-1")).result()
    assert row == ("withdrawn", None, "laptop stolen", TUESDAY, True)
    after = database.read(lovelace, keyring.current).result()
    assert after.proof.id == "proof-2"
    assert after.token is before.token
    assert recorded(database, lovelace, keyring) is None


def test_a_kept_key_is_withdrawn_without_a_successor(
    database: Database, lovelace: int, keyring: Keyring
) -> None:
    created(database, lovelace, keyring)
    rotated(database, lovelace, keyring)

    assert withdrawn(database, lovelace, keyring, "token-1") == ["token-1"]
    assert set(states(database, lovelace)) >= {"token-1", "token-2"}
    assert "token-3" not in states(database, lovelace)


def test_withdrawing_twice_keeps_the_first_reason(
    database: Database, lovelace: int, keyring: Keyring
) -> None:
    created(database, lovelace, keyring)
    withdrawn(database, lovelace, keyring, "proof-1", reason="  laptop\n stolen ")

    assert withdrawn(database, lovelace, keyring, "proof-1", reason="second thoughts") == ["proof-1"]
    assert database.read(lovelace, lambda db: _facts(db, "proof-1")).result()[2] == "laptop stolen"
    assert "proof-3" not in states(database, lovelace)


def test_with_an_authority_the_seals_under_it_fall(
    database: Database, lovelace: int, keyring: Keyring
) -> None:
    created(database, lovelace, keyring)
    rotated(database, lovelace, keyring, "seal")

    assert withdrawn(database, lovelace, keyring, "authority-1") == ["authority-1", "seal-1", "seal-2"]

    after = database.read(lovelace, keyring.current).result()
    assert after.seal.id == "seal-3"
    assert after.seal.authority is not None
    assert after.seal.authority.id == "authority-2"
    assert after.seal.chain[1] == after.seal.authority.certificate
    assert sorted(one for one, state in states(database, lovelace).items() if state == "active") == [
        "authority-2",
        "proof-1",
        "seal-3",
        "secret-1",
        "token-1",
    ]


def test_with_the_secret_everything_that_states_it_falls(
    database: Database, lovelace: int, keyring: Keyring
) -> None:
    before = created(database, lovelace, keyring)

    assert withdrawn(database, lovelace, keyring, "secret-1") == ["proof-1", "secret-1", "token-1"]

    after = database.read(lovelace, keyring.current).result()
    assert (after.proof.id, after.token.id, after.seal) == ("proof-2", "token-2", before.seal)
    assert after.secret.derive("salt", "code") != before.secret.derive("salt", "code")


def test_the_authority_lists_the_seals_that_were_withdrawn(
    database: Database, lovelace: int, keyring: Keyring
) -> None:
    first = created(database, lovelace, keyring).seal
    assert first.authority is not None
    assert first.authority.withdrawn == ()
    rotated(database, lovelace, keyring, "seal")
    second = database.read(lovelace, keyring.current).result()
    assert second.seal.authority is not None
    assert second.seal.authority.withdrawn == ()

    withdrawn(database, lovelace, keyring, "seal-1")

    again = database.read(lovelace, keyring.current).result()
    assert again.seal.authority is not None
    serial = load_der_x509_certificate(first.chain[0]).serial_number
    assert again.seal.authority.withdrawn == ((serial, TUESDAY),)
    assert again.seal.chain == second.seal.chain


def test_lost_keys_can_be_withdrawn_without_opening_them(
    database: Database, lovelace: int, keyring: Keyring
) -> None:
    created(database, lovelace, keyring)
    later = Keyring(MasterKey.from_settings("another" * 8, SECRET_KEY))

    with pytest.raises(KeysSealedOtherwise):
        withdrawn(database, lovelace, later, "seal-1")
    for key_id in ("authority-1", "secret-1"):
        withdrawn(database, lovelace, later, key_id)

    after = database.read(lovelace, later.current).result()
    assert (after.proof.id, after.token.id, after.seal.id) == ("proof-2", "token-2", "seal-2")


def test_an_unknown_key_and_a_missing_reason_are_refused(
    database: Database, lovelace: int, keyring: Keyring
) -> None:
    created(database, lovelace, keyring)

    with pytest.raises(NotFound, match="no key proof-7"):
        withdrawn(database, lovelace, keyring, "proof-7")
    for reason in ("", " ", "x" * (REASON_CHARACTERS_MAX + 1)):
        with pytest.raises(Invalid, match="A reason has"):
            withdrawn(database, lovelace, keyring, "proof-1", reason=reason)
    assert states(database, lovelace)["proof-1"] == "active"
    withdrawn(database, lovelace, keyring, "proof-1", reason="x" * REASON_CHARACTERS_MAX)


def test_opened_keys_are_held_for_so_many_and_no_more(
    database: Database, lovelace: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certifly.credentials.keyring.OPENED_MAX", 3)
    keyring = Keyring(MasterKey.from_settings(None, SECRET_KEY))

    first = created(database, lovelace, keyring)
    second = database.read(lovelace, keyring.current).result()

    assert second.secret is first.secret or second.proof is not first.proof
    assert second.proof.sign(b"statement") == first.proof.sign(b"statement")
    assert repr(keyring) == "Keyring(3 opened)"


def test_a_tenant_is_established_with_its_keys(database: Database, keyring: Keyring) -> None:
    tenant_id = database.write_directory(
        lambda directory: (
            establish_tenant(directory, keyring, slug="babbage", name="Babbage Works", now=MONDAY).id
        )
    ).result()

    keys = database.read(tenant_id, keyring.current).result()
    own = load_der_x509_certificate(keys.seal.chain[0])
    assert "Babbage Works" in own.subject.rfc4514_string()


def recorded(database: Database, tenant_id: int, keyring: Keyring) -> SigningKeys | None:
    return database.read(
        tenant_id, lambda db: keyring.recorded(db, proof="proof-1", token="token-1", seal="seal-1")
    ).result()


def _facts(db: TenantDB, key_id: str) -> tuple[object, ...]:
    row = _row(db, key_id)
    return row.state, row.sealed, row.reason, row.withdrawn_at, row.public_key is not None
