"""From the bytes of a request to a JSON object, strictly, and kindly to the clients the published page made.

Some of the page's own samples send their object encoded twice, or between bare double quotes; both are read
as the object they mean. Nothing else is repaired: a body is understood exactly or refused with its reason.
"""

import asyncio
import json
import math
import re
from collections.abc import Callable
from typing import Any, NoReturn

from starlette.requests import Request

from certifly.certificates.request import BARE_ID_FAULT, PLACEHOLDER_FAULT
from certifly.core.errors import DomainError, Invalid
from certifly.core.limits import REQUEST_BODY_BYTES_MAX
from certifly.web.headers import only_header

DEPTH_MAX = 40
"""Deepest nesting of a JSON body."""

BODY_SECONDS_MAX = 30.0
"""How long a body may take to arrive: a client that stops half-way must not hold its call for ever."""

_TEMPLATE_PLACEHOLDER = re.compile(r'\\?"template_id\\?"\s*:\s*\{\{[^{}]*\}\}')

_FIRST_MEMBER = re.compile(r"\s*\{\s*(?=\")")
_NEXT_MEMBER = re.compile(r"\s*,\s*(?=\")")
_COLON = re.compile(r"\s*:\s*")
_MORE_OF_VALUE = re.compile(r"[^\s,}\]]|[ \t]+\w")
"""What goes on directly behind a number: a value such as ``0b6f1d0a``, ``007``, ``1.`` or ``1 000``."""


class BodyTooLarge(DomainError):
    """The body is larger than this call takes."""

    def __init__(self, bytes_max: int) -> None:
        super().__init__(f"The request body is too large; at most {bytes_max} bytes are accepted.")


class MediaTypeUnsupported(DomainError):
    """The body is declared as something this call does not read."""

    def __init__(self, media_type: str, expected: str) -> None:
        super().__init__(
            f'The content type {media_type[:80]!r} is not accepted. Send "Content-Type: {expected}".'
        )


class ContentEncoded(DomainError):
    """The body is compressed, or otherwise not sent as it is."""

    def __init__(self, encoding: str) -> None:
        super().__init__(
            f"A body with the content encoding {encoding[:80]!r} is not accepted. Send it as it is, without "
            "Content-Encoding."
        )


class BodyTooSlow(DomainError):
    """The body did not arrive in time."""

    def __init__(self, seconds_max: float) -> None:
        super().__init__(
            f"The request body did not arrive whole within {seconds_max:g} seconds. Repeat the request."
        )


class BodyCutShort(DomainError):
    """The client went away before its body was complete."""

    def __init__(self) -> None:
        super().__init__("The connection closed before the whole body arrived. Repeat the request.")


async def read_body(
    request: Request,
    *,
    bytes_max: int = REQUEST_BODY_BYTES_MAX,
    seconds_max: float = BODY_SECONDS_MAX,
    take: Callable[[int], None] | None = None,
) -> bytes:
    """The raw body, at most ``bytes_max`` bytes. ``take`` is told the bytes of each piece, and may refuse by raising.

    Raises BodyTooLarge as soon as that is known, BodyTooSlow when it is not all there in time, and
    ContentEncoded for a compressed one, which would have to be unpacked to be measured.
    """
    encoding = only_header(request, "Content-Encoding")
    if encoding is not None and encoding.strip().lower() not in ("", "identity"):
        raise ContentEncoded(encoding)
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > bytes_max:
        raise BodyTooLarge(bytes_max)
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds_max):
            async for chunk in request.stream():
                size += len(chunk)
                if size > bytes_max:
                    raise BodyTooLarge(bytes_max)
                if take is not None:
                    take(len(chunk))
                chunks.append(chunk)
    except TimeoutError:
        raise BodyTooSlow(seconds_max) from None
    return b"".join(chunks)


def check_json_type(content_type: str | None) -> None:
    """Refuse a body that says it is not JSON in UTF-8; a body that says nothing is taken as JSON."""
    if not content_type:
        return
    media_type, _, parameters = content_type.partition(";")
    media_type = media_type.strip().lower()
    charset = re.search(r"charset\s*=\s*\"?([\w-]+)", parameters, re.IGNORECASE)
    is_json = media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )
    if not is_json or (charset and charset[1].lower().replace("-", "") not in ("utf8", "usascii")):
        raise MediaTypeUnsupported(content_type, "application/json")


async def read_json_object(request: Request, *, bytes_max: int = REQUEST_BODY_BYTES_MAX) -> dict[str, Any]:
    """The body as a JSON object, for every call but the published one. An empty body is ``{}``."""
    check_json_type(only_header(request, "Content-Type"))
    return decode_object(await read_body(request, bytes_max=bytes_max), lenient=False)


def decode_object(raw: bytes, *, lenient: bool) -> dict[str, Any]:
    """The JSON object in ``raw``; nothing at all is ``{}``.

    With ``lenient`` a string that holds JSON is decoded once more, once only, and an object between bare
    double quotes loses them. Raises Invalid, on ``template_id`` when its value is what makes the text invalid
    (the page's placeholder, or an id without quotes that is not a number), else on ``body``.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse(f"The body is not UTF-8: byte {error.start} cannot be read.")
    if not text.strip():
        return {}
    try:
        value = _parse(text)
        if lenient and isinstance(value, str):
            text = value
            value = _parse(text)
    except _NotJSON as error:
        bare = text.strip()
        if lenient and bare.startswith('"{') and bare.endswith('}"') and len(bare) > 3:
            text = bare[1:-1]
            try:
                value = _parse(text)
            except _NotJSON as inner:
                _refuse_text(text, inner)
        else:
            _refuse_text(text, error)
    if not isinstance(value, dict):
        _refuse(f"The body must be a JSON object, not {_name_of(value)}.")
    return value


class _NotJSON(Exception):
    """The text is not JSON that we read; the message says why."""


def _parse(text: str) -> Any:
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _NotJSON(
            f"The body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        _refuse(f"The body is nested too deeply; at most {DEPTH_MAX} levels are accepted.")
    _check_depth(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise Invalid(
                    {printable(key): [f"The key {printable(key)} stands twice in one object. Send it once."]}
                )
            seen.add(key)
    return value


def _no_constant(name: str) -> NoReturn:
    raise _NotJSON(f"{name} is not a JSON value. Leave it out, or send a number.")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _NotJSON(f"The number {text[:40]} is too large.")
    return value


def _integer(text: str) -> int:
    if len(text) > 400:
        raise _NotJSON(f"The number {text[:40]}… is too large.")
    return int(text)


# Made once: json.loads() would make another for every body.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_float, parse_int=_integer
)


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEPTH_MAX):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
        if not level:
            return
    _refuse(f"The body is nested too deeply; at most {DEPTH_MAX} levels are accepted.")


def _refuse_text(text: str, error: _NotJSON) -> NoReturn:
    if _TEMPLATE_PLACEHOLDER.search(text):
        raise Invalid({"template_id": [PLACEHOLDER_FAULT]}) from None
    if _has_bare_template_id(text):
        raise Invalid({"template_id": [BARE_ID_FAULT]}) from None
    _refuse(str(error))


def _has_bare_template_id(text: str) -> bool:
    """Whether the first thing that is not JSON in the text is an unquoted value of its ``template_id``.

    ``{"data": {}, "template_id": 0b6f1d0a-5c39}`` is such a text: its members are read from the left, up to that one.
    """
    member = _FIRST_MEMBER.match(text)
    while member is not None:
        try:
            key, end = _DECODER.raw_decode(text, member.end())
        except json.JSONDecodeError:
            return False
        colon = _COLON.match(text, end)
        if colon is None:
            return False
        begin = colon.end()
        is_unquoted_id = key == "template_id" and text[begin : begin + 1] not in ("", '"')
        try:
            _, end = _DECODER.raw_decode(text, begin)
        except _NotJSON:
            return is_unquoted_id
        except json.JSONDecodeError as error:
            return is_unquoted_id and error.pos < len(text.rstrip())
        if is_unquoted_id and _MORE_OF_VALUE.match(text, end):
            return True
        member = _NEXT_MEMBER.match(text, end)
    return False


def _refuse(message: str) -> NoReturn:
    raise Invalid({"body": [message]}) from None


def _name_of(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    names = {str: "a string", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), "something else")


def printable(key: str, *, length_max: int = 80) -> str:
    """A key from outside, fit to stand in an answer: bounded, and without lone surrogates."""
    key = key.encode("utf-8", "replace").decode()
    return key if len(key) <= length_max else key[: length_max - 1] + "…"
