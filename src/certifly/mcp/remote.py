"""The way to the HTTP API of an installation elsewhere, for ``certifly mcp --server``."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx2

from certifly.core.errors import DomainError
from certifly.mcp.asking import Answer, Caller, Question, Unanswered
from certifly.mcp.in_process import CALL_SECONDS_MAX

ANSWER_BYTES_MAX = 8 * 1024 * 1024
"""Largest answer that is read: whoever is at that address may not fill this machine."""


class ServerAddressInvalid(DomainError):
    """What stands behind --server is no address of an installation."""

    def __init__(self) -> None:
        super().__init__(
            "--server must be the address of an installation, such as https://certificates.example.org, without a "
            "user, a query or a fragment."
        )


def read_server_address(text: str) -> str:
    """The address without a slash at its end. Raises ServerAddressInvalid."""
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise ServerAddressInvalid from None
    if parts.scheme not in ("http", "https") or not has_host or re.search(r"[\s@?#]", text):
        raise ServerAddressInvalid
    return text.rstrip("/")


def is_overheard(address: str) -> bool:
    """Whether what is sent to an address can be read on its way: it leaves this machine, and is not encrypted."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return parts.scheme == "http" and not re.fullmatch(r"localhost|127(\.[0-9]+){3}|::1", host)


class Remote:
    """Asks an installation over HTTP."""

    def __init__(self, client: httpx2.AsyncClient, public_url: str, *, seconds_max: float) -> None:
        self._client = client
        self._public_url = public_url
        self._seconds_max = seconds_max

    @property
    def public_url(self) -> str:
        """The address of the installation."""
        return self._public_url

    async def ask(self, question: Question, caller: Caller) -> Answer:
        """Send the call. Raises Unanswered."""
        url = f"{self._public_url}{question.path}"
        if question.query:
            url += f"?{question.query_string}"
        try:
            async with asyncio.timeout(self._seconds_max):  # of the whole: the client's own is for each piece
                answer = await self._send(question, url, question.all_headers(caller))
        except httpx2.ConnectError as error:
            # In its own words: they tell a name that is wrong from a certificate that is not trusted.
            raise Unanswered(f"{self._public_url} cannot be reached: {error}.") from error
        except (TimeoutError, httpx2.TimeoutException) as error:
            message = f"{self._public_url} did not answer within {self._seconds_max:g} seconds."
            raise Unanswered(message) from error
        except httpx2.HTTPError as error:
            reason = type(error).__name__
            raise Unanswered(f"The installation {self._public_url} did not answer ({reason}).") from error
        self._check_who_answered(answer)
        return answer

    def _check_who_answered(self, answer: Answer) -> None:
        """No page of somebody else is passed on as ours. Whatever an installation answers names its request."""
        if 300 <= answer.status < 400:
            raise Unanswered(
                f"{self._public_url} leads on to another address. Give --server the one where it ends."
            )
        if answer.is_success and "x-request-id" not in answer.headers:
            raise Unanswered(
                f"What answers at {self._public_url} is no installation of Certifly. Look at the address after "
                "--server."
            )

    async def _send(self, question: Question, url: str, headers: list[tuple[str, str]]) -> Answer:
        async with self._client.stream(
            question.method, url, headers=headers, content=question.body
        ) as response:
            content = bytearray()
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > ANSWER_BYTES_MAX:
                    raise Unanswered(f"The answer of {self._public_url} is too large to be read.")
            answered = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, answered, bytes(content))


@asynccontextmanager
async def calling(server_url: str, *, seconds_max: float = CALL_SECONDS_MAX) -> AsyncIterator[Remote]:
    """The way to the installation at ``server_url``, until the block ends."""
    async with httpx2.AsyncClient(timeout=seconds_max, follow_redirects=False) as client:
        yield Remote(client, server_url, seconds_max=seconds_max)
