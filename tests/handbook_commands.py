"""Runs what the handbook tells its readers to type, and compares what comes out with what it prints.

A page is read from its top. Its ``sh`` blocks are run in that order, in one shell, in one working folder, on one
running installation; the block of ``text`` or ``json`` that follows one is what it has to print. CONTRIBUTING.md
says how a block is written that keeps running, that cannot be run, or that is a file to save.

Little of what is printed may differ. The values in ``KINDS`` come from chance or from the clock: they match any of
their kind, and from then on that value stands for what came, unless a reader typed it first. Digests, ids that are
numbers, sizes, counts and names have to come as they are shown. ``…`` at the end of a line is the rest of that line,
and in JSON a member or an item that says nothing but ``…`` is whatever was left out. JSON is compared as values,
members in their order.
"""

import contextlib
import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from markdown_it import MarkdownIt

from tests.live import free_port

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "src" / "certifly" / "handbook" / "pages"
PUBLIC_URL = "http://localhost:8000"
"""What the pages call the installation they are read on."""
ANOTHER_PORT = "8001"
"""The port on which a page has a second server listen. Each reader gets a free one in its place."""

KEEPS_RUNNING = "In a terminal of its own"
NOT_RUN = re.compile(r"^\[not run\]: # \((?P<reason>.+)\)$", re.MULTILINE)
FILE_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[a-z0-9]+)+")
SECONDS_MAX = 240
SECONDS_TO_END = 20

KINDS = {
    "uuid": r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    "token": r"\bcertifly_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])",
    "moment": r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
    "request": r"\b[0-9a-f]{32}\b",
}
VARIABLE = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS.items()))
LEFT_OUT = "…"
REST_OF_LINE = "\0"


@dataclass(frozen=True)
class Block:
    """A fence of a page."""

    language: str
    title: str
    text: str
    line: int
    not_run: str | None = None

    @property
    def is_command(self) -> bool:
        """Whether a reader is meant to type it."""
        return self.language == "sh"

    @property
    def is_file(self) -> bool:
        """Whether a reader is meant to save it, under its title."""
        return not self.is_command and FILE_NAME.fullmatch(self.title) is not None


@dataclass(frozen=True)
class Step:
    """A block to do, and what is printed then, if the page says so."""

    block: Block
    printed: Block | None


class PageIsWrong(AssertionError):
    """What a page says did not happen; the message names the line."""


def blocks_of(markdown: str) -> list[Block]:
    """Every fence of a page, in its order."""
    lines = markdown.split("\n")
    blocks = []
    before = 0
    for token in MarkdownIt("commonmark").parse(markdown):
        if token.type != "fence":
            continue
        assert token.map is not None
        language, _, title = token.info.strip().partition(" ")
        reasons = NOT_RUN.findall("\n".join(lines[before : token.map[0]]))
        blocks.append(
            Block(language, title.strip(), token.content, token.map[0] + 1, reasons[-1] if reasons else None)
        )
        before = token.map[1]
    return blocks


def steps_of(blocks: Sequence[Block]) -> list[Step]:
    """What is to be done on a page: commands that are run, and files that are saved."""
    steps = []
    for block, after in pairwise([*blocks, None]):
        assert block is not None
        if block.is_command and block.not_run is None:
            tells = after is not None and after.language in ("text", "json") and not after.title
            steps.append(Step(block, after if tells else None))
        elif block.is_file:
            steps.append(Step(block, None))
    return steps


# Comparing


@dataclass
class Known:
    """The values that came in place of those a page shows."""

    values: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    """Values that a reader typed before anything printed them: these have to come back as they are."""

    def copy(self) -> "Known":
        """What is known now."""
        return Known(dict(self.values), set(self.typed))

    def note_typed(self, text: str) -> None:
        """Remember what a reader types of themselves."""
        self.typed |= {found[0] for found in VARIABLE.finditer(text) if found[0] not in self.values}

    def put_into(self, text: str) -> str:
        """The text with what came, in place of what the page shows."""
        return VARIABLE.sub(lambda found: self.values.get(found[0], found[0]), text)

    def matches(self, shown: str, came: str, *, rest: str = r"[^\n]*") -> bool:
        """Whether a text may be shown for one that came; what is new of it is known from then on.

        ``rest`` is the pattern of what ``…`` at the end of a line stands for.
        """
        pattern, new = self._pattern(shown, rest)
        found = re.fullmatch(pattern, came)
        if found is None:
            return False
        self.values.update({value: found[group] for value, group in new.items()})
        return True

    def _pattern(self, shown: str, rest: str) -> tuple[str, dict[str, str]]:
        shown = re.sub(f"{LEFT_OUT}$", REST_OF_LINE, shown, flags=re.MULTILINE)
        pattern, new, place = "", dict[str, str](), 0
        for found in VARIABLE.finditer(shown):
            pattern += _literally(shown[place : found.start()], rest)
            place = found.end()
            value, kind = found[0], str(found.lastgroup)
            if value in self.typed:
                pattern += re.escape(value)
            elif value in self.values:
                pattern += re.escape(self.values[value])
            elif value in new:
                pattern += f"(?P={new[value]})"
            else:
                new[value] = f"{kind}_{len(new)}"
                pattern += f"(?P<{new[value]}>{KINDS[kind]})"
        return pattern + _literally(shown[place:], rest), new


def _literally(text: str, rest: str) -> str:
    return re.escape(text).replace(REST_OF_LINE, rest)


def differences(shown: Block, came: str, known: Known) -> list[str]:
    """What a page says that was not printed; empty when all of it was."""
    if shown.language == "json":
        try:
            says, value = json.loads(shown.text), json.loads(came)
        except ValueError:
            return [f"not JSON: {came!r}, or what is shown for it"]
        return list(_differences_of_values(says, value, "", known))
    if known.matches(shown.text.strip(), came.strip()):
        return []
    return [f"shown:\n{known.put_into(shown.text.strip())}\ncame:\n{came.strip()}"]


def _differences_of_values(shown: Any, came: Any, place: str, known: Known) -> Iterator[str]:
    if isinstance(shown, dict) and isinstance(came, dict):
        names = [name for name in shown if name != LEFT_OUT]
        told = [name for name in came if name in names] if LEFT_OUT in shown else list(came)
        if names != told:
            yield f"{place or 'the answer'} has the members {list(came)}, and not {names}"
            return
        for name in names:
            yield from _differences_of_values(shown[name], came[name], f"{place}.{name}".lstrip("."), known)
    elif isinstance(shown, list) and isinstance(came, list):
        items = [item for item in shown if item != LEFT_OUT]
        if len(items) > len(came) or (len(items) < len(came) and LEFT_OUT not in shown):
            yield f"{place} has {len(came)} items, and not {len(items)}"
            return
        for number, (item, other) in enumerate(zip(items, came, strict=False)):
            yield from _differences_of_values(item, other, f"{place}[{number}]", known)
    elif isinstance(shown, str) and isinstance(came, str):
        # A string of JSON stands on one line, whatever is in it.
        if not known.matches(shown, came, rest=r"[\s\S]*"):
            yield f"{place} is {came!r}, and not {known.put_into(shown)!r}"
    elif type(shown) is not type(came) or shown != came:
        yield f"{place} is {came!r}, and not {shown!r}"


# Running


class Terminal:
    """A bash of its own, in which one command after another is typed."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._output, selectors.EVENT_READ)
        self._printed = b""
        self._type("trap 'failed=$?' ERR; set -o pipefail -o errtrace\n")

    @property
    def printed(self) -> str:
        """What was printed since the last command was typed."""
        return self._printed.decode(errors="replace")

    def run(self, command: str) -> tuple[str, int]:
        """What a block printed, and the status of the last command in it that failed, or 0."""
        end = f"--- {os.urandom(8).hex()} ended with "
        self._printed = b""
        self._type(f"failed=0\n{{\n{command}\n}} </dev/null\nprintf '\\n{end}%s\\n' \"$failed\"\n")
        self._await(lambda: f"\n{end}" in self.printed and self.printed.endswith("\n"), command)
        printed, _, status = self.printed.partition(f"\n{end}")
        return printed, int(status)

    def start(self, command: str, has_begun: Callable[[str], bool]) -> None:
        """Type a command that goes on, and wait until what it printed says that it has begun."""
        self._printed = b""
        self._type(f"{{\n{command}\n}} </dev/null\n")
        self._await(lambda: has_begun(self.printed), command)

    def close(self) -> None:
        """Press Ctrl-C and close the window: whatever was started in it ends."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(SECONDS_TO_END)
                break
        self._ready.close()
        self._input.close()
        self._output.close()

    def _type(self, text: str) -> None:
        self._input.write(text.encode())
        self._input.flush()

    def _await(self, holds: Callable[[], bool], command: str) -> None:
        deadline = time.monotonic() + SECONDS_MAX
        while not holds():
            left = deadline - time.monotonic()
            if left <= 0 or (self._ready.select(left) and not self._read()):
                raise PageIsWrong(
                    f"This did not come to where it should:\n{command}\nIt printed:\n{self.printed}"
                )

    def _read(self) -> bool:
        piece = os.read(self._output.fileno(), 65536)
        self._printed += piece
        return bool(piece)


@dataclass(frozen=True)
class Reader:
    """Somebody at a machine: the folder they work in, and what their shell knows."""

    folder: Path
    environment: dict[str, str]
    base_url: str


def sit_down(folder: Path) -> Reader:
    """A reader before an empty folder that holds ``./dev``, and nothing of whoever runs the tests.

    What ``./dev run`` keeps goes into ``folder``, and it listens on a port of its own. curl behaves as on a
    terminal, where it shows no progress beside what it prints; where there is none, the test is skipped.
    """
    if shutil.which("curl") is None:
        pytest.skip("There is no curl on this machine.")
    work, home, programs = (folder / name for name in ("work", "home", "bin"))
    for path in (work, home, programs):
        path.mkdir(parents=True)
    _make_program(work / "dev", f'exec "{sys.executable}" "{ROOT}/dev" "$@"')
    _make_program(programs / "certifly", f'exec "{work}/dev" certifly "$@"')
    _make_program(programs / "python3", f'exec "{sys.executable}" "$@"')
    (home / ".curlrc").write_text('silent\nshow-error\nnoproxy = "*"\n')
    port = free_port()
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CERTIFLY_", "PYTHON")) and not name.lower().endswith("_proxy")
    }
    environment = inherited | {
        "HOME": str(home),
        "CURL_HOME": str(home),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "DEV_STATE_DIR": str(work / "var"),
        "CERTIFLY_PORT": str(port),
    }
    return Reader(work, environment, f"http://localhost:{port}")


def _make_program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@contextlib.contextmanager
def followed_the_tutorial(folder: Path) -> Iterator[Reader]:
    """A reader of a guide: Certifly runs as ``./dev run`` starts it, and ``TOKEN`` is the demo tenant's.

    The first certificate has its files: whoever goes on to a guide has looked at it.
    """
    reader = sit_down(folder)
    terminal = Terminal(reader.folder, reader.environment)
    try:
        terminal.start("./dev run --json", lambda printed: printed.endswith("}\n"))
        demo = json.loads(terminal.printed.splitlines()[-1])
        _await_file(demo["pdf"])
        yield Reader(reader.folder, reader.environment | {"TOKEN": demo["token"]}, reader.base_url)
    finally:
        terminal.close()


def _await_file(address: str) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    # Each 202 comes after a wait of the server's own.
    while (status := httpx.get(address, timeout=30, trust_env=False).status_code) == 202:
        assert time.monotonic() < deadline, f"there is no file at {address}"
    assert status == 200, f"{address} answers {status}"


@dataclass(frozen=True)
class Done:
    """A step that was done: what the page shows, what came, and what was known before."""

    step: Step
    came: str
    known: Known


def follow(markdown: str, reader: Reader) -> list[Done]:
    """Do everything a page says. Raises PageIsWrong at the first thing that is not as it says."""
    known, done = Known(), list[Done]()
    with contextlib.ExitStack() as terminals:

        def terminal() -> Terminal:
            opened = Terminal(reader.folder, reader.environment)
            terminals.callback(opened.close)
            return opened

        first = terminal()
        here = markdown.replace(PUBLIC_URL, reader.base_url)
        for step in steps_of(blocks_of(re.sub(rf"\b{ANOTHER_PORT}\b", str(free_port()), here))):
            known.note_typed(step.block.text)
            before = known.copy()
            came = _do(step, first, terminal, reader.folder, known)
            done.append(Done(step, came, before))
    return done


def _do(step: Step, first: Terminal, another: Callable[[], Terminal], folder: Path, known: Known) -> str:
    block = step.block
    text = known.put_into(block.text)
    if block.is_file:
        (folder / block.title).write_text(text)
        return ""
    if block.title == KEEPS_RUNNING:
        if step.printed is None:
            raise PageIsWrong(
                f"line {block.line}: the page does not show what is printed when this has begun"
            )
        opened = another()
        opened.start(
            text,
            lambda printed: known.matches(str(step.printed and step.printed.text).strip(), printed.strip()),
        )
        return opened.printed
    came, status = first.run(text)
    if status != 0:
        raise PageIsWrong(f"line {block.line}: it ended with {status}:\n{text}\nIt printed:\n{came}")
    found = differences(step.printed, came, known) if step.printed else []
    if step.printed and found:
        raise PageIsWrong(
            f"line {step.printed.line}: after\n{text}\n" + "\n".join(found) + f"\nIt printed:\n{came}"
        )
    return came
