"""What a status of HTTP is called: by RFC 9110, whatever the Python that runs us calls it.

Python changed some of its names in 3.13. They stand in headings of the handbook, whose addresses must stay, and in
answers.
"""

from http import HTTPStatus

_NAMES = {413: "Content Too Large", 422: "Unprocessable Content"}


def phrase_of(status: int) -> str:
    """The name of a status, such as ``Not Found``. Raises ValueError for what is none."""
    return _NAMES.get(status) or HTTPStatus(status).phrase
