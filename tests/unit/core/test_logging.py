"""Log lines: JSON, with the request id, and without anything that somebody sent."""

import asyncio
import io
import json
import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from certifly.core.logging import configure_logging, request_id

log = logging.getLogger("certifly.tests")


class Written:
    """The lines that were logged, as JSON."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def line(self) -> dict[str, Any]:
        [only] = self.lines()
        return only


@pytest.fixture
def written() -> Iterator[Written]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    kept = {
        name: (logging.getLogger(name).level, logging.getLogger(name).propagate)
        for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "dbos", "alembic")
    }
    found = Written()
    configure_logging("info", stream=found.stream)
    yield found
    root.handlers[:], level = before
    root.setLevel(level)
    for name, (level, propagate) in kept.items():
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).propagate = propagate


def test_a_line_says_when_who_and_what(written: Written) -> None:
    log.info("certificate_produced", extra={"facts": {"certificate_id": 7, "name": "الله"}})

    line = written.line()
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "certifly.tests",
        "message": "certificate_produced",
        "certificate_id": 7,
        "name": "الله",
    }


def test_what_json_cannot_say_is_said_in_words(written: Written) -> None:
    log.info("x", extra={"facts": {"when": object}})

    assert written.line()["when"] == "<class 'object'>"


def test_facts_that_are_no_mapping_are_left_out(written: Written) -> None:
    log.info("x", extra={"facts": "Ada"})

    assert "Ada" not in str(written.line())


def test_the_request_id_is_in_every_line_of_its_request_and_in_no_other(written: Written) -> None:
    async def answer(name: str) -> None:
        request_id.set(name)
        await asyncio.sleep(0)
        log.info("answered", extra={"facts": {"by": name}})

    async def both() -> None:
        await asyncio.gather(answer("one"), answer("two"))

    asyncio.run(both())
    log.info("later")

    *answered, later = written.lines()
    assert [(line["by"], line["request_id"]) for line in answered] == [("one", "one"), ("two", "two")]
    assert "request_id" not in later


def test_less_than_the_level_is_not_written(written: Written) -> None:
    log.debug("x")

    assert written.lines() == []


def test_an_exception_is_its_kind_and_its_places(written: Written) -> None:
    def inner(_name: str) -> None:
        raise ValueError("Ada <ada@example.org>")

    try:
        inner("Ada")
    except ValueError:
        log.exception("defect")

    line = written.line()
    assert (line["message"], line["error"]) == ("defect", "ValueError")
    assert [frame.rpartition(" ")[2] for frame in line["frames"]] == [
        "test_an_exception_is_its_kind_and_its_places",
        "inner",
    ]
    assert "Ada" not in written.stream.getvalue()


def test_exc_info_without_an_exception_says_nothing(written: Written) -> None:
    log.info("x", exc_info=True)  # noqa: LOG014

    assert "error" not in written.line()


def test_an_exception_is_not_quoted_by_a_librarys_message(written: Written) -> None:
    foreign = logging.getLogger("somebody.elses")
    try:
        try:
            raise KeyError("Ada")
        except KeyError as error:
            raise ValueError("row of Ada") from error
    except ValueError as error:
        foreign.error(f"failed: {error}")
        foreign.error("failed: %s, since %s", error, error.__cause__)
        foreign.error(f"failed: {error}", exc_info=True)

    assert [line["message"] for line in written.lines()] == [
        "failed: ValueError",
        "failed: ValueError, since KeyError",
        "failed: ValueError",
    ]
    assert "Ada" not in written.stream.getvalue()


def test_only_the_first_line_of_a_message_is_written(written: Written) -> None:
    logging.getLogger("somebody.elses").warning("statement failed\nINSERT ... 'Ada'")

    assert written.line()["message"] == "statement failed"


def test_a_traceback_that_was_written_out_is_its_kind_and_its_places(written: Written) -> None:
    def inner() -> None:
        raise ValueError("Ada")

    with pytest.raises(ValueError, match="Ada") as raised:
        inner()
    logging.getLogger("uvicorn.error").error("".join(traceback.format_exception(raised.value)))

    line = written.line()
    assert (line["message"], line["error"]) == ("uncaught", "ValueError")
    assert [frame.rpartition(" ")[2] for frame in line["frames"]] == [
        "test_a_traceback_that_was_written_out_is_its_kind_and_its_places",
        "inner",
    ]
    assert "Ada" not in written.stream.getvalue()


def test_an_exception_without_words_changes_no_message(written: Written) -> None:
    try:
        raise ValueError
    except ValueError:
        log.warning("sweep_failed", exc_info=True)

    assert written.line()["message"] == "sweep_failed"


def test_a_chain_of_exceptions_may_be_a_ring(written: Written) -> None:
    first, second = ValueError("one"), ValueError("two")
    first.__context__, second.__context__ = second, first
    log.warning("failed: one, two", exc_info=first)

    assert written.line()["message"] == "failed: ValueError, ValueError"


def test_a_task_that_nobody_awaited_does_not_quote_its_exception(written: Written) -> None:
    async def fail() -> None:
        raise ValueError("Ada")

    async def leave() -> None:
        task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task

    asyncio.run(leave())

    assert written.line()["message"] == "Task exception was never retrieved"
    assert "Ada" not in written.stream.getvalue()


@pytest.mark.parametrize(
    "name", ["uvicorn", "uvicorn.error", "dbos", "alembic", "sqlalchemy.pool", "anything"]
)
def test_other_libraries_write_through_the_same_handler(written: Written, name: str) -> None:
    logging.getLogger(name).error("trouble")

    assert (written.line()["logger"], written.line()["message"]) == (name, "trouble")


@pytest.mark.parametrize("name", ["uvicorn.access", "alembic"])
def test_those_that_talk_at_every_step_are_heard_from_a_warning_on(written: Written, name: str) -> None:
    logging.getLogger(name).info("GET /check/…")
    assert written.lines() == []

    logging.getLogger(name).warning("trouble")
    assert written.line()["message"] == "trouble"


def test_a_handler_of_its_own_is_taken_from_a_library(written: Written) -> None:
    logging.getLogger("uvicorn").addHandler(logging.StreamHandler(io.StringIO()))
    configure_logging("info", stream=written.stream)

    assert logging.getLogger("uvicorn").handlers == []


def test_without_a_stream_it_is_standard_error(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging("error")
    log.error("trouble")
    log.warning("note")

    assert json.loads(stream.getvalue())["message"] == "trouble"
    assert written.lines() == []
