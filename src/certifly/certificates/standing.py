"""What a certificate is now, in one word, and what may still become of it.

A revoked or replaced certificate stays so for ever: nothing here has a way back from it.
"""

from datetime import datetime
from typing import Literal, cast, get_args

from certifly.certificates.errors import CertificateErased, CertificateReplaced, CertificateRevoked
from certifly.certificates.models import Certificate

Standing = Literal["erased", "revoked", "replaced", "suspended", "expired", "recorded", "rendered", "failed"]
"""The first that applies, in this order: the last three are those of production, of a certificate that holds."""

STANDINGS: tuple[Standing, ...] = get_args(Standing)


def standing_of(certificate: Certificate, now: datetime) -> Standing:
    """What a certificate is at the moment ``now``."""
    if certificate.erased_at is not None:
        return "erased"
    if certificate.revoked_at is not None:
        return "revoked"
    if certificate.successor_id is not None:
        return "replaced"
    if certificate.suspended_at is not None:
        return "suspended"
    if certificate.expires_at is not None and certificate.expires_at <= now:
        return "expired"
    return cast("Standing", certificate.state)


def require_present(certificate: Certificate) -> None:
    """Go on only with a certificate that still says whose it is. Raises CertificateErased."""
    if certificate.erased_at is not None:
        raise CertificateErased(certificate.id)


def require_open(certificate: Certificate) -> None:
    """Go on only with a certificate that nothing final has become of. Raises CertificateRevoked or -Replaced."""
    if certificate.revoked_at is not None:
        raise CertificateRevoked(certificate.id)
    if certificate.successor_id is not None:
        raise CertificateReplaced(certificate.id, certificate.successor_id)
