"""Request headers that may stand once only, and those that may be split over several lines.

A header sent twice is read differently by different software: what a proxy checked may not be what we obey.
Where one value decides something, a second one is refused instead of being overlooked.
"""

from starlette.requests import Request

from certifly.core.errors import DomainError


class HeaderRepeated(DomainError):
    """A header that may stand once stands several times."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The header {name} stands more than once in this request. Send it once.")


def only_header(request: Request, name: str) -> str | None:
    """The value of a header, None without it. Raises HeaderRepeated when there are several."""
    values = request.headers.getlist(name)
    if len(values) > 1:
        raise HeaderRepeated(name)
    return values[0] if values else None


def list_header(request: Request, name: str) -> str | None:
    """A header that holds a list: its lines are one value, in their order (RFC 9110, 5.3)."""
    values = request.headers.getlist(name)
    return ", ".join(values) if values else None
