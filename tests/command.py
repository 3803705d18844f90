"""The command line, called in this process as an operator calls it: arguments in, exit code and words out."""

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from typing import Any

import pytest

from certifly.cli.main import main


@dataclass(frozen=True)
class Answer:
    """What a command said, and how it ended."""

    exit_code: int
    output: str
    errors: str

    @property
    def facts(self) -> dict[str, Any]:
        """The one JSON line of a command called with ``--json``."""
        found: dict[str, Any] = json.loads(self.output)
        assert self.output.count("\n") == 1
        return found

    @property
    def fault(self) -> dict[str, Any]:
        """The one JSON line of a command that refused."""
        found: dict[str, Any] = json.loads(self.errors)
        assert self.output == ""
        return found


class CommandLine:
    """``certifly`` on one installation."""

    def __init__(self, environment: dict[str, str], capture: pytest.CaptureFixture[str]) -> None:
        self.environment = environment
        self._capture = capture

    def __call__(self, *arguments: str, standard_input: bytes = b"", **settings: str) -> Answer:
        """Run a command; ``settings`` are CERTIFLY_* variables for it alone, an empty one unsets."""
        given = {f"CERTIFLY_{name.upper()}": value for name, value in settings.items()}
        self._capture.readouterr()
        process = _called_as(list(arguments), self.environment | given, standard_input)
        with process, pytest.raises(SystemExit) as ended:
            main()
        said = self._capture.readouterr()
        assert isinstance(ended.value.code, int)
        return Answer(ended.value.code, said.out, said.err)


@contextmanager
def _called_as(arguments: list[str], environment: dict[str, str], standard_input: bytes) -> Iterator[None]:
    """As if this process had been started for the command, and as before afterwards."""
    root = logging.getLogger()
    before = (sys.argv, dict(os.environ), sys.stdin, root.handlers[:], root.level)
    sys.argv = ["certifly", *arguments]
    sys.stdin = TextIOWrapper(BytesIO(standard_input))
    for name in [name for name in os.environ if name.startswith("CERTIFLY_")]:
        del os.environ[name]
    os.environ.update(environment)
    try:
        yield
    finally:
        sys.argv, variables, sys.stdin, root.handlers[:], root.level = before
        os.environ.clear()
        os.environ.update(variables)
