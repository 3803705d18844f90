"""A call of the HTTP API, as a tool asks it, and its answer.

Tools decide nothing themselves: rules, scopes, errors, limits and the separation of tenants are the API's own, since
every question goes to it with the caller's own token. Whether it travels through this process or over a network is
no business of a tool.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: what the client sent with its message, passed on as it is."""

    request_id: str
    authorization: tuple[str, ...] = ()
    """Every ``Authorization`` header. That there may be one only is for the API to say."""
    client: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One call of the API."""

    method: str
    path: str
    """Below the address of the installation; every part that came from outside is quoted."""
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def query_string(self) -> str:
        """The query, encoded."""
        return urlencode(self.query)

    def all_headers(self, caller: Caller) -> list[tuple[str, str]]:
        """What goes with it."""
        found = [("accept", JSON), ("x-request-id", caller.request_id)]
        found += [("authorization", value) for value in caller.authorization]
        if self.body is not None:
            found.append(("content-type", self.content_type))
        return found + list(self.headers.items())


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether it did what was asked."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.body)


class Gateway(Protocol):
    """The way to an installation's HTTP API."""

    @property
    def public_url(self) -> str:
        """The address of the installation, without a slash at its end."""

    async def ask(self, question: Question, caller: Caller) -> Answer:
        """Ask, and wait for the answer, whatever its status. Raises Unanswered when none came."""


class Unanswered(Exception):
    """No answer came, for a reason that may be told; it is not known whether the call was carried out."""


class Refused(Exception):
    """The API answered with an error. The answer says which."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"refused with {answer.status}")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class API:
    """The API for one caller. What it refuses is raised as Refused, for the one place that tells it."""

    gateway: Gateway
    caller: Caller

    async def get(self, path: str, **query: object) -> Answer:
        """Read. Of the query, what is None is left out."""
        wanted = {name: str(value) for name, value in query.items() if value is not None}
        return await self._ask(Question("GET", path, wanted))

    async def post(
        self, path: str, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send JSON. Of the body, what is None is left out."""
        sent = json.dumps({name: value for name, value in body.items() if value is not None})
        return await self._ask(Question("POST", path, body=sent.encode(), headers=headers or {}))

    async def post_file(self, path: str, content: bytes) -> Answer:
        """Send bytes as they are."""
        return await self._ask(Question("POST", path, body=content, content_type="application/octet-stream"))

    async def delete(self, path: str) -> Answer:
        """Take away."""
        return await self._ask(Question("DELETE", path))

    async def _ask(self, question: Question) -> Answer:
        answer = await self.gateway.ask(question, self.caller)
        if not answer.is_success:
            raise Refused(answer)
        return answer
