"""The format of tokens, for all secrets."""

import base64
import re

from hypothesis import assume, given
from hypothesis import strategies as st

from certifly.tenants.tokens import PREFIX, SECRET_BYTES, digest_of, parse_token

SECRETS = st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES).map(
    lambda content: PREFIX + base64.urlsafe_b64encode(content).rstrip(b"=").decode()
)
LENGTH = len(PREFIX) + 43


@given(secret=SECRETS)
def test_every_secret_has_the_shape_by_which_it_is_recognised(secret: str) -> None:
    assert parse_token(secret) == secret
    assert len(secret) == LENGTH
    assert re.fullmatch(r"certifly_[A-Za-z0-9_-]{43}", secret)


@given(secret=SECRETS, position=st.integers(0, LENGTH - 1), character=st.characters())
def test_one_wrong_character_is_another_secret_or_none(secret: str, position: int, character: str) -> None:
    assume(secret[position] != character)
    wrong = secret[:position] + character + secret[position + 1 :]

    assert parse_token(wrong) is None or digest_of(wrong) != digest_of(secret)
    if position < len(PREFIX) or not re.fullmatch(r"[A-Za-z0-9_-]", character):
        assert parse_token(wrong) is None


@given(secret=SECRETS, more=st.text(min_size=1, max_size=3))
def test_a_longer_or_shorter_one_is_none(secret: str, more: str) -> None:
    assert parse_token(secret + more) is None
    assert parse_token(more + secret) is None
    assert parse_token(secret[:-1]) is None


@given(text=st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_has_a_digest(text: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", digest_of(text))
