"""Correct a certificate by another one that takes its place.

Nothing of an issued certificate is ever changed: a corrected name is a new certificate, of the same template
version, that says what it replaces. The old code stays, and leads to the new one.
"""

import json
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from certifly.certificates.errors import CertificateSuspended
from certifly.certificates.history import REPLACED, REPLACES, note_event
from certifly.certificates.issue import PreparedCertificate, issue, prepare
from certifly.certificates.models import Certificate
from certifly.certificates.reason import read_reason
from certifly.certificates.request import (
    IssueRequest,
    read_data,
    read_moment,
    read_send_email,
    refuse_unknown,
)
from certifly.certificates.standing import require_open, require_present
from certifly.core.errors import Invalid
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import Email
from certifly.delivery.email.queue import skip_unsent
from certifly.templates.fields import KEY_CHARACTERS_MAX
from certifly.templates.queries import PublishedTemplate

FIELDS = ("data", "reason", "send_email", "expires_at")
NO_CHANGE_FAULT = (
    "Nothing would change. Send under data each value that shall differ from the certificate's own, or null for "
    "one that shall go."
)
EXPIRED_FAULT = (
    "The certificate has expired, and so would this one. Send a new expires_at with the correction."
)
UNSENT_REASON = "Not sent: the certificate was replaced by a corrected one."


@dataclass(frozen=True, slots=True)
class ReplacementRequest:
    """A request whose own fields are understood; a field with a fault is None."""

    changes: Mapping[str, Any] | None
    reason: str | None
    send_email: bool
    expires_at: datetime | None


def read_replacement(body: Mapping[str, Any]) -> tuple[ReplacementRequest, dict[str, list[str]]]:
    """The request, and the faults of its fields by name."""
    faults: dict[str, list[str]] = {}
    changes = read_data(body, faults)
    reason = read_reason(body, faults, required=False)
    send_email = read_send_email(body, faults)
    expires_at = read_moment(body, "expires_at", faults)
    refuse_unknown(body, FIELDS, faults)
    return ReplacementRequest(changes, reason, send_email, expires_at), faults


def require_replaceable(certificate: Certificate) -> None:
    """Go on only with a certificate that holds, or has merely expired.

    Raises CertificateErased, CertificateRevoked, CertificateReplaced and CertificateSuspended.
    """
    require_present(certificate)
    require_open(certificate)
    if certificate.suspended_at is not None:
        raise CertificateSuspended(certificate.id)


def prepare_replacement(
    old: Certificate,
    template: PublishedTemplate,
    asked: ReplacementRequest,
    faults: Mapping[str, list[str]],
    *,
    code: uuid.UUID,
    check_url: str,
    issuer_name: str,
    fonts_dir: Path | None,
    now: datetime,
) -> PreparedCertificate:
    """Hold the corrected data against ``template``, the version that ``old`` was issued with.

    Without an ``expires_at`` of its own the new certificate expires when the old one does. Raises Invalid with every
    fault at once, and when nothing would change.
    """
    faults = {field: list(messages) for field, messages in faults.items()}
    expires_at = asked.expires_at or old.expires_at
    if asked.expires_at is None and old.expires_at is not None and old.expires_at <= now:
        faults.setdefault("expires_at", [EXPIRED_FAULT])
        expires_at = None
    kept = unchanged(old.data, asked.changes) if asked.changes is not None else {}
    prepared = prepare(
        IssueRequest(old.template_id, asked.changes, asked.send_email, expires_at, kept),
        faults,
        template,
        code=code,
        check_url=check_url,
        issuer_name=issuer_name,
        fonts_dir=fonts_dir,
        now=now,
    )
    # As text: 1 and 1.0 are one number, and printed differently.
    is_same = json.dumps(prepared.data, sort_keys=True) == json.dumps(old.data, sort_keys=True)
    if is_same and prepared.expires_at == old.expires_at:
        raise Invalid({"data": [NO_CHANGE_FAULT]})
    return prepared


def unchanged(data: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The old values that no change names; names that look alike are alike."""
    changed = {
        unicodedata.normalize("NFC", name) if len(name) <= KEY_CHARACTERS_MAX else name for name in changes
    }
    return {name: value for name, value in data.items() if name not in changed}


def replace(
    db: TenantDB,
    old: Certificate,
    prepared: PreparedCertificate,
    *,
    reason: str | None,
    actor: str | None,
    mail_configured: bool,
    now: datetime,
) -> tuple[Certificate, Email | None]:
    """Issue what was prepared in the place of ``old``, which was read to be changed, now and not when it was prepared.

    Messages about the old one that have not gone stay here. Raises what ``require_replaceable`` raises: of two
    corrections of one moment the second finds the certificate replaced.
    """
    require_replaceable(old)

    certificate, email = issue(db, prepared, mail_configured=mail_configured, replaces_id=old.id)
    old.successor_id = certificate.id
    old.replaced_at = now
    old.updated_at = now
    note_event(db, old.id, REPLACED, now=now, actor=actor, reason=reason, other_id=certificate.id)
    note_event(db, certificate.id, REPLACES, now=now, actor=actor, reason=reason, other_id=old.id)
    skip_unsent(db, old.id, reason=UNSENT_REASON, now=now)
    return certificate, email
