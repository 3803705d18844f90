"""Answers that are ready: compressed where that helps, for those who can take it."""

import gzip

import pytest

from certifly.handbook.answers import takes_gzip
from certifly.handbook.served import GZIP_BYTES_MIN, Served


@pytest.mark.parametrize(("size", "is_packed"), [(GZIP_BYTES_MIN - 1, False), (GZIP_BYTES_MIN, True)])
def test_what_is_short_is_not_compressed(size: int, is_packed: bool) -> None:
    served = Served.of(b"a" * size, "text/html")

    assert (served.packed is not None) == is_packed


def test_the_compressed_bytes_are_the_same_text() -> None:
    content = b"handbook " * 1000
    served = Served.of(content, "text/html")

    assert served.packed is not None and gzip.decompress(served.packed) == content
    assert served == Served.of(content, "text/html")


@pytest.mark.parametrize("media_type", ["font/woff2", "image/png"])
def test_what_is_compressed_already_is_left_alone(media_type: str) -> None:
    assert Served.of(b"a" * 5000, media_type).packed is None


@pytest.mark.parametrize("accept", ["gzip", "GZIP", "br, gzip;q=0.5", "deflate , gzip"])
def test_who_names_gzip_gets_it(accept: str) -> None:
    assert takes_gzip(accept)


@pytest.mark.parametrize("accept", [None, "", "br", "*", "gzip;q=0", "gzip; q=0.000", "identity"])
def test_everybody_else_gets_the_plain_bytes(accept: str | None) -> None:
    assert not takes_gzip(accept)
