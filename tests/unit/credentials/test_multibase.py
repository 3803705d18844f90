"""Bytes as text and back."""

import pytest

from certifly.credentials import multibase
from certifly.credentials.multibase import (
    TEXT_CHARACTERS_MAX,
    NotMultibase,
    decode,
    decode_base64url,
    encode_base64url,
)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        # Test vectors of the Multibase specification and of Bitcoin Core.
        (b"yes mani !", "z7paNL19xttacUY"),
        (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),
        (b"\x00\x00\x28\x7f\xb4\xcd", "z11233QC4"),
        (b"", "z"),
        (b"\x00", "z1"),
    ],
)
def test_base58_is_that_of_others(data: bytes, text: str) -> None:
    assert multibase.encode(data) == text
    assert decode(text) == data


def test_base64url_is_read_too() -> None:
    assert decode("ueWVzIG1hbmkgIQ") == b"yes mani !"
    assert encode_base64url(b"yes mani !") == "eWVzIG1hbmkgIQ"


@pytest.mark.parametrize("text", ["", "x00", "Zabc", "z0", "zO", "zü", "u=", "uA", "ué", "uAB==", "u+/"])
def test_any_other_text_stands_for_nothing(text: str) -> None:
    with pytest.raises(NotMultibase):
        decode(text)


def test_of_the_spellings_of_base64url_only_one_counts() -> None:
    assert decode_base64url("AA") == b"\0"
    with pytest.raises(NotMultibase, match="canonical"):
        decode_base64url("AB")


def test_a_text_is_read_up_to_its_limit() -> None:
    assert decode("z" + "1" * (TEXT_CHARACTERS_MAX - 1)) == b"\0" * (TEXT_CHARACTERS_MAX - 1)
    with pytest.raises(NotMultibase, match="longer"):
        decode("z" + "1" * TEXT_CHARACTERS_MAX)
