"""One JSON object a line on standard error, with the request id, and without personal data.

Callers log facts by name: ``log.info("certificate_produced", extra={"facts": {"certificate_id": 7}})``.
What is logged are ids, codes, counts and durations: never names, addresses, request bodies or secrets.
"""

import json
import logging
import re
import sys
import traceback
from contextvars import ContextVar
from typing import TextIO

from certifly.core.clock import isoformat, utc_now

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request being answered in this context, echoed in answers and logged in every line."""


_WRITTEN_OUT = re.compile(
    r"Traceback \(most recent call last\):\n(?P<frames>(?: .*\n)+)(?P<error>[\w.]+)", re.ASCII
)
_FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>[0-9]+), in (?P<name>\S+)$', re.MULTILINE)
CAUSES_MAX = 10
"""Exceptions behind an exception whose texts are looked for."""


class JSONFormatter(logging.Formatter):
    """Writes a record as one line of JSON; a traceback becomes frames without values."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": isoformat(utc_now()),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _plain(record),
        }
        if (current := request_id.get()) is not None:
            line["request_id"] = current
        facts = getattr(record, "facts", None)
        if isinstance(facts, dict):
            line.update(facts)
        if written := _WRITTEN_OUT.match(record.getMessage()):
            # The web server writes a failed start out as one text.
            line["message"] = "uncaught"
            line["error"] = written["error"]
            line["frames"] = [
                f"{place['file'].rpartition('/site-packages/')[2]}:{place['line']} {place['name']}"
                for place in _FRAME.finditer(written["frames"])
            ]
        if record.exc_info and record.exc_info[0] is not None:
            # The text of an exception may quote a row or a body; its class and its place may not.
            line["error"] = record.exc_info[0].__name__
            line["frames"] = [
                f"{frame.filename.rpartition('/site-packages/')[2]}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])
            ]
        return json.dumps(line, ensure_ascii=False, default=str)


def _plain(record: logging.LogRecord) -> str:
    """The first line of the message, without the text of an exception: that may quote a row or a body.

    Libraries like to write it into their messages, most often inside the ``except`` that caught it.
    """
    message = record.getMessage()
    error = record.exc_info[1] if record.exc_info else sys.exc_info()[1]
    for _ in range(CAUSES_MAX):
        if error is None:
            break
        if text := str(error):
            message = message.replace(text, type(error).__name__)
        error = error.__cause__ or error.__context__
    return message.partition("\n")[0]


def configure_logging(level: str, *, stream: TextIO | None = None) -> None:
    """Send every logger of this process through one handler at ``level`` (``info``, ``debug``, …)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JSONFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("uvicorn", "uvicorn.error", "uvicorn.access", "dbos", "alembic"):
        logger = logging.getLogger(noisy)
        logger.handlers[:] = []
        logger.propagate = True
    for talkative in ("uvicorn.access", "alembic", "mcp", "httpx2"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
