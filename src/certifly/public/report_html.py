"""The report on a file as a page, and the page of an upload that was not taken."""

from certifly.public.page_html import plain_page
from certifly.public.reader import Reader
from certifly.public.report_words import Speaker
from certifly.verification.report import Report


def report_html(report: Report, reader: Reader, *, public_url: str) -> str:
    """The report on a file that was handed in."""
    timezone = report.certificate.timezone if report.certificate else "UTC"
    speaker = Speaker(words=reader.words, language=reader.words.language, timezone=timezone)
    return plain_page(
        "report.html",
        reader,
        public_url,
        report=report,
        speaker=speaker,
        verdict=speaker.verdict(report),
        checks=speaker.checks(report),
    )


def not_taken_html(sentence: str, reader: Reader, *, public_url: str) -> str:
    """Why a file was not looked at, and the form once more."""
    return plain_page("not_taken.html", reader, public_url, sentence=sentence)
