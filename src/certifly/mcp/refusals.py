"""What a model is told when a tool could not do what it was asked: why, field by field, and how to go on.

The message, the faults and the code are the API's own. What is added is what a caller of HTTP would read in headers
or in the handbook: which scope is missing and who can give it, where a token goes, how long to wait.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from certifly.mcp.asking import Answer

FAULTS_TOLD_MAX = 100
MESSAGE_LENGTH_MAX = 2000

HOW_TO_AUTHENTICATE = (
    'A token goes into the settings of this MCP connection: over HTTP as the header "Authorization: Bearer <token>", '
    "with the command certifly mcp as CERTIFLY_TOKEN or --token-file. The person who set the connection up "
    "puts it there; it is never an argument of a tool, and has no place in a conversation. An operator of "
    "the installation makes one: certifly token create --tenant SLUG --name NAME --scope SCOPE."
)


def in_words(answer: Answer) -> str:
    """The API's refusal as a text for a model."""
    said = _read(answer)
    lines = [f"Refused: {said['message']}", *_faults(said["errors"])]
    if hint := _how_to_go_on(answer, said["code"]):
        lines.append(hint)
    lines.append(f"Error code: {said['code']} (HTTP {answer.status}). Request id: {said['request_id']}.")
    return "\n".join(lines)


def missing_scope(answer: Answer) -> str | None:
    """The scope that the token lacks, as a 403 names it."""
    challenge = answer.headers.get("www-authenticate", "")
    _, found, rest = challenge.partition('scope="')
    return rest.partition('"')[0] if found else None


def _read(answer: Answer) -> dict[str, Any]:
    """The one shape of errors; a proxy in between may answer in another."""
    said: Any = None
    try:
        said = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        pass  # told by its status below
    if not isinstance(said, dict) or not isinstance(said.get("message"), str):
        said = {
            "message": f"The installation answered with the status {answer.status}, and without words of its own."
        }
    errors = said.get("errors")
    return {
        "message": said["message"][:MESSAGE_LENGTH_MAX],
        "errors": errors if isinstance(errors, dict) else {},
        "code": said.get("code", "unknown"),
        "request_id": said.get("request_id", "unknown"),
    }


def _faults(errors: Mapping[str, Any]) -> Iterator[str]:
    told = [
        (field, fault)
        for field, faults in errors.items()
        for fault in (faults if isinstance(faults, list) else [faults])
    ]
    for field, fault in told[:FAULTS_TOLD_MAX]:
        yield f"- {field}: {fault}"
    if len(told) > FAULTS_TOLD_MAX:
        yield f"- and {len(told) - FAULTS_TOLD_MAX} more"


def _how_to_go_on(answer: Answer, code: str) -> str | None:
    if answer.status == 401:
        return HOW_TO_AUTHENTICATE
    if answer.status == 403:
        scope = missing_scope(answer) or "that the message names"
        return (
            f"Missing scope: {scope}. The scopes of a token never change; an operator of the installation "
            f"makes another: certifly token create --tenant SLUG --name NAME --scope {scope} (repeat --scope "
            "for each that is needed). Tell the person; do not look for a way around it. who_am_i "
            "says what this token may do."
        )
    if wait := answer.headers.get("retry-after"):
        return f"Wait {wait} seconds, then repeat the same call."
    if answer.status >= 500:
        return "Do not repeat it more than once. If it goes on, tell the person the request id, for the operator."
    return f"search_handbook explains the error code {code}." if answer.status == 409 else None
