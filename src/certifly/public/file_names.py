"""The names under which certificates are saved: readable, in every script, and safe on every system."""

import re
import unicodedata
from urllib.parse import quote

NAME_CHARACTERS_MAX = 80

_UNSAFE = re.compile(r'[\x00-\x1f\x7f"*/:<>?\\|%;]+')


def file_name(recipient: str | None, suffix: str) -> str:
    """``Certificate - Ada Lovelace.pdf``; without a recipient ``Certificate.pdf``."""
    name = _UNSAFE.sub(" ", recipient or "")
    name = " ".join(name.split())[:NAME_CHARACTERS_MAX].strip(" .")
    return f"Certificate - {name}{suffix}" if name else f"Certificate{suffix}"


def content_disposition(name: str, *, inline: bool) -> str:
    """The header (RFC 6266): a name in ASCII for old readers, and the real one in UTF-8 where they differ."""
    kind = "inline" if inline else "attachment"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem, _, suffix = plain.rpartition(".")
    plain = f"{' '.join(stem.split()).rstrip(' -')}.{suffix}"
    header = f'{kind}; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"
