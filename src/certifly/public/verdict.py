"""From seven checks to the one thing that a page says first.

What no true copy can fail is told before what became of the certificate, and what is final before what may pass.
Only a report without a failed and without an unknown check is told as genuine.
"""

from typing import Literal

from certifly.verification.report import CheckName, Outcome, Reason, Report, Verdict

Kind = Literal[
    "genuine",
    "recorded",
    "partly",
    "revoked",
    "corrected",
    "suspended",
    "expired",
    "early",
    "superseded",
    "refused",
    "erased",
    "copy",
    "unproven",
]
"""``copy``: without a proof, but its QR code leads to a certificate. ``recorded``: on record, its signature not to
be seen now. ``partly``: only the credential inside a file is vouched for. ``early``: holds only later.
``superseded``: an older edition, of a withdrawn key."""

_PROOF = (CheckName.ISSUER, CheckName.SIGNATURE, CheckName.UNALTERED)
_DECIDING: dict[Kind, CheckName] = {
    "genuine": CheckName.ISSUER,
    "recorded": CheckName.ISSUER,
    "revoked": CheckName.NOT_REVOKED,
    "corrected": CheckName.NOT_CORRECTED,
    "suspended": CheckName.NOT_SUSPENDED,
    "expired": CheckName.NOT_EXPIRED,
    "early": CheckName.NOT_EXPIRED,
    "superseded": CheckName.SIGNATURE,
}


def kind_of(report: Report) -> Kind:
    """What a report comes to, in one word."""
    failed = {check.name: check.reason_code for check in report.checks if check.outcome is Outcome.FAILED}
    unproven = {failed[name] for name in _PROOF if name in failed}
    if unproven - {Reason.KEY_WITHDRAWN}:
        return "refused"
    if failed.get(CheckName.NOT_REVOKED) is Reason.REVOKED:
        return "revoked"
    if CheckName.NOT_CORRECTED in failed:
        return "corrected"
    if CheckName.NOT_SUSPENDED in failed:
        return "suspended"
    if CheckName.NOT_EXPIRED in failed:
        return "early" if failed[CheckName.NOT_EXPIRED] is Reason.NOT_YET_VALID else "expired"
    if unproven:
        return "superseded" if report.file is not None else "recorded"  # a record is being signed anew
    return "genuine" if report.verdict is Verdict.VALID else _open_kind_of(report)


def deciding_check(kind: Kind) -> CheckName | None:
    """The check whose facts (since when, why, where to) belong to the verdict, if one does."""
    return _DECIDING.get(kind)


def _open_kind_of(report: Report) -> Kind:
    """Of a report in which nothing failed, but not everything is known."""
    if report.check(CheckName.ISSUER).reason_code is Reason.COPY_OF_CERTIFICATE:
        return "copy"
    if report.certificate is not None and report.certificate.is_erased:
        return "erased"
    issuer, signature = report.check(CheckName.ISSUER), report.check(CheckName.SIGNATURE)
    if issuer.outcome is Outcome.PASSED and signature.outcome is Outcome.PASSED:
        return "partly"
    if issuer.outcome is Outcome.PASSED and report.file is None:
        return "recorded"
    return "unproven"
