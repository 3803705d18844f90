"""What a status is called does not depend on the Python that runs us."""

from http import HTTPStatus

import pytest

from certifly.web.phrases import phrase_of


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (201, "Created"),
        (404, "Not Found"),
        (413, "Content Too Large"),
        (422, "Unprocessable Content"),
        (431, "Request Header Fields Too Large"),
        (503, "Service Unavailable"),
    ],
)
def test_a_status_has_its_name_of_rfc_9110(status: int, name: str) -> None:
    assert phrase_of(status) == name


def test_what_is_no_status_has_none() -> None:
    with pytest.raises(ValueError, match="999"):
        phrase_of(999)


def test_every_other_name_is_pythons() -> None:
    assert phrase_of(418) == HTTPStatus(418).phrase
