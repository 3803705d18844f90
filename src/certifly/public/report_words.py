"""A report in the words of a page: a verdict, then each check with its answer and the sentence that says why.

Pure. Other people's words (names, reasons, what a file claims) are put into ours escaped and isolated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from markupsafe import Markup

from certifly.public.verdict import Kind, deciding_check, kind_of
from certifly.public.words import Words
from certifly.templates.validity import last_valid_day
from certifly.verification.report import Check, CheckFacts, CheckName, Note, Outcome, Reason, Report
from certifly.verification.times import moment_of

MEMBERS_SHOWN_MAX = 10
NOT_KNOWN = "–"

Mark = str
"""What stands in the middle of the seal: ``tick``, ``cross``, ``dash``, ``pause``, ``arrow`` or ``question``."""

_MARKS: Mapping[Kind, Mark] = {
    "genuine": "tick",
    "recorded": "question",
    "partly": "question",
    "revoked": "cross",
    "corrected": "arrow",
    "suspended": "pause",
    "expired": "dash",
    "early": "dash",
    "superseded": "arrow",
    "refused": "cross",
    "erased": "dash",
    "copy": "question",
    "unproven": "question",
}
_TONES: Mapping[Kind, str] = {"genuine": "good", "revoked": "bad", "refused": "bad"}
"""The colour of a verdict; amber for all that is neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownVerdict:
    """What a page says first."""

    kind: Kind
    mark: Mark
    tone: str
    title: str
    saying: Markup
    detail: str | None
    """More about it, always in English."""
    reason: Markup | None
    """Why, in the issuer's words."""
    link: tuple[str, str] | None
    """Where to go on from here: path and words."""
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCheck:
    """One question and its answer."""

    topic: str
    outcome: Outcome
    answer: str
    sentence: Markup | None
    reason: Markup | None
    detail: str | None
    """More about it, always in English."""
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChecks:
    """The checks with the one line that sums them up, under which they are folded when all passed."""

    all_passed: bool
    summary: str
    shown: tuple[ShownCheck, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Writes a report in the words of one page. ``timezone`` is that of its days."""

    words: Words
    language: str
    timezone: str = "UTC"

    def verdict(self, report: Report) -> ShownVerdict:
        """What a report comes to."""
        kind = kind_of(report)
        certificate = report.certificate
        name = deciding_check(kind)
        facts = report.check(name).facts if name else CheckFacts()
        since = facts.since or (certificate.issued_at if certificate else None)
        issuer = certificate.issuer if certificate else facts.issuer or ""
        only = _only_reason(report)
        is_erased = certificate is not None and certificate.is_erased
        is_record_refused = kind == "refused" and report.file is None
        sentence = self.words.record_refused if is_record_refused else self.words.sayings[kind]
        return ShownVerdict(
            kind=kind,
            mark=_MARKS[kind],
            tone=_TONES.get(kind, "open"),
            title=self.words.verdicts[kind],
            saying=self._sentence(only)
            if only
            else say(sentence, issuer=issuer, day=self._when(since, is_end=kind == "expired")),
            detail=only.facts.detail if only else None,
            reason=self._reason(facts),
            link=self._link(report),
            note=self.words.erased_note if is_erased and kind != "erased" else None,
        )

    def checks(self, report: Report) -> ShownChecks:
        """The seven checks. A reason that is the same for all is given once, by the verdict."""
        is_said = _only_reason(report) is not None
        count = len(report.checks)
        passed = sum(check.outcome is Outcome.PASSED for check in report.checks)
        summary = self.words.all_passed if passed == count else self.words.some_passed
        return ShownChecks(
            all_passed=passed == count,
            summary=summary.format(passed=self._count(passed), count=self._count(count)),
            shown=tuple(self._check(check, is_said=is_said) for check in report.checks),
        )

    def rests_on(self, report: Report) -> Markup:
        """Which bytes the report rests on."""
        trusted = report.trusted
        return say(
            self.words.scopes[trusted.scope],
            covered_bytes=self._count(trusted.covered_bytes),
            file_bytes=self._count(trusted.file_bytes or (report.file.size_bytes if report.file else None)),
        )

    def time_stamps(self, report: Report) -> list[Markup]:
        """What each time stamp is worth."""
        return [
            say(
                self.words.stamp_confirmed if stamp.is_confirmed else self.words.stamp_claimed,
                authority=stamp.authority,
                day=self._when(stamp.stamped_at),
            )
            for stamp in report.time_stamps
        ]

    def note(self, note: Note) -> Markup:
        """A remark about the file; what is not known of a signature is a dash."""
        return say(
            self.words.notes[note.kind],
            count=self._count(note.count),
            name=note.name or NOT_KNOWN,
            time=self._moment(note.time) if note.time else NOT_KNOWN,
        )

    def day(self, day: date) -> str:
        """A day in words."""
        return self.words.day(day, self.language)

    def claimed_day(self, text: str, *, is_end: bool = False) -> str:
        """A moment as a file states it, as a day in words; a text that is not a moment is returned unchanged.

        With ``is_end`` it is the moment at which the certificate expires, and the day the last valid one.
        """
        moment = moment_of(text)
        if moment is None:
            return text
        try:
            return self.day(self._day_of(moment, is_end=is_end))
        except OverflowError:  # the first or the last day that Python has, beyond it in this time zone
            return text

    def _moment(self, text: str) -> str:
        """A moment as a file states it, to the second and in UTC; a text that is not a moment is returned unchanged."""
        moment = moment_of(text)
        return text if moment is None else f"{self.day(moment.date())} {moment:%H:%M:%S} UTC"

    def _check(self, check: Check, *, is_said: bool) -> ShownCheck:
        facts = check.facts
        return ShownCheck(
            topic=self.words.checks[check.name],
            outcome=check.outcome,
            answer=self.words.outcomes[check.outcome],
            sentence=None if is_said else self._sentence(check),
            reason=self._reason(facts),
            detail=None if is_said else facts.detail,
            members=(facts.members or ())[:MEMBERS_SHOWN_MAX],
        )

    def _sentence(self, check: Check) -> Markup:
        facts = check.facts
        return say(
            self.words.reasons[check.reason_code],
            issuer=facts.issuer or "",
            since=self._when(facts.since, is_end=check.reason_code is Reason.EXPIRED),
            until=self._when(facts.until, is_end=True),
            issued_at=self._when(facts.issued_at),
            covered_bytes=self._count(facts.covered_bytes),
            file_bytes=self._count(facts.file_bytes),
        )

    def _when(self, moment: datetime | None, *, is_end: bool = False) -> Markup:
        if moment is None:
            return Markup("")
        day = self._day_of(moment, is_end=is_end)
        return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), self.day(day))

    def _day_of(self, moment: datetime, *, is_end: bool) -> date:
        """The day of a moment; of one at which something stops being valid, the last valid day."""
        if is_end:
            return last_valid_day(moment, self.timezone)
        return moment.astimezone(ZoneInfo(self.timezone)).date()

    def _reason(self, facts: CheckFacts) -> Markup | None:
        return say(self.words.reason_given, reason=facts.reason) if facts.reason else None

    def _link(self, report: Report) -> tuple[str, str] | None:
        corrected = report.check(CheckName.NOT_CORRECTED)
        if corrected.reason_code is Reason.CORRECTED and corrected.facts.address:
            return path_of(corrected.facts.address), self.words.see_successor
        if report.file is not None and report.certificate is not None:
            return path_of(report.certificate.address), self.words.see_record
        return None

    def _count(self, number: int | None) -> str:
        return self.words.number(number) if number is not None else ""


def _only_reason(report: Report) -> Check | None:
    """Any of the checks, where one reason keeps all of them from being answered."""
    return report.checks[0] if len({check.reason_code for check in report.checks}) == 1 else None


def say(sentence: str, **places: str) -> Markup:
    """A sentence of ours with other people's words in its places, escaped and isolated."""
    isolated = {name: Markup("<bdi>{}</bdi>").format(text) for name, text in places.items()}
    return Markup(sentence).format(**isolated)  # noqa: S704 - ours, and what is put in is escaped


def path_of(address: str) -> str:
    """An address of this installation as its pages link it: they work under another host name too."""
    return urlsplit(address)._replace(scheme="", netloc="").geturl()
