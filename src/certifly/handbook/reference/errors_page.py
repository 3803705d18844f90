"""Every error code: what is wrong, what to do, and which calls answer it.

The list is that of ``web/errors.py``, so that no code can be missing; the meaning is the docstring of the error.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from certifly.handbook.facts import Installation
from certifly.handbook.page import Page
from certifly.handbook.reference.error_words import OTHERS, TO_DO, WHERE
from certifly.handbook.reference.operation_page import Operation, codes_in, operations_in
from certifly.handbook.reference.schema_words import Reader
from certifly.handbook.reference.tables import code, fence, one_line
from certifly.web.errors import STATUS
from certifly.web.phrases import phrase_of

LISTED_MAX = 8
"""Calls that are named one by one; of more, their number is said."""

_INTRODUCTION = """\
# Errors

Every error has one shape. `message` says what is wrong and what to do about it, in a sentence for people; `errors`
names each fault by its place; `code` is the word for programs, and never changes; `request_id` finds the request in
the operator's log, and is also in the header `X-Request-Id`.
"""
_PROBLEM = """\
With `Accept: application/problem+json` the same comes as a problem of RFC 9457, with `type`, `title`, `status` and
`detail` beside the four. Outside `/api/`, a browser (`Accept: text/html`) gets a page instead. Go by `code`, not by
the message: messages may come to say more.

401, 403, 404, 405, 409, 413, 415 and 422 stay what they are until the request or the state is another one. 408, 429
and 503 pass: repeat the request after the seconds that `Retry-After` names. Give the calls that issue a certificate
an `Idempotency-Key`, and repeating is always safe.
"""


@dataclass(frozen=True, slots=True)
class Code:
    """A code, with everything the page says of it."""

    name: str
    status: int
    meaning: str


def errors_page(installation: Installation) -> Page:
    """The page of every code."""
    answering = _answers_by_code(installation)
    parts = [_INTRODUCTION, _example(installation), _PROBLEM]
    status = None
    for one in all_codes():
        if one.status != status:
            status = one.status
            parts.append(f"## {_heading(status)}\n")
        answers = answering.get(one.name, [])
        others = sorted({answered for answered, _ in answers if answered != one.status})
        also = "".join(f" Some calls answer it with {answered}." for answered in others)
        parts.append(f"### {code(one.name)}\n\n{one.meaning}{also}\n")
        parts.append(f"**What to do:** {TO_DO[one.name]}\n")
        parts.append(f"Answered by: {_where(one.name, [call for _, call in answers], installation)}.\n")
    return Page(
        "reference/errors",
        "Errors",
        "Every error code: its status, what it means, what to do, and which calls answer it.",
        "\n".join(parts),
    )


def all_codes() -> list[Code]:
    """Every code that an answer can carry, by status."""
    found = {name: Code(name, other.status, other.meaning) for name, other in OTHERS.items()}
    for kind, (status, name) in STATUS.items():
        found[name] = Code(name, status, one_line((kind.__doc__ or "").split("\n\n")[0]))
    # What has no status of its own comes last.
    return sorted(found.values(), key=lambda one: (one.status or 999, one.name))


def _answers_by_code(installation: Installation) -> Mapping[str, list[tuple[int, Operation]]]:
    """Which calls answer a code, and with which status."""
    read = Reader(installation.openapi)
    found: dict[str, list[tuple[int, Operation]]] = {}
    for operation in operations_in(installation.openapi):
        for status, answer in operation.told["responses"].items():
            told = read.resolve(answer)
            for name in {*codes_in(one_line(told["description"]))[1], *_constant_codes(told)}:
                found.setdefault(name, []).append((int(status), operation))
    return found


def _constant_codes(answer: Mapping[str, Any]) -> Iterator[str]:
    """The code of an answer that has its own shape and one code only."""
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    constant = schema.get("properties", {}).get("code", {}).get("const")
    if constant:
        yield constant


def _where(name: str, mine: list[Operation], installation: Installation) -> str:
    if name in WHERE:
        return WHERE[name]
    if len(mine) <= LISTED_MAX:
        return _links(mine)
    everything = operations_in(installation.openapi)
    groups = {
        "every call of this installation": everything,
        "every call that wants a token": [one for one in everything if one.told["security"]],
        "every call that wants a scope": [one for one in everything if _wants_scope(one)],
        "every call that takes a body": [one for one in everything if _takes_body(one)],
        "every call that wants a token or takes a body": [
            one for one in everything if one.told["security"] or _takes_body(one)
        ],
    }
    for words, group in groups.items():
        if {one.id for one in group} == {one.id for one in mine}:
            return words
    without = [one for one in everything if one not in mine]
    if len(without) <= LISTED_MAX:
        return f"every call but {_links(without)}"
    return f"{len(mine)} calls, as their pages say"


def _links(operations: Iterable[Operation]) -> str:
    return ", ".join(f"[{one.told['summary']}](/docs/{one.page_path})" for one in operations)


def _takes_body(operation: Operation) -> bool:
    return "requestBody" in operation.told


def _wants_scope(operation: Operation) -> bool:
    return any(scopes for one in operation.told["security"] for scopes in one.values())


def _example(installation: Installation) -> str:
    schema = installation.openapi["components"]["responses"]["UnprocessableContent"]
    example = schema["content"]["application/json"]["example"]
    return fence(json.dumps(example, indent=2, ensure_ascii=False), "json")


def _heading(status: int) -> str:
    return f"{status} {phrase_of(status)}" if status else "Any other status"
