"""What a model is told of a refusal: the API's own words, and how to go on."""

import json
from typing import Any

from certifly.mcp.asking import Answer
from certifly.mcp.refusals import FAULTS_TOLD_MAX, MESSAGE_LENGTH_MAX, in_words


def refusal(status: int, body: Any = None, **headers: str) -> str:
    """The words for an answer of the API."""
    said = {"message": "No.", "errors": {}, "code": "a_code", "request_id": "r1"} if body is None else body
    content = said if isinstance(said, bytes) else json.dumps(said).encode()
    return in_words(
        Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)
    )


def test_the_words_are_the_apis_with_code_and_request() -> None:
    assert refusal(404) == "Refused: No.\nError code: a_code (HTTP 404). Request id: r1."


def test_faults_are_told_field_by_field_up_to_a_number_of_them() -> None:
    def told(count: int) -> str:
        errors = {f"data.{number}": ["Wrong."] for number in range(count)}
        return refusal(422, {"message": "No.", "errors": errors, "code": "invalid", "request_id": "r1"})

    assert "- data.0: Wrong." in told(1)
    assert "more" not in told(FAULTS_TOLD_MAX)
    assert f"- data.{FAULTS_TOLD_MAX - 1}: Wrong.\n- and 1 more" in told(FAULTS_TOLD_MAX + 1)


def test_a_missing_scope_is_named_with_how_to_get_it() -> None:
    challenge = 'Bearer realm="certifly", error="insufficient_scope", scope="certificates.write"'

    words = refusal(403, www_authenticate=challenge)

    assert "Missing scope: certificates.write." in words and "--scope certificates.write" in words
    assert "Missing scope: that the message names." in refusal(403)


def test_a_wait_is_told() -> None:
    assert "Wait 7 seconds, then repeat the same call." in refusal(429, retry_after="7")
    assert "Wait 2 seconds" in refusal(503, retry_after="2")


def test_what_is_our_fault_is_for_the_operator() -> None:
    assert "tell the person the request id" in refusal(500)


def test_what_somebody_in_between_says_is_not_passed_on() -> None:
    for page in (b"<html>Bad Gateway</html>", b"\xff", b"[]", b'{"message": 5}'):
        words = refusal(502, page)
        assert (
            "answered with the status 502" in words and "html" not in words and "Request id: unknown" in words
        )
    assert "- " not in refusal(422, {"message": "No.", "errors": []})
    assert "answered with the status 502" in refusal(502, b"[" * 100_000)


def test_faults_that_somebody_in_between_shapes_otherwise_are_told_all_the_same() -> None:
    words = refusal(422, {"message": "No.", "errors": {"a": "Wrong.", "b": 5, "c": None}})

    assert "- a: Wrong.\n- b: 5\n- c: None\n" in words


def test_a_message_has_a_length() -> None:
    assert len(refusal(422, {"message": "x" * MESSAGE_LENGTH_MAX})) < MESSAGE_LENGTH_MAX + 100
    assert len(refusal(422, {"message": "x" * 10 * MESSAGE_LENGTH_MAX})) < MESSAGE_LENGTH_MAX + 100
