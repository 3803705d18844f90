"""Which language the reader of a page gets: the one chosen in the menu, else that of the browser."""

import pytest
from starlette.requests import Request

from certifly.public.reader import reader_of, reader_with_fallback


def request(query: str = "", *accepted: str) -> Request:
    headers = [(b"accept-language", each.encode()) for each in accepted]
    return Request({"type": "http", "headers": headers, "query_string": query.encode()})


@pytest.mark.parametrize(
    ("query", "accepted", "language", "link"),
    [
        ("", (), "en", ""),
        ("", ("he, en;q=0.5",), "he", ""),
        ("", ("nl", "de;q=0.5"), "de", ""),
        ("lang=de", ("he",), "de", "?lang=de"),
        ("lang=pt-BR", ("he",), "pt", "?lang=pt"),
        ("lang=zh-Hant-TW", (), "zh", "?lang=zh"),
        ("lang=DE", (), "de", "?lang=de"),
        ("lang=nl", ("he",), "he", ""),
        ("lang=", ("he",), "he", ""),
        ("lang=%22%3E%3Cscript%3E", (), "en", ""),
        ("lang=" + "-" * 60_000, (), "en", ""),
        ("language=de", (), "en", ""),
    ],
)
def test_the_menu_decides_before_the_browser(
    query: str, accepted: tuple[str, ...], language: str, link: str
) -> None:
    reader = reader_of(request(query, *accepted))

    assert (reader.words.language, reader.query) == (language, link)


@pytest.mark.parametrize(
    ("accepted", "certificate", "language"),
    [
        ((), "de", "de"),
        (("*",), "de-AT", "de"),
        (("nl",), "de", "de"),
        (("nl",), "pl", "en"),
        (("fr",), "de", "fr"),
    ],
)
def test_the_certificates_language_is_taken_where_none_of_the_readers_is_spoken(
    accepted: tuple[str, ...], certificate: str, language: str
) -> None:
    reader = reader_with_fallback(request("", *accepted), certificate)

    assert reader.words.language == language and not reader.is_chosen
