"""Whether the name of an issuer is one of this server, or is spelled so that people or programs take it for one.

A forger cannot sign with our keys, but can name an issuer that looks like ours: with percent-encoding, in capitals,
with characters that nobody sees, or with letters that look alike (UTS 39). Names are brought to a folded form in which
all of these are equal, and the folded forms are compared. The form is for comparing only: it is not a valid name, and
some names that differ for a careful reader (``modern`` and ``modem``) fold to the same.
"""

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from urllib.parse import unquote, unquote_to_bytes

from certifly.credentials.did import tenant_url

NAME_CHARACTERS_MAX = 20_000
"""Longest name that is compared, after percent-encoding and unseen characters were removed once."""

DECODINGS_MAX = 40
"""How often a name may be encoded on top of its encoding."""

_DEFAULT_PORTS = ("80", "443")
_PERCENT_ENCODED = re.compile(r"(?:%[0-9a-f]{2})+", re.IGNORECASE)
_PERCENT_ENCODED_ASCII = re.compile(r"%[0-7][0-9a-f]", re.IGNORECASE)
_PUNYCODE = re.compile(r"xn--([a-z0-9-]{1,59})", re.IGNORECASE)
_UNSEEN_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
"""Besides controls, format characters and spaces: what Unicode calls default ignorable."""
_PLAIN = {ord("。"): ".", ord("｡"): "."} | {code + 0xFEE0: chr(code) for code in range(0x21, 0x7F)}
"""Full-width characters, and the full stops that browsers take for the dots of a host name (UTS 46)."""


def is_spelled_like_ours(name: str, public_url: str) -> bool:
    """Whether a DID or address reads as that of an issuer of the installation at ``public_url``.

    So does, to be safe, a name that is longer or more often encoded than any that is meant to be read.
    """
    own = _own_parts(public_url)
    try:
        return any(_parts(form)[: len(own)] == own for form in _forms(name))
    except _Unreadable:
        return True


class _Unreadable(Exception):
    """The name is too long, or encoded too often."""


@lru_cache(maxsize=8)
def _own_parts(public_url: str) -> list[str]:
    """What the addresses of all our issuers begin with: host, port, path, and ``t``."""
    return _parts(_folded(_decoded(tenant_url(public_url, ""))))


def _forms(name: str) -> set[str]:
    """The name as it can be read: as programs read it, which decode it first, and as people see it."""
    seen = _decoded(name)
    forms = {_folded(seen), _folded(_decoded(unicodedata.normalize("NFKC", seen)))}
    # In front of an @ is the name of a user, which says nothing about whose address it is.
    return forms | {form.rpartition("@")[2] for form in forms} | {_without_user(form) for form in forms}


def _without_user(form: str) -> str:
    head, slashes, rest = form.partition("//")
    host, slash, path = rest.partition("/")
    return f"{head}{slashes}{host.rpartition('@')[2]}{slash}{path}"


def _decoded(text: str) -> str:
    """Without percent-encoding, however often it was applied, unseen characters and Punycode. Raises _Unreadable."""
    for _ in range(DECODINGS_MAX):
        before = text
        text = "".join(filter(_is_seen, _PERCENT_ENCODED.sub(_from_percent, text).translate(_PLAIN)))
        text = _PUNYCODE.sub(_from_punycode, text)
        if len(text) > NAME_CHARACTERS_MAX:
            break
        if text == before:
            return text
    raise _Unreadable


def _is_seen(character: str) -> bool:
    return not (_UNSEEN.fullmatch(character) or unicodedata.category(character) in _UNSEEN_CATEGORIES)


def _from_percent(found: re.Match[str]) -> str:
    """What a run of encoded bytes says; what is not UTF-8 stays encoded, since part of it may be encoded twice."""
    try:
        return unquote_to_bytes(found[0]).decode()
    except UnicodeDecodeError:
        return _PERCENT_ENCODED_ASCII.sub(lambda one: unquote(one[0]), found[0])


def _from_punycode(found: re.Match[str]) -> str:
    try:
        return found[1].encode().decode("punycode")
    except UnicodeError:
        return found[0]


def _folded(text: str) -> str:
    """The skeleton of UTS 39, without regard to case; and ``i`` as ``l``, since a capital ``I`` may be either."""
    for _ in range(2):  # the letter that a capital looks like may itself look like others
        text = unicodedata.normalize("NFKC", skeleton(text)).casefold()
    return text.replace("i", "l").replace("ı", "l")


def skeleton(text: str) -> str:
    """The skeleton of a text (UTS 39, section 4): equal for texts that look alike."""
    prototypes = _prototypes()
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFD", "".join(prototypes.get(one, one) for one in decomposed))


@lru_cache(maxsize=1)
def _prototypes() -> dict[str, str]:
    """For each character that looks like others, what stands for all of them."""
    lines = (files(__package__) / "confusables" / "confusables.txt").read_text("ascii").splitlines()
    pairs = (line.split(" ", 1) for line in lines if not line.startswith("#"))
    return {
        chr(int(source, 16)): "".join(chr(int(one, 16)) for one in targets.split())
        for source, targets in pairs
        # These separate the parts of a name, or are decoded before.
        if source not in ("0025", "003A", "002F", "005C", "0040")
    }


def _parts(form: str) -> list[str]:
    """Host, port unless it is the usual one, and path, of a folded DID or address."""
    address = re.split(r"[?#]", form, maxsplit=1)[0]
    parts = [part for part in re.split(r"[:/\\]+", address) if part]
    if parts and parts[0] in _SCHEMES:
        parts = parts[1:]
    elif parts and parts[0] == _DID:
        parts = parts[2:]
    if not parts:
        return []
    host, *path = parts
    host = re.sub(r"\.+", ".", host).strip(".")
    if path and _is_number(path[0]):
        port = path.pop(0)
        path = path if port.lstrip(_ZERO) in _PORTS else [port.lstrip(_ZERO), *path]
    return [host, *_resolved(path)]


def _resolved(path: list[str]) -> list[str]:
    """The path without ``.`` and ``..``, and without parameters behind a semicolon."""
    resolved: list[str] = []
    for part in path:
        plain = part.partition(";")[0]
        if plain == "..":
            resolved = resolved[:-1]
        elif plain not in ("", "."):
            resolved.append(plain)
    return resolved


def _is_number(part: str) -> bool:
    return all(character in _DIGITS for character in part)


_SCHEMES = tuple(map(_folded, ("https", "http")))
_DID = _folded("did")
_DIGITS = frozenset(map(_folded, "0123456789"))
_ZERO = _folded("0")
_PORTS = tuple(map(_folded, _DEFAULT_PORTS))
