"""Private keys stay where they belong: no log, no error, no copy of the database holds one in any form."""

import base64
import logging
import pickle
import traceback
from collections.abc import Iterable
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from certifly.credentials.errors import KeysSealedOtherwise
from certifly.credentials.import_seal import import_seal
from certifly.credentials.keyring import Keyring, MasterKey
from certifly.credentials.models import SECRET, SigningKey
from certifly.credentials.public_keys import list_keys
from certifly.credentials.rotate import rotate, withdraw
from certifly.credentials.seal import seal_pdf
from certifly.db.database import Database
from certifly.db.engine import create_engine
from certifly.db.tenant import TenantDB
from tests.cast import MONDAY, SECRET_KEY, TUESDAY
from tests.sealing import ISSUER, PASSWORD, drawn_pdf, outside_chain, pkcs12_of, private_key

ROLES = 5
SHORTEST = 32
"""Bytes of the shortest private part; a piece of half that is looked for, so that no wrapping hides it."""


def private_parts(db: TenantDB, master: MasterKey) -> list[bytes]:
    """What nobody may see: of each key the number or bytes that it consists of."""
    parts = []
    for row in db.find(SigningKey):
        if row.sealed is None:
            continue
        secret = master.unseal(row.sealed, tenant_id=db.tenant_id, key_id=row.id)
        if row.role == SECRET:
            parts.append(secret)
            continue
        key = load_der_private_key(secret, password=None)
        if isinstance(key, EllipticCurvePrivateKey):
            size = (key.key_size + 7) // 8
            parts.append(key.private_numbers().private_value.to_bytes(size, "big"))
        elif isinstance(key, RSAPrivateKey):
            parts.append(key.private_numbers().p.to_bytes(key.key_size // 16, "big"))
        else:
            parts.append(secret[-SHORTEST:])
    return parts


def leaks(content: bytes, parts: Iterable[bytes]) -> list[str]:
    """In which forms the content holds one of the private parts."""
    found = []
    for part in parts:
        piece = part[: SHORTEST // 2]
        forms = {
            "bytes": piece,
            "hex": piece.hex().encode(),
            "HEX": piece.hex().upper().encode(),
            "number": str(int.from_bytes(part, "big")).encode(),
            "repr": repr(part)[2:-1].encode(),
            "list": str(list(piece))[1:-1].encode(),
        }
        for shift in range(3):  # base64 of the same bytes reads in three ways, by what stands before them
            # The first group mixes with what is before, the last with what follows.
            forms[f"base64 {shift}"] = base64.b64encode(bytes(shift) + piece)[4:-4]
            forms[f"base64url {shift}"] = base64.urlsafe_b64encode(bytes(shift) + piece)[4:-4]
        found += [name for name, form in forms.items() if form in content]
    return found


def dump_of(database_url: str) -> bytes:
    """Every row of every table, as text and as bytes; on SQLite also the files as they lie on the disk."""
    engine = create_engine(database_url, writes=False, connections_max=1)
    dump = b""
    try:
        tables = sa.MetaData()
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT set_config('certifly.tenant', '1', false)"))
            tables.reflect(connection)
            for table in tables.sorted_tables:
                for row in connection.execute(sa.select(table)):
                    dump += repr(tuple(row)).encode()
                    dump += b"\n".join(bytes(cell) for cell in row if isinstance(cell, bytes | memoryview))
    finally:
        engine.dispose()
    path = Path(database_url.removeprefix("sqlite:///"))
    for file in sorted(path.parent.glob(f"{path.name}*")) if database_url.startswith("sqlite") else []:
        dump += file.read_bytes()
    return dump


def test_what_looks_for_leaks_finds_them() -> None:
    part = bytes(range(60, 60 + SHORTEST))

    for leak in (
        b"x" + part + b"y",
        f"key {part.hex()}".encode(),
        repr({"key": part}).encode(),
        base64.b64encode(b"PKCS8 header" + part),
        base64.b64encode(b"PKCS8 headers" + part + b"!"),
        base64.urlsafe_b64encode(b"a header of 15." + b"-" + part),
        str(int.from_bytes(part, "big")).encode(),
    ):
        assert leaks(leak, [part]) != [], leak
    assert leaks(b"nothing of the kind", [part]) == []


def test_no_private_key_reaches_a_log_an_error_a_file_or_the_database(
    database: Database, lovelace: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    master = MasterKey.from_settings(None, SECRET_KEY)
    keyring = Keyring(master)
    shown: list[str] = []

    def live(db: TenantDB) -> list[bytes]:
        """A life of keys; returns the private parts of all that there were."""
        facts = {"issuer_name": ISSUER, "slug": "lovelace"}
        keyring.create(db, **facts, now=MONDAY)
        keys = keyring.current(db)
        parts = private_parts(db, master)
        rotate(db, keyring, **facts, now=TUESDAY)
        private = private_key("RSA 2048")
        import_seal(db, keyring, pkcs12_of(private, outside_chain(private)), PASSWORD, now=TUESDAY)
        parts += private_parts(db, master)
        withdraw(db, keyring, "token-1", reason="laptop stolen", **facts, now=TUESDAY)
        parts += private_parts(db, master)
        shown.extend(map(repr, [keys, keyring, master, *db.find(SigningKey), *list_keys(db)]))
        return parts

    parts = database.write(lovelace, live).result()
    keys = database.read(lovelace, keyring.current).result()
    sealed = seal_pdf(drawn_pdf(tmp_path), keys.seal, signed_at=TUESDAY, issuer_name=ISSUER)
    shown += [repr(keys), str(keys.seal), keys.token.sign(b"statement").hex()]
    errors = [refusal_of(database, lovelace), unpickled(keys)]

    assert len(parts) > 2 * ROLES
    assert all(len(part) >= SHORTEST for part in parts)
    assert leaks("".join([*shown, *errors, caplog.text]).encode(), parts) == []
    assert leaks(sealed, parts) == []
    assert leaks(dump_of(database.url), parts) == []
    assert b"seal-3" in dump_of(database.url), "the dump is one of the keys"


def refusal_of(database: Database, tenant_id: int) -> str:
    """All that an error tells of keys that do not open, with its traceback."""
    stranger = Keyring(MasterKey.from_settings("another" * 8, SECRET_KEY))
    with pytest.raises(KeysSealedOtherwise) as refusal:
        database.read(tenant_id, stranger.current).result()
    return "".join(traceback.format_exception(refusal.value)) + repr(refusal.value.__dict__)


def unpickled(keys: object) -> str:
    """What an attempt to store keys leaves behind."""
    with pytest.raises(TypeError) as refusal:
        pickle.dumps(keys)
    return "".join(traceback.format_exception(refusal.value))
