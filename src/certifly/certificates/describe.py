"""A certificate as the API shows it."""

from typing import Any

from certifly.certificates.models import RENDERED, Certificate
from certifly.certificates.routes import routes_of
from certifly.core.clock import isoformat


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


def describe_fully(certificate: Certificate, *, public_url: str) -> dict[str, Any]:
    """The same, and what only a reader of one's own certificates wants to know."""
    return describe(certificate, public_url=public_url) | {
        "template_version": certificate.template_version,
        "status": certificate.state,
        "failure": certificate.failure,
    }
