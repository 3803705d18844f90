"""The reason somebody gives: text, cleaned, of bounded length; asked for where there must be one."""

from typing import Any

import pytest

from certifly.certificates.models import REASON_CHARACTERS_MAX
from certifly.certificates.reason import REQUIRED_FAULT, read_reason


def read(body: dict[str, Any], *, required: bool = True) -> tuple[str | None, list[str]]:
    faults: dict[str, list[str]] = {}
    reason = read_reason(body, faults, required=required)
    assert set(faults) <= {"reason"}
    return reason, faults.get("reason", [])


def test_it_is_cleaned_as_every_text_is() -> None:
    assert read({"reason": "  Issued\tin <b>error</b>. "}) == ("Issued in error.", [])


@pytest.mark.parametrize("body", [{}, {"reason": None}, {"reason": ""}, {"reason": " \u200b<b></b>"}])
def test_nothing_is_no_reason(body: dict[str, Any]) -> None:
    assert read(body, required=True) == (None, [REQUIRED_FAULT])
    assert read(body, required=False) == (None, [])


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("value", [True, 0, 1.5, [], {}, ["text"]])
def test_what_is_no_text_is_refused(value: object, required: bool) -> None:
    reason, [fault] = read({"reason": value}, required=required)

    assert reason is None
    assert "text in double quotes" in fault


def test_it_has_a_bound() -> None:
    longest = "r" * REASON_CHARACTERS_MAX

    assert read({"reason": longest}) == (longest, [])
    reason, [fault] = read({"reason": longest + "r"})
    assert reason is None
    assert "501 characters" in fault and "At most 500" in fault


def test_it_has_the_same_bound_when_cleaning_makes_it_longer() -> None:
    twice_as_long_in_nfc = "\u0958"  # a Devanagari letter that is written as two

    assert read({"reason": twice_as_long_in_nfc * (REASON_CHARACTERS_MAX // 2)})[1] == []
    _, [fault] = read({"reason": twice_as_long_in_nfc * (REASON_CHARACTERS_MAX // 2 + 1)})

    assert "502 characters" in fault


@pytest.mark.parametrize("text", ["half \ud800 a pair", "a" + "\u0301" * 31])
def test_what_no_file_can_hold_is_refused(text: str) -> None:
    reason, [fault] = read({"reason": text})

    assert reason is None
    assert fault.startswith("reason cannot be kept. ")
