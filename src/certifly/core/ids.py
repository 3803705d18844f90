"""Ids as they are written: decimal numbers without sign, blanks or leading zeros, one way for each."""

import re

from certifly.core.limits import IDS_MAX

_ID = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)


def parse_id(text: str) -> int | None:
    """The number an id stands for; None for what can be no id."""
    if not _ID.fullmatch(text):
        return None
    number = int(text)
    return number if number <= IDS_MAX else None
