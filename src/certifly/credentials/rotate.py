"""Change keys: rotate them as a habit, withdraw them after a compromise.

A rotated key is kept: it signs nothing new, and what it signed stays valid. A withdrawn key is destroyed here and
disowned: nothing that it signed is valid any more, whenever that was, since whoever has it can write any time into
what he forges. What rests on it falls with it, a successor is there in the same commit, and whoever calls sees to
it that certificates are signed anew.
"""

from collections.abc import Collection
from datetime import datetime

from certifly.core.errors import Invalid, NotFound
from certifly.credentials.keyring import Keyring
from certifly.credentials.make_keys import active_key, authority_of, make_key
from certifly.credentials.models import (
    ACTIVE,
    AUTHORITY,
    KEPT,
    PROOF,
    SEAL,
    SECRET,
    TOKEN,
    WITHDRAWN,
    SigningKey,
)
from certifly.credentials.public_keys import PublicKey, describe
from certifly.db.tenant import TenantDB

ROTATED_ROLES = (PROOF, TOKEN, SEAL)
"""The authority and the secret stay: readers trust the one, and places in status lists follow from the other."""
REASON_CHARACTERS_MAX = 500


def rotate(
    db: TenantDB,
    keyring: Keyring,
    *,
    roles: Collection[str] = ROTATED_ROLES,
    issuer_name: str,
    slug: str,
    now: datetime,
) -> list[PublicKey]:
    """New keys of these roles; the former are kept. Returns the new ones.

    A seal that came from an outside authority is followed by one under the tenant's own. Raises
    KeysSealedOtherwise.
    """
    assert set(roles) <= set(ROTATED_ROLES)
    db.lock()
    made = []
    for role in ROTATED_ROLES:
        if role in roles:
            keep_active(db, role, now=now)
            made.append(make_key(db, keyring.master, role, issuer_name=issuer_name, slug=slug, now=now))
    return [describe(row) for row in made]


def withdraw(
    db: TenantDB,
    keyring: Keyring,
    key_id: str,
    *,
    reason: str,
    issuer_name: str,
    slug: str,
    now: datetime,
) -> list[str]:
    """Disown a key for ever; returns the ids of all keys whose signatures are worth nothing from now on.

    With an authority the seals under it fall, with a secret the proofs and tokens, since they state what was derived
    from it, and with an imported seal whatever else came with the same private key. Withdrawing twice keeps the
    first reason and moment. Raises NotFound, Invalid, KeysSealedOtherwise.
    """
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= REASON_CHARACTERS_MAX:
        raise Invalid({"reason": [f"A reason has 1 to {REASON_CHARACTERS_MAX} characters."]})
    db.lock()
    row = db.get(SigningKey, key_id)
    if row is None:
        raise NotFound(f"There is no key {key_id}. See: certifly keys list --tenant {slug}")

    fallen = [row, *_resting_on(db, row)]
    replaced = [one.role for one in fallen if one.state == ACTIVE]
    for one in fallen:
        _destroy(one, reason=reason, now=now)
    for role in replaced:
        # An authority comes first in this list; the seal that was under it may have made the new one already.
        if active_key(db, role) is None:
            make_key(db, keyring.master, role, issuer_name=issuer_name, slug=slug, now=now)
    return sorted(one.id for one in fallen)


def keep_active(db: TenantDB, role: str, *, now: datetime) -> None:
    """The active key of this role, if there is one, signs nothing new from now on."""
    former = active_key(db, role)
    if former is not None:
        former.state = KEPT
        former.kept_since = now


def _resting_on(db: TenantDB, row: SigningKey) -> list[SigningKey]:
    rows = db.find(SigningKey)
    if row.role == AUTHORITY:
        return [one for one in rows if one.role == SEAL and authority_of(one, rows) is row]
    if row.role == SECRET:
        return [one for one in rows if one.role in (PROOF, TOKEN)]
    if row.role == SEAL:
        return [one for one in rows if one is not row and one.public_key == row.public_key]
    return []


def _destroy(row: SigningKey, *, reason: str, now: datetime) -> None:
    if row.state == WITHDRAWN:
        return
    row.state = WITHDRAWN
    row.sealed = None
    row.withdrawn_at = now
    row.reason = reason
