"""Runs a sample as its reader would: saved into a file, and given to the language's own program.

Swift is missing: Debian 12 has no toolchain for it.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GO_CACHE = ROOT / ".cache" / "go"
"""Go compiles its standard library once, in half a minute, and remembers it here."""

SECONDS_MAX = 240

_CSHARP = """\
using System;
using System.IO;
using System.Net.Http;
using System.Threading.Tasks;
{usings}
class Program
{{
    static void Main() {{ Call().GetAwaiter().GetResult(); }}
    static async Task Call()
    {{
{statements}
    }}
}}
"""
"""What .NET's own compiler adds by itself since version 6, and Mono's does not."""


def run(language: str, code: str, folder: Path) -> str:
    """What the program printed. It must end well, and complain of nothing."""
    return _RUNNERS[language](code, folder)


def _run_python(code: str, folder: Path) -> str:
    return _run(folder, sys.executable, "-I", _save(folder, "sample.py", code))


def _run_javascript(code: str, folder: Path) -> str:
    return _run(folder, "node", _save(folder, "sample.mjs", code))


def _run_go(code: str, folder: Path) -> str:
    return _run(folder, "go", "run", _save(folder, "sample.go", code))


def _run_ruby(code: str, folder: Path) -> str:
    return _run(folder, "ruby", "-w", _save(folder, "sample.rb", code))


def _run_java(code: str, folder: Path) -> str:
    return _run(folder, "java", "-XX:TieredStopAtLevel=1", _save(folder, "Main.java", code))


def _run_php(code: str, folder: Path) -> str:
    return _run(folder, "php", _save(folder, "sample.php", code))


def _run_csharp(code: str, folder: Path) -> str:
    lines = code.split("\n")
    usings = [line for line in lines if line.startswith("using ") and line.endswith(";")]
    statements = [line for line in lines if line not in usings]
    whole = _CSHARP.format(usings="\n".join(usings), statements="\n".join(statements))
    source = _save(folder, "sample.cs", whole)
    _run(folder, "mcs", "-r:System.Net.Http.dll", "-out:sample.exe", source)
    return _run(folder, "mono", "sample.exe")


def _run_shell(code: str, folder: Path) -> str:
    # Progress goes to standard error whenever nobody watches standard output.
    return _run(folder, "bash", _save(folder, "sample.sh", code), complains=True)


def _save(folder: Path, name: str, code: str) -> str:
    (folder / name).write_text(code, encoding="utf-8")
    return name


def _run(folder: Path, *command: str, complains: bool = False) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "GOCACHE": str(GO_CACHE),
        "GO111MODULE": "off",
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert complains or done.stderr == ""
    return done.stdout


_RUNNERS: dict[str, Callable[[str, Path], str]] = {
    "python": _run_python,
    "javascript": _run_javascript,
    "go": _run_go,
    "ruby": _run_ruby,
    "java": _run_java,
    "php": _run_php,
    "csharp": _run_csharp,
    "shell": _run_shell,
}
RUNNABLE = tuple(_RUNNERS)
