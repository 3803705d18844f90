"""Who gets the page and who gets JSON."""

import pytest

from certifly.public.answers import prefers_json

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    "accept",
    [
        "application/json",
        "application/problem+json",
        "application/json, text/plain, */*",
        "APPLICATION/JSON",
        "application/json;q=0.9, text/html;q=0.8",
        "application/*",
        "text/html;q=0, application/json;q=0.001",
    ],
)
def test_programs_that_ask_for_json_get_it(accept: str) -> None:
    assert prefers_json(accept)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        BROWSER,
        "text/html, application/json",
        "application/json;q=0.8, text/html;q=0.9",
        "application/json;q=0",
        "image/png",
        "application/json;q=2;q=0",
        ",,;;q=,",
    ],
)
def test_everybody_else_gets_the_page(accept: str) -> None:
    assert not prefers_json(accept)
