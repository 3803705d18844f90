"""The shape of the repository: what a stranger relies on when looking for something, and what never goes in."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "certifly"
MODULES = sorted(PACKAGE.rglob("*.py"))
PYTHON_FILES = sorted({*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "tools").rglob("*.py")})

LINES_MAX = 450
NAMES_WITHOUT_AN_EDGE = {
    "util",
    "utils",
    "helper",
    "helpers",
    "manager",
    "service",
    "services",
    "misc",
    "common",
}
"""What such a file is for cannot be said, so nothing can be refused entry."""

FOLDERS_OF_ONE_MACHINE = re.compile(rb"(?<![\w.~}])/(?:home/(?!a(?:da)?\b)|Users/|root/|workspace/)[A-Za-z.]")
"""Ada's home is everybody's."""
LOOKED_INTO_BYTES_MAX = 1_000_000


def tracked_files() -> list[Path]:
    """What a clone holds; without git, every file that could be meant."""
    listing = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = [name for name in listing.stdout.split("\0") if name]
    if listing.returncode != 0 or not names:
        kept = (path for path in ROOT.rglob("*") if path.is_file())
        hidden = {".git", ".venv", ".cache", "var", "node_modules", "__pycache__", ".hypothesis"}
        return sorted(path for path in kept if not hidden & set(path.relative_to(ROOT).parts))
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def relative(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_every_file_is_named_after_what_it_does() -> None:
    nameless = [path for path in PYTHON_FILES if path.stem.lower() in NAMES_WITHOUT_AN_EDGE]

    assert relative(nameless) == []


def test_every_module_says_what_it_is_for() -> None:
    mute = [path for path in MODULES if not ast.get_docstring(ast.parse(path.read_text()))]

    assert relative(mute) == []


def test_no_module_is_longer_than_one_reads_in_a_sitting() -> None:
    long = [path for path in MODULES if len(path.read_text().splitlines()) > LINES_MAX]

    assert relative(long) == [], "is there an idea in it that deserves a name and a file?"


def test_every_folder_of_the_package_is_a_package() -> None:
    folders = {path.parent for path in MODULES}

    assert relative(sorted(folder for folder in folders if not (folder / "__init__.py").exists())) == []


def test_no_tracked_file_names_a_folder_of_one_machine() -> None:
    found = []
    for path in tracked_files():
        content = path.read_bytes()[:LOOKED_INTO_BYTES_MAX]
        if b"\0" in content or path == Path(__file__).resolve():
            continue
        found += [
            f"{path.relative_to(ROOT)}: {match[0]!r}" for match in FOLDERS_OF_ONE_MACHINE.finditer(content)
        ]

    assert found == []


@pytest.mark.parametrize("written", [b'"/home/babbage/x"', b" /root" + b"/.x", b"(/Users/babbage/x)"])
def test_a_folder_of_one_machine_would_be_noticed(written: bytes) -> None:
    assert FOLDERS_OF_ONE_MACHINE.search(written)


@pytest.mark.parametrize(
    "written", [b"$HOME/x", b"~/root/x", b"example.org/home/x", b"/api/v1/home/x", b"/homes"]
)
def test_an_address_is_not_taken_for_a_folder_of_one_machine(written: bytes) -> None:
    assert not FOLDERS_OF_ONE_MACHINE.search(written)


def test_no_python_file_waits_to_be_written() -> None:
    unfinished = re.compile(r"\b(?:TODO|FIXME|XXX)\b|raise NotImplementedError")
    found = [path for path in MODULES if unfinished.search(path.read_text())]

    assert relative(found) == []


def test_migrations_are_numbered_in_a_row() -> None:
    versions = sorted(
        path.stem[:4] for path in (PACKAGE / "db" / "migrations" / "versions").glob("[0-9]*.py")
    )

    assert versions == [f"{number:04}" for number in range(1, len(versions) + 1)]
