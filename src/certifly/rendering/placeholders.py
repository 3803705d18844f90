"""Placeholders in a template's text: ``Awarded to {Student Name}``.

A name stands between single braces and is looked up as it is written; ``{{`` and ``}}`` are literal
braces. Which names exist is not known here: a label, or one of ``BUILT_IN``.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

CERTIFICATE_CODE = "certificate.code"
CERTIFICATE_ISSUED_ON = "certificate.issued_on"
CERTIFICATE_EXPIRES_ON = "certificate.expires_on"
CERTIFICATE_CHECK_URL = "certificate.check_url"
ISSUER_NAME = "issuer.name"
BUILT_IN = frozenset(
    {CERTIFICATE_CODE, CERTIFICATE_ISSUED_ON, CERTIFICATE_EXPIRES_ON, CERTIFICATE_CHECK_URL, ISSUER_NAME}
)

PARSED_TEXTS_MAX = 4096

# A literal brace, a placeholder, text without braces, or a brace that fits nowhere.
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]")


class PlaceholderMalformed(ValueError):
    """A brace has no partner, or nothing stands between two of them."""


@lru_cache(maxsize=PARSED_TEXTS_MAX)
def parse(text: str) -> tuple[tuple[str, bool], ...]:
    """Split a text into pieces, each with whether it is a placeholder's name.

    Raises PlaceholderMalformed.
    """
    pieces: list[tuple[str, bool]] = []
    for token in _TOKEN.finditer(text):
        written, name = token.group(0), token.group(1)
        if name is not None:
            if not name.strip():
                raise PlaceholderMalformed(
                    f"The placeholder {written} at character {token.start() + 1} has no name. "
                    "Write a label's name between the braces, or {{ and }} for braces that are printed."
                )
            pieces.append((name.strip(), True))
        elif written in ("{{", "}}"):
            pieces.append((written[0], False))
        elif written in ("{", "}"):
            raise PlaceholderMalformed(
                f"The brace {written} at character {token.start() + 1} has no partner. "
                f"Write {written * 2} for a brace that is printed."
            )
        else:
            pieces.append((written, False))
    return tuple(pieces)


def names_in(text: str) -> list[str]:
    """The placeholders of a text, each once, in reading order. Raises PlaceholderMalformed."""
    return list(dict.fromkeys(piece for piece, is_name in parse(text) if is_name))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in. A placeholder without a value becomes nothing. Raises PlaceholderMalformed."""
    return "".join(values.get(piece, "") if is_name else piece for piece, is_name in parse(text))
