"""A certificate as the API shows it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from certifly.certificates.history import HistoryEntry
from certifly.certificates.issue import PreparedCertificate, recipient_of
from certifly.certificates.models import RENDERED, Certificate
from certifly.certificates.routes import routes_of
from certifly.certificates.standing import standing_of
from certifly.core.clock import isoformat
from certifly.templates.values import title_of


def describe(certificate: Certificate, *, public_url: str) -> dict[str, Any]:
    """The seven inner fields of the published answer, exactly."""
    return {
        "code": str(certificate.code),
        "data": certificate.data,
        "routes": routes_of(public_url, certificate.code),
        "created_at": isoformat(certificate.created_at),
        "updated_at": isoformat(certificate.updated_at),
        "is_rendered": certificate.state == RENDERED,
        "template_id": str(certificate.template_id),
    }


def describe_fully(certificate: Certificate, *, public_url: str, now: datetime) -> dict[str, Any]:
    """The same, and what only a reader of one's own certificates wants to know, as it is at the moment ``now``."""
    return describe(certificate, public_url=public_url) | {
        "template_version": certificate.template_version,
        "edition": certificate.edition,
        "status": standing_of(certificate, now),
        "failure": certificate.failure,
        "expires_at": _moment(certificate.expires_at),
        "revoked_at": _moment(certificate.revoked_at),
        "revocation_reason": certificate.revocation_reason,
        "suspended_at": _moment(certificate.suspended_at),
        "suspension_reason": certificate.suspension_reason,
        "replaces": _id(certificate.replaces_id),
        "replaced_by": _id(certificate.successor_id),
        "replaced_at": _moment(certificate.replaced_at),
        "erased_at": _moment(certificate.erased_at),
    }


def describe_prepared(
    prepared: PreparedCertificate, *, warnings: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """What would be issued: nothing of it is stored, so it has neither id nor code."""
    template, recipient = prepared.template, recipient_of(prepared)
    return {
        "template_id": str(template.template_id),
        "template_version": template.version,
        "data": prepared.data,
        "title": title_of(template.document, prepared.drawing["values"]),
        "recipient": {"name": recipient.name, "email": recipient.email},
        "expires_at": _moment(prepared.expires_at),
        "warnings": {path: list(told) for path, told in warnings.items()},
    }


def describe_event(entry: HistoryEntry) -> dict[str, Any]:
    """One entry of a certificate's history, without its place, which the answer names around it."""
    return {
        "kind": entry.kind,
        "happened_at": isoformat(entry.happened_at),
        "actor": entry.actor,
        "reason": entry.reason,
        "other_certificate_id": _id(entry.other_id),
    }


def _moment(moment: datetime | None) -> str | None:
    return isoformat(moment) if moment is not None else None


def _id(number: int | None) -> str | None:
    return str(number) if number is not None else None
