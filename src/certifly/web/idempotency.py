"""One certificate for one ``Idempotency-Key``, however often the request is sent.

The record of the first answer is written in the same commit as the certificate, so there is never one without
the other. Only successes are recorded: a refused request may be corrected and sent again under its key.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from certifly.core.errors import DomainError, Invalid
from certifly.db.tenant import TenantDB
from certifly.web.caller import Call
from certifly.web.recorded import KEPT_FOR, KEY_LENGTH_MAX, IdempotencyRecord

HEADER = "Idempotency-Key"
WAIT_SECONDS = 10.0
"""How long a request waits for an earlier one with the same key."""

_KEY = re.compile(rf"[\x20-\x7e]{{1,{KEY_LENGTH_MAX}}}")


class IdempotencyKeyInUse(DomainError):
    """A request with this key has been under way for longer than we wait."""

    def __init__(self) -> None:
        super().__init__(
            "A request with this Idempotency-Key is still under way. Repeat this one in a few seconds."
        )


@dataclass(frozen=True, slots=True)
class Key:
    """A caller's key, and what it stands for."""

    name: str
    fingerprint: str


def read_key(header: str | None, body: Any) -> Key | None:
    """The key of a request, quoted or bare, with the fingerprint of its decoded body. Raises Invalid."""
    if header is None:
        return None
    name = header.strip()
    if len(name) >= 2 and name[0] == name[-1] == '"':
        name = name[1:-1]
    if not _KEY.fullmatch(name):
        raise Invalid({HEADER: [f"An {HEADER} has 1 to {KEY_LENGTH_MAX} printable ASCII characters."]})
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return Key(name, hashlib.sha256(canonical.encode()).hexdigest())


async def replay(call: Call, key: Key | None) -> bytes | None:
    """The recorded answer to this key, if there is one. Raises Invalid when it stands for another body."""
    if key is None:
        return None
    return await call.read(lambda db: _recorded(db, key, call.now))


async def once(call: Call, key: Key | None, work: Callable[[TenantDB], bytes]) -> tuple[bytes, bool]:
    """Commit ``work`` and return its answer, or the answer recorded for the key and True."""
    if key is None:
        return await call.write(work), False

    def keyed(db: TenantDB) -> tuple[bytes, bool]:
        db.lock()
        recorded = _recorded(db, key, call.now)
        if recorded is not None:
            return recorded, True
        answer = work(db)
        db.remove(IdempotencyRecord, IdempotencyRecord.key == key.name)  # one that has expired
        db.insert(
            IdempotencyRecord,
            key=key.name,
            fingerprint=key.fingerprint,
            body=answer.decode(),
            created_at=call.now,
        )
        return answer, False

    try:
        async with asyncio.timeout(WAIT_SECONDS):
            return await call.write(keyed)
    except TimeoutError:
        raise IdempotencyKeyInUse from None


def _recorded(db: TenantDB, key: Key, now: datetime) -> bytes | None:
    record = db.get(IdempotencyRecord, key.name)
    if record is None or record.created_at <= now - KEPT_FOR:
        return None
    if record.fingerprint != key.fingerprint:
        raise Invalid({HEADER: ["This key was used with another body. Use a new key for a new request."]})
    return record.body.encode()
