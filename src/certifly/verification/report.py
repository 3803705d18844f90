"""What a check comes to: seven named checks, a verdict, and which bytes it rests on.

A report is complete without the page that shows it: every check says by a reason code why it passed, failed or
stayed unknown, and carries the facts of that reason. The verdict follows from the checks and from nothing else:
``valid`` only when all seven passed, ``invalid`` as soon as one failed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class CheckName(StrEnum):
    """The seven questions, in the order in which they are answered."""

    ISSUER = "issuer"
    """Did the issuer it names issue it, here?"""
    SIGNATURE = "signature"
    """Is it signed, and with a key that its issuer has?"""
    UNALTERED = "unaltered"
    """Is it as it was issued?"""
    NOT_REVOKED = "not_revoked"
    """Was it not withdrawn for good?"""
    NOT_SUSPENDED = "not_suspended"
    """Is it not withdrawn for a while?"""
    NOT_EXPIRED = "not_expired"
    """Does it hold today?"""
    NOT_CORRECTED = "not_corrected"
    """Is there no other certificate in its place?"""


class Outcome(StrEnum):
    """What a check came to."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What all checks came to."""

    VALID = "valid"
    """Every check passed."""
    INVALID = "invalid"
    """A check failed."""
    UNKNOWN = "unknown"
    """No check failed, and not every check could be answered."""


class Reason(StrEnum):
    """Why a check came out as it did. The comment says with which checks and outcomes a code can stand, and
    which of the check's facts come with it."""

    # issuer
    ISSUED_HERE = "issued_here"
    """issuer passed: the issuer's record holds exactly this. Facts: ``issuer``, ``since`` (the moment of issue)."""
    NO_SUCH_CERTIFICATE = "no_such_certificate"
    """issuer failed: it says it is from this server, names a key of this server, or an issuer that is spelled to look
    so, or its QR code leads here, and no certificate of this server has its code: a forgery."""
    ISSUER_MISMATCH = "issuer_mismatch"
    """issuer failed: the code is one of this server, but of another issuer than it names. ``issuer``: the named."""
    NOT_RECORDED = "not_recorded"
    """issuer failed: a certificate has this code, but its issuer's record says something else."""
    NOT_SIGNED_BY_ISSUER = "not_signed_by_issuer"
    """issuer failed: it names an issuer of this server, but no signature of that issuer stands under it."""
    ISSUER_ELSEWHERE = "issuer_elsewhere"
    """issuer unknown: not by its DID one of this server, and nothing is fetched. ``issuer``: as it is named."""
    ISSUER_NOT_NAMED = "issuer_not_named"
    """issuer unknown: nothing in the file says who issued it. Failed where its code is one of this server."""
    SEVERAL_CREDENTIALS = "several_credentials"
    """any check unknown: the file holds more than one credential; check them one by one."""

    # signature
    SIGNED = "signed"
    """signature passed: by the issuer's own key. Facts: ``key``, ``since`` (the time the signature states)."""
    SIGNED_BY_KEY_IN_FILE = "signed_by_key_in_file"
    """signature passed: by a key that stands in the file itself, so whose it is stays unknown. ``key``."""
    SIGNATURE_WRONG = "signature_wrong"
    """signature failed: what is signed is not what stands there. ``key`` where one is named."""
    SIGNATURE_MISSING = "signature_missing"
    """signature failed: this issuer signs, and this is not signed, or lacks one of its two proofs."""
    SEAL_MISSING = "seal_missing"
    """signature failed: the PDF carries the credential but not this issuer's seal."""
    KEY_NOT_THE_ISSUERS = "key_not_the_issuers"
    """signature failed: a key signed that the issuer it names does not have. ``key``."""
    KEY_WITHDRAWN = "key_withdrawn"
    """signature failed: genuine, but signed with a key that was withdrawn since; a newer edition takes its place.
    Facts: ``key``, ``since`` (withdrawn when), ``reason``, ``address`` (of the current state)."""
    KEY_WITHDRAWN_NOT_RECORDED = "key_withdrawn_not_recorded"
    """signature failed: by a withdrawn key, and not as issued: likely a forgery. Facts as for ``key_withdrawn``."""
    MEMBER_NOT_SIGNED = "member_not_signed"
    """signature failed: it holds members that no signature covers. ``members``: a few of their names."""
    NOT_SIGNED = "not_signed"
    """signature unknown: nothing here is signed."""
    KEY_ELSEWHERE = "key_elsewhere"
    """signature unknown: the key would have to be fetched, and nothing is. ``key``: its address."""
    CONTEXT_UNKNOWN = "context_unknown"
    """signature unknown: it uses a vocabulary that this server does not carry. ``address``: its name."""
    METHOD_UNKNOWN = "method_unknown"
    """signature unknown: a kind of signature that this server cannot check. ``method``: its name."""
    FORMAT_UNKNOWN = "format_unknown"
    """signature unknown: a credential of a kind that this server does not read (Open Badges 2 for one)."""
    RECORD_ERASED = "record_erased"
    """issuer, signature or unaltered unknown: the person was erased from the record, which cannot tell any more."""
    BEING_MADE = "being_made"
    """signature or unaltered unknown: its files are being made. Only on a check page."""
    NOT_MADE = "not_made"
    """signature or unaltered unknown: its files could not be made. Only on a check page."""

    # unaltered
    IDENTICAL = "identical"
    """unaltered passed: byte for byte the file that was issued. ``covered_bytes`` = ``file_bytes``."""
    COVERED = "covered"
    """unaltered passed: the signature covers the whole file. ``covered_bytes`` = ``file_bytes``."""
    CREDENTIAL_INTACT = "credential_intact"
    """unaltered passed: every member of the credential is signed, and nothing was changed since."""
    RECORD_INTACT = "record_intact"
    """unaltered passed: the record's own credential still bears its signatures. Only on a check page."""
    CHANGED_AFTER_SIGNING = "changed_after_signing"
    """unaltered failed: something was added behind the signature. The first ``covered_bytes`` of ``file_bytes``
    are covered."""
    ALTERED = "altered"
    """unaltered failed: what stands there is not what was signed."""
    PICTURE_NOT_SIGNED = "picture_not_signed"
    """unaltered unknown: the credential in the picture is genuine, but the picture is not the one that was issued,
    and pictures are not signed: what it shows may differ from what the credential says."""
    PAGES_NOT_SIGNED = "pages_not_signed"
    """unaltered unknown: as ``picture_not_signed``, of a PDF without a seal of its issuer."""
    NOTHING_TO_COMPARE = "nothing_to_compare"
    """unaltered unknown: nothing is known of how it was."""

    # what became of it
    NOT_REVOKED = "not_revoked"
    """not_revoked passed: it was not revoked."""
    REVOKED = "revoked"
    """not_revoked failed: it was revoked. Facts: ``since``, ``reason``."""
    REVOKED_BY_REPLACEMENT = "revoked_by_replacement"
    """not_revoked failed: another certificate replaced it, which withdraws this one for good, as its status list
    says too. Facts: ``since``."""
    NOT_SUSPENDED = "not_suspended"
    """not_suspended passed: it is not suspended."""
    SUSPENDED = "suspended"
    """not_suspended failed: it is suspended. Facts: ``since``, ``reason``."""
    NOT_EXPIRED = "not_expired"
    """not_expired passed: it holds for a time. ``until``: until when."""
    NEVER_EXPIRES = "never_expires"
    """not_expired passed: it holds for ever."""
    EXPIRED = "expired"
    """not_expired failed: its time is over. ``since``: since when."""
    NOT_YET_VALID = "not_yet_valid"
    """not_expired failed: of another server, and valid only later. ``since``: from when."""
    NOT_CORRECTED = "not_corrected"
    """not_corrected passed: no other certificate corrects it."""
    CORRECTED = "corrected"
    """not_corrected failed: another certificate corrects it. Facts: ``since`` (when it was replaced), ``issued_at``
    (of this one) and ``address`` (of the successor)."""
    STATUS_ELSEWHERE = "status_elsewhere"
    """not_revoked, not_suspended, not_corrected, not_expired unknown: only its issuer knows, who is not asked."""

    # any check, unknown
    COPY_OF_CERTIFICATE = "copy_of_certificate"
    """any check unknown: a picture, or a PDF without a proof. It proves nothing by itself, but its QR code leads to a
    certificate of this server. Compare the two: ``certificate.address``."""
    QR_CODE_ELSEWHERE = "qr_code_elsewhere"
    """any check unknown: a picture or PDF without a proof, whose QR code leads to no certificate of this server.
    ``qr_codes`` of the report: what it says."""
    PICTURE_FORMAT = "picture_format"
    """any check unknown: a picture that is not read here. Save it as PNG or JPEG."""
    NOTHING_TO_CHECK = "nothing_to_check"
    """any check unknown: neither a PDF, PNG, SVG nor a credential, or one without anything in it to check."""
    FILE_UNREADABLE = "file_unreadable"
    """any check unknown: broken, or made to mislead readers. ``detail``: what is wrong, in English."""
    BEYOND_LIMITS = "beyond_limits"
    """any check unknown: it asks for more than a certificate ever needs. ``detail``: of what, in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFacts:
    """What a reason can carry. ``Reason`` says which come with which; the others are None."""

    issuer: str | None = None
    key: str | None = None
    method: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    issued_at: datetime | None = None
    reason: str | None = None
    """In the issuer's own words."""
    address: str | None = None
    covered_bytes: int | None = None
    file_bytes: int | None = None
    members: tuple[str, ...] | None = None
    detail: str | None = None


NO_FACTS = CheckFacts()


@dataclass(frozen=True, slots=True)
class Check:
    """One question and its answer."""

    name: CheckName
    outcome: Outcome
    reason_code: Reason
    facts: CheckFacts = NO_FACTS


class FileKind(StrEnum):
    """What kind of file was handed in, judged by its content."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    OTHER_PICTURE = "other_picture"
    """HEIC, AVIF, GIF, TIFF or BMP."""
    SVG = "svg"
    JSON = "json"
    JWT = "jwt"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What was handed in; nothing of it is kept."""

    kind: FileKind
    size_bytes: int
    digest: str
    """``sha256:…``"""


class Scope(StrEnum):
    """Which bytes of what was handed in are vouched for: by a signature, or by the digest on record."""

    WHOLE_FILE = "whole_file"
    """All of it."""
    BEGINNING = "beginning"
    """Of a PDF, what its seal covers: the first ``covered_bytes`` of ``file_bytes``."""
    CREDENTIAL = "credential"
    """The credential in the file, not what the file shows."""
    RECORD = "record"
    """Nothing was handed in: the issuer's record on this server."""
    NOTHING = "nothing"
    """None of it."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """Which bytes the report rests on. Whose signature covers them, and whether it holds, the checks say."""

    scope: Scope
    covered_bytes: int | None = None
    file_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another certificate of the same issuer, that this one corrects or is corrected by."""

    code: str
    address: str
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCertificate:
    """The certificate of this server that the file says it is."""

    code: str
    address: str
    """Of its check page, under today's public address."""
    issuer: str
    """The issuer's name when it was issued."""
    issued_at: datetime
    timezone: str = "UTC"
    """That of its template, in which its days are shown."""
    is_erased: bool
    replaces: Sibling | None = None
    successor: Sibling | None = None


class LeadsTo(StrEnum):
    """Where the QR code of a picture leads."""

    CERTIFICATE = "certificate"
    """To a certificate of this server."""
    NO_CERTIFICATE = "no_certificate"
    """To this server, which has no certificate of this code."""
    ELSEWHERE = "elsewhere"
    """To another server, or it is no address. Nothing here confirms what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QRCodeFound:
    """A QR code in a picture that holds no proof."""

    text: str
    """What it says, shortened: words of a stranger."""
    leads_to: LeadsTo
    code: str | None
    """Of the certificate that it names on this server."""
    address: str | None
    """Of the check page, where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStamp:
    """A time that the file states by a time stamp. Anybody can make one, so it counts only if it is confirmed."""

    stamped_at: datetime
    authority: str
    """As its certificate names it."""
    signer: str | None
    """Whose signature it is on, as that names itself; None for a time stamp on the document."""
    is_confirmed: bool
    """Whether the authority chains to a root that the operator of this server named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the credential in the file says of itself, shortened; true only as far as the checks passed."""

    issuer_id: str | None = None
    issuer_name: str | None = None
    title: str | None = None
    recipient: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None


class NoteKind(StrEnum):
    """What a note is about."""

    REVISIONS = "revisions"
    ATTACHMENTS = "attachments"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Note:
    """A remark for experts: what else is in the file. Never needed to understand the verdict."""

    kind: NoteKind
    text: str
    """The whole remark, in English."""
    count: int | None = None
    name: str | None = None
    """Who signed, as the signature says."""
    time: str | None = None
    """When, as the signature says."""
    detail: str | None = None
    """What is wrong with the signature, in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer to "is this genuine?"."""

    verdict: Verdict
    checks: tuple[Check, ...]
    """All seven, in the order of ``CheckName``."""
    trusted: Trusted
    file: CheckedFile | None = None
    """None on a check page, where nothing was handed in."""
    certificate: KnownCertificate | None = None
    claims: Claims | None = None
    time_stamps: tuple[TimeStamp, ...] = ()
    qr_codes: tuple[QRCodeFound, ...] = ()
    """Of a copy without a proof."""
    notes: tuple[Note, ...] = field(default=())

    def check(self, name: CheckName) -> Check:
        """The check of this name."""
        return next(check for check in self.checks if check.name == name)


def report_of(
    checks: Iterable[Check],
    *,
    trusted: Trusted,
    file: CheckedFile | None = None,
    certificate: KnownCertificate | None = None,
    claims: Claims | None = None,
    qr_codes: Iterable[QRCodeFound] = (),
    notes: Iterable[Note] = (),
) -> Report:
    """A report of these checks; each name stands once."""
    by_name = {check.name: check for check in checks}
    assert set(by_name) == set(CheckName), "every question has one answer"
    ordered = tuple(by_name[name] for name in CheckName)
    return Report(
        verdict=verdict_of(ordered),
        checks=ordered,
        trusted=trusted,
        file=file,
        certificate=certificate,
        claims=claims,
        qr_codes=tuple(qr_codes),
        notes=tuple(notes),
    )


def verdict_of(checks: Iterable[Check]) -> Verdict:
    """``valid`` when every check passed, ``invalid`` when one failed, else ``unknown``."""
    outcomes = {check.outcome for check in checks}
    if Outcome.FAILED in outcomes:
        return Verdict.INVALID
    return Verdict.VALID if outcomes == {Outcome.PASSED} else Verdict.UNKNOWN
