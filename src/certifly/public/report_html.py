"""The report on a file as a page, and the page of an upload that was not taken."""

from certifly.public.page_html import plain_page
from certifly.public.report_words import Speaker
from certifly.public.words import Words
from certifly.verification.report import Report


def report_html(report: Report, words: Words, *, public_url: str) -> str:
    """The report on a file that was handed in."""
    speaker = Speaker(words=words, language=words.language)
    return plain_page(
        "report.html",
        words,
        public_url,
        report=report,
        speaker=speaker,
        verdict=speaker.verdict(report),
        checks=speaker.checks(report),
    )


def not_taken_html(sentence: str, words: Words, *, public_url: str) -> str:
    """Why a file was not looked at, and the form once more."""
    return plain_page("not_taken.html", words, public_url, sentence=sentence)
