"""The kinds of text a designer writes once: a line, a text of several lines, a web address.

What a certificate's data has too much of is cleaned away; what a designer wrote is told instead, since nobody
is waiting and the words are their own. The rules are said in sentences that begin with the place of the text.
"""

import re
from ipaddress import IPv6Address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from certifly.templates.errors import UnacceptableText
from certifly.templates.markup import without_markup
from certifly.templates.sanitise import sanitise

URL_CHARACTERS_MAX = 2048
HOST_CHARACTERS_MAX = 253

_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?")
_NEVER_IN_URLS = re.compile(r'[\s"<>\\^`{|}]')
_LINE_END = re.compile("\r\n?")
_OTHER_CONTROLS = re.compile("[\t\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
"""White space that is neither a space nor the end of a line: readers of signed data differ on it."""


class Strict(BaseModel):
    """A part of a document: of exactly these keys and kinds, and never changed.

    The docstring of each key is what the reference says of it.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)


def web_address_fault(text: str) -> str | None:
    """What keeps a text from being a web address, as the end of a sentence; None for one."""
    if len(text) > URL_CHARACTERS_MAX:
        return f"is too long for a web address: at most {URL_CHARACTERS_MAX} characters are accepted"
    try:
        parts = urlsplit(text)
        _ = parts.port
        host = parts.hostname or ""
        if ":" in host:
            IPv6Address(host)
    except ValueError:
        return "is not a web address such as https://example.org/course"
    if parts.scheme not in ("http", "https") or not host or _NEVER_IN_URLS.search(text):
        return "must be a web address that begins with https:// or http://, without spaces"
    if "@" in parts.netloc:
        return "must be a web address without a user name or password in it"
    if len(host) > HOST_CHARACTERS_MAX or not (":" in host or _HOST.fullmatch(host)):
        return "names a host that cannot exist"
    return None


def _one_clean_line(text: str) -> str:
    cleaned = _sanitised(text)
    if cleaned != text:
        raise ValueError(
            "must be plain text on one line, without tags and character references of HTML; write it as "
            f"“{cleaned}”"
        )
    return text


def _clean_lines(text: str) -> str:
    text = _LINE_END.sub("\n", text)
    _sanitised(text)
    if wrong := _OTHER_CONTROLS.search(text):
        raise ValueError(
            f"contains the code point U+{ord(wrong[0]):04X}; of white space, use spaces and line ends"
        )
    if without_markup(text) != text:
        raise ValueError("must be plain text or Markdown, without HTML tags")
    return text


def _sanitised(text: str) -> str:
    try:
        cleaned = sanitise(text)
    except UnacceptableText as error:
        told = str(error)
        raise ValueError(f"{told[0].lower()}{told[1:]}") from None
    if not cleaned:
        raise ValueError("must not be blank")
    return cleaned


def _web_address(text: str) -> str:
    if wrong := web_address_fault(text):
        raise ValueError(wrong)
    return text


# What a schema can say of these rules, it says too; the sentences of the answers come from the rules.
Line = Annotated[str, AfterValidator(_one_clean_line), Field(json_schema_extra={"minLength": 1})]
Lines = Annotated[str, AfterValidator(_clean_lines), Field(json_schema_extra={"minLength": 1})]
WebAddress = Annotated[
    str,
    AfterValidator(_web_address),
    Field(json_schema_extra={"format": "uri", "pattern": "^https?://", "maxLength": URL_CHARACTERS_MAX}),
]
