"""The README, typed to the letter: the first calls on ``./dev run``, and an installation in a bare environment."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.handbook_commands import ROOT, Reader, blocks_of, follow, followed_the_tutorial
from tests.live import free_port

README = (ROOT / "README.md").read_text()


def section(title: str) -> str:
    """The text under a heading of the README, up to the next."""
    found = re.search(rf"^## {re.escape(title)}\n(.+?)(?=^## )", README, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


def test_every_command_of_the_readme_is_typed_here() -> None:
    commands = [block.text for block in blocks_of(README) if block.is_command]
    typed = [
        block.text
        for name in ("The first call", "Install it")
        for block in blocks_of(section(name))
        if block.is_command
    ]

    assert commands == [commands[0], *typed]
    assert [line.split("#")[0].strip() for line in commands[0].splitlines()] == ["./dev run", "./dev test"]


@pytest.mark.long
def test_the_first_calls_do_what_the_readme_says(tmp_path: Path) -> None:
    with followed_the_tutorial(tmp_path) as reader:
        done = follow(section("The first call"), reader)

    assert '"verdict":"valid"' in done[-2].came
    assert '"status":"revoked"' in done[-1].came


@pytest.mark.long
def test_an_installation_by_the_readme_issues_a_certificate_and_checks_it(tmp_path: Path) -> None:
    reader = _with_a_fresh_clone(tmp_path)

    done = follow(section("Install it"), reader)

    service = Path(reader.environment["HOME"]) / "certifly-service"
    assert (service / "certificate.pdf").read_bytes().startswith(b"%PDF-")
    assert (service / "secret.key").stat().st_mode & 0o077 == 0
    assert "certifly, version" in _version_in(service)
    assert done[-1].came.rstrip().endswith("All is well.")


def _with_a_fresh_clone(folder: Path) -> Reader:
    """Somebody who has cloned this repository onto a machine with Python and curl, and nothing of ours."""
    if shutil.which("curl") is None:
        pytest.skip("There is no curl on this machine.")
    clone, home, programs = (folder / name for name in ("clone", "home", "bin"))
    for path in (home, programs):
        path.mkdir()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in listed.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    python = programs / "python3"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (home / ".curlrc").write_text('silent\nshow-error\nnoproxy = "*"\n')
    port = free_port()
    # The proxy that pip may need stays; Python is the one that a shell finds first.
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CERTIFLY_", "PYTHON", "VIRTUAL_ENV"))
    }
    environment = inherited | {
        "HOME": str(home),
        "CURL_HOME": str(home),
        "PATH": f"{programs}{os.pathsep}/usr/local/bin{os.pathsep}/usr/bin{os.pathsep}/bin",
        "LC_ALL": "C.UTF-8",
        "CERTIFLY_PORT": str(port),
    }
    return Reader(clone, environment, f"http://localhost:{port}")


def _version_in(service: Path) -> str:
    """What the installed program says of itself, far from any clone."""
    said = subprocess.run(
        [service / "venv" / "bin" / "certifly", "--version"],
        cwd=service,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return said.stdout
