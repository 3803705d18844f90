"""From the facts of a file, and the record where there is one, to the report. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from certifly.verification.claims import ISSUERS_MAX, TEXT_CHARACTERS_MAX, claims_of, issuer_names
from certifly.verification.facts import CredentialFound, Facts, StampFacts
from certifly.verification.issuer_spelling import is_spelled_like_ours
from certifly.verification.judge_foreign import judge_foreign
from certifly.verification.judge_own import judge_own
from certifly.verification.qr_codes import QRCode, judge_qr_codes
from certifly.verification.record import Record, known_certificate, standing_checks
from certifly.verification.report import (
    Check,
    CheckedFile,
    CheckFacts,
    CheckName,
    FileKind,
    Note,
    NoteKind,
    Outcome,
    Reason,
    Report,
    Scope,
    TimeStamp,
    Trusted,
    report_of,
)

SIGNED_REVISIONS = 2
"""A signed PDF was saved twice: when it was made, and when it was signed."""


def judge(
    facts: Facts,
    record: Record | None,
    *,
    public_url: str,
    now: datetime,
    qr_codes: Sequence[QRCode] = (),
) -> Report:
    """The report on a file.

    ``record`` is that of the certificate whose code the file's credential has. ``qr_codes`` are those of a picture
    without a proof.
    """
    found = the_credential(facts)
    reason = _nothing_to_judge(facts, found)
    if reason is Reason.NOTHING_TO_CHECK and qr_codes:
        report = judge_qr_codes(qr_codes, public_url=public_url)
    elif reason is not None:
        report = report_of(
            [Check(name, Outcome.UNKNOWN, reason, CheckFacts(detail=facts.detail)) for name in CheckName],
            trusted=Trusted(Scope.NOTHING),
        )
    elif record is not None:
        assert found is not None, "the record was found by the credential"
        judgement = judge_own(facts, found, record, public_url=public_url)
        report = report_of(
            [*judgement.checks, *standing_checks(record, public_url=public_url, now=now)],
            trusted=judgement.trusted,
            certificate=known_certificate(record, public_url=public_url),
        )
    else:
        checks, trusted = judge_foreign(facts, found, now=now)
        ours = _name_like_ours(found, public_url) if found is not None else None
        if ours is not None:
            forged = CheckFacts(issuer=ours[:TEXT_CHARACTERS_MAX])
            checks[0] = Check(CheckName.ISSUER, Outcome.FAILED, Reason.NO_SUCH_CERTIFICATE, forged)
        report = report_of(checks, trusted=trusted)
    return replace(
        report,
        file=CheckedFile(facts.kind, facts.size_bytes, facts.digest),
        claims=claims_of(found.document) if found is not None else None,
        time_stamps=tuple(_time_stamps(facts)),
        notes=tuple(_notes(facts)),
    )


def the_credential(facts: Facts) -> CredentialFound | None:
    """The one credential of a file; None when it has none, or several that differ."""
    texts = {found.text: found for found in facts.credentials}
    return next(iter(texts.values())) if len(texts) == 1 else None


def _nothing_to_judge(facts: Facts, found: CredentialFound | None) -> Reason | None:
    if facts.trouble is not None:
        return Reason.BEYOND_LIMITS if facts.trouble == "beyond_limits" else Reason.FILE_UNREADABLE
    if found is None and facts.credentials:
        return Reason.SEVERAL_CREDENTIALS
    if found is None and not facts.seals:
        return Reason.PICTURE_FORMAT if facts.kind == FileKind.OTHER_PICTURE else Reason.NOTHING_TO_CHECK
    return None


def _name_like_ours(found: CredentialFound, public_url: str) -> str | None:
    """The first name of its issuer, or of the issuer's key, that people or programs would take for one of this server.

    Of a credential with more names than are compared the next one is taken for such a name.
    """
    names = enumerate(issuer_names(found))
    return next(
        (name for at, name in names if at >= ISSUERS_MAX or is_spelled_like_ours(name, public_url)), None
    )


def _time_stamps(facts: Facts) -> Iterator[TimeStamp]:
    for seal in facts.seals:
        if seal.stamp is not None:
            yield TimeStamp(
                stamped_at=datetime.fromisoformat(seal.stamp.stamped_at),
                authority=seal.stamp.authority,
                signer=None if seal.is_time_stamp else seal.subject,
                is_confirmed=seal.stamp.is_confirmed,
            )


def _notes(facts: Facts) -> list[Note]:
    notes = []
    if facts.revisions > SIGNED_REVISIONS:
        text = f"The PDF was saved {facts.revisions} times."
        notes.append(Note(NoteKind.REVISIONS, text, count=facts.revisions))
    if facts.attachments:
        text = f"Files attached to the PDF: {facts.attachments}."
        notes.append(Note(NoteKind.ATTACHMENTS, text, count=facts.attachments))
    for seal in facts.seals:
        by = f"Signature by {seal.subject}" if seal.subject else "A signature"
        when = f", which claims the time {seal.signed_at}" if seal.signed_at else ""
        stamped = f", {_stamped(seal.stamp)}" if seal.stamp else ""
        text = f"{by}{when}{stamped}{': ' + seal.detail if seal.detail else ''}."
        signature = Note(NoteKind.SIGNATURE, text, name=seal.subject, time=seal.signed_at, detail=seal.detail)
        notes.append(signature)
    return notes


def _stamped(stamp: StampFacts) -> str:
    confirmed = "confirmed" if stamp.is_confirmed else "which nobody here confirms"
    return f"with a time stamp of {stamp.stamped_at} by {stamp.authority}, {confirmed}"
