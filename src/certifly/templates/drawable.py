"""Could a certificate be drawn from this design at all?

Held against the shortest values a certificate can have and the longest that we ourselves put in: what does
not fit then fits never. Values of real certificates are judged when they are issued.
"""

from datetime import date
from pathlib import Path

from certifly.rendering.fit import TextProblems, fit
from certifly.rendering.placeholders import (
    CERTIFICATE_CHECK_URL,
    CERTIFICATE_CODE,
    CERTIFICATE_EXPIRES_ON,
    CERTIFICATE_ISSUED_ON,
    ISSUER_NAME,
)
from certifly.templates.document import TemplateDocument
from certifly.templates.faults import Faults
from certifly.templates.values import written_day

SHORTEST = "1"
EXAMPLE_CODE = "88888888-8888-4888-8888-888888888888"
"""Every code has 36 characters; in most families no digit is wider than an eight."""


def refuse_undrawable(
    document: TemplateDocument,
    *,
    issuer_name: str = SHORTEST,
    check_url: str = SHORTEST,
    fonts_dir: Path | None = None,
) -> None:
    """Raise Invalid, at the text elements (``layout.elements.3.text``) that can never be drawn."""
    faults = Faults(subject="layout.elements")
    values = shortest_values(document, issuer_name=issuer_name, check_url=check_url)
    try:
        fit(document.layout, values, language=document.language, fonts_dir=fonts_dir)
    except TextProblems as error:
        for problem in error.problems:
            faults.add(f"layout.elements.{problem.element}.text", problem.message)
    faults.raise_if_any()


def shortest_values(document: TemplateDocument, *, issuer_name: str, check_url: str) -> dict[str, str]:
    """A text for every placeholder: the shortest of what people fill in, the longest of what we put in."""
    longest_day = _longest_day(document.language)
    return {
        **{label.name: SHORTEST for label in document.labels},
        CERTIFICATE_CODE: EXAMPLE_CODE,
        CERTIFICATE_ISSUED_ON: longest_day,
        CERTIFICATE_EXPIRES_ON: longest_day,
        CERTIFICATE_CHECK_URL: check_url,
        ISSUER_NAME: issuer_name,
    }


def _longest_day(language: str) -> str:
    return max((written_day(date(2028, month, 28), language) for month in range(1, 13)), key=len)
