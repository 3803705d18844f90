"""Where the QR codes of a picture lead: to a certificate of this server, or elsewhere.

Anyone can put any address into a picture, so an address counts as ours only when it is spelled exactly as ours: the
public address, ``/check/``, and a code. The other spelling that counts is the one that was printed on the certificate,
which keeps its address when the server moves.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from certifly.certificates.queries import parse_code
from certifly.certificates.routes import check_address
from certifly.verification.claims import TEXT_CHARACTERS_MAX
from certifly.verification.record import Record, known_certificate
from certifly.verification.report import (
    Check,
    CheckFacts,
    CheckName,
    LeadsTo,
    Outcome,
    QRCodeFound,
    Reason,
    Report,
    Scope,
    Trusted,
    report_of,
)

_CODE_CHARACTERS = 36
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[^\s/?#@:\\%\[\]]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?(?P<path>/[^\s?#@\\]*)",
    re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True)
class QRCode:
    """What one QR code says, and the record of the certificate whose code its address ends in."""

    text: str
    record: Record | None


def code_at_end(text: str) -> uuid.UUID | None:
    """The code that an address ends in, whichever server it leads to."""
    return parse_code(text[-_CODE_CHARACTERS:]) if _ADDRESS.fullmatch(text) else None


def judge_qr_codes(codes: Sequence[QRCode], *, public_url: str) -> Report:
    """The report on a file that holds no proof but at least one QR code."""
    found = [_found(code, public_url) for code in codes]
    pairs = list(zip(found, codes, strict=True))
    record = next((code.record for one, code in pairs if one.leads_to is LeadsTo.CERTIFICATE), None)
    is_forged = record is None and any(one.leads_to is LeadsTo.NO_CERTIFICATE for one in found)
    reason = Reason.COPY_OF_CERTIFICATE if record is not None else Reason.QR_CODE_ELSEWHERE
    if is_forged:
        reason = Reason.NOTHING_TO_CHECK
    checks = {name: Check(name, Outcome.UNKNOWN, reason) for name in CheckName}
    if is_forged:
        checks[CheckName.ISSUER] = Check(
            CheckName.ISSUER, Outcome.FAILED, Reason.NO_SUCH_CERTIFICATE, CheckFacts()
        )
    return report_of(
        checks.values(),
        trusted=Trusted(Scope.NOTHING),
        certificate=known_certificate(record, public_url=public_url) if record is not None else None,
        qr_codes=found,
    )


def _found(code: QRCode, public_url: str) -> QRCodeFound:
    named = code_at_end(code.text)
    is_ours = named is not None and _plain(code.text) == _plain(check_address(public_url, named))
    is_printed = code.record is not None and code.record.certificate.check_url == code.text
    leads_to = LeadsTo.ELSEWHERE
    if is_ours or is_printed:
        leads_to = LeadsTo.CERTIFICATE if code.record is not None else LeadsTo.NO_CERTIFICATE
    return QRCodeFound(
        text=code.text[:TEXT_CHARACTERS_MAX],
        leads_to=leads_to,
        code=str(named) if leads_to is not LeadsTo.ELSEWHERE else None,
        address=check_address(public_url, named) if leads_to is LeadsTo.CERTIFICATE and named else None,
    )


def _plain(address: str) -> tuple[str, str, str, str] | None:
    """Scheme, host, port and path, as far as the letters' case and the port left out make no difference."""
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        return None
    scheme = parts["scheme"].lower()
    path, code = parts["path"][:-_CODE_CHARACTERS], parts["path"][-_CODE_CHARACTERS:].lower()
    return scheme, parts["host"].lower(), parts["port"] or _DEFAULT_PORTS[scheme], path + code
