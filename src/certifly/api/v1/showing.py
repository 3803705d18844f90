"""What the resources of a certificate share: how it is shown, and how a reason is read."""

from collections.abc import Mapping
from typing import Any

from certifly.certificates.describe import describe_fully
from certifly.certificates.models import Certificate
from certifly.certificates.reason import read_reason
from certifly.certificates.request import refuse_unknown
from certifly.core.errors import Invalid
from certifly.web.answers import resource
from certifly.web.caller import Call


def show_certificate(
    certificate: Certificate, call: Call, *, meta: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The certificate in full, as it is at the moment of the call."""
    data = describe_fully(certificate, public_url=call.parts.settings.public_url, now=call.now)
    return resource("certificates", str(certificate.id), data, meta=meta)


def read_only_reason(body: Mapping[str, Any], *, required: bool) -> str | None:
    """The reason of a body that holds nothing else. Raises Invalid."""
    faults: dict[str, list[str]] = {}
    reason = read_reason(body, faults, required=required)
    refuse_unknown(body, ("reason",), faults)
    if faults:
        raise Invalid(faults)
    return reason
