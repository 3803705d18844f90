"""Everything that must hold before a change is done, in one run: what `./dev check` and CI do.

Every step runs, whatever the ones before it said, so that one run tells everything; any failure is a
failure of the whole. Nothing is left out in silence: a missing machine package is installed, or named and
counted as a failure, and so is a skipped test.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
COVERAGE = CACHE / "coverage"
REPORT = CACHE / "tests.xml"
TEST_PROCESSES = "2"

MACHINE_PACKAGES = {
    "poppler-utils": ("pdftoppm",),
    "chromium": ("chromium", "chromium-browser", "chromium-headless-shell", "google-chrome"),
    "nodejs": ("node",),
    "npm": ("npm",),
    "openssl": ("openssl",),
    "libnss3-tools": ("certutil",),
    "curl": ("curl",),
    "golang-go": ("go",),
    "ruby": ("ruby",),
    "default-jdk-headless": ("javac",),
    "php-cli": ("php",),
    "php-curl": ("php",),
    "mono-mcs": ("mcs",),
    "libmono-system-net-http4.0-cil": ("mcs",),
    "mono-runtime": ("mono",),
}
"""Packages, and a program that shows they are there. Two have none of their own, and come with their neighbour."""


class Step(NamedTuple):
    """One thing that must hold: its name in the summary, and the function that answers whether it does."""

    name: str
    holds: Callable[[], bool]


def main() -> int:
    """Run every step, say which held; 1 when one did not."""
    os.chdir(ROOT)
    shutil.rmtree(COVERAGE, ignore_errors=True)
    COVERAGE.mkdir(parents=True)
    REPORT.unlink(missing_ok=True)
    steps = [
        Step("machine packages", machine_packages_are_there),
        Step("verifiers of others", command("tools.verifiers")),
        Step("official schema", command("tools.official_schema")),
        Step("format", command("ruff", "format", "--check", ".")),
        Step("lint", command("ruff", "check", ".")),
        Step("types", command("mypy")),
        Step("imports", imports_go_down_only),
        Step("locks", command("tools.lock_hygiene")),
        Step("samples", command("tools.samples", "--check")),
        Step("tests", tests_pass),
        Step("no test skipped", no_test_was_skipped),
        Step("error paths", command("tools.error_paths")),
    ]

    results = []
    for step in steps:
        print(f"\n── {step.name} ──", flush=True)
        begun = time.monotonic()
        held = step.holds()
        results.append((step.name, held, time.monotonic() - begun))

    print("\n── summary ──")
    for name, held, seconds in results:
        print(f"{'holds ' if held else 'FAILED'}  {name:<19} {seconds:6.1f} s")
    return 0 if all(held for _, held, _ in results) else 1


def command(module: str, *arguments: str) -> Callable[[], bool]:
    """A step that is one Python module of this environment."""
    return lambda: subprocess.call([sys.executable, "-m", module, *arguments]) == 0


def imports_go_down_only(config: Path = ROOT / "pyproject.toml") -> bool:
    """Hold the imports against the contracts. The tool cannot be run as a module: that does nothing, and succeeds."""
    program = Path(sys.executable).with_name("lint-imports")
    options = ["--no-logo", "--config", str(config), "--cache-dir", str(CACHE / "imports")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.call([program, *options], env=environment) == 0


def machine_packages_are_there() -> bool:
    """Install what the tests need beside Python, or say what it is."""
    missing = [name for name, programs in MACHINE_PACKAGES.items() if not any(map(shutil.which, programs))]
    if not missing:
        print(f"{', '.join(MACHINE_PACKAGES)}: there.")
        return True
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"Missing: {' '.join(missing)}. Install them: sudo apt-get install {' '.join(missing)}")
        return False

    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"Installing {' '.join(missing)} …", flush=True)
    for arguments in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *missing]):
        done = subprocess.run(["apt-get", *arguments], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(done.stdout[-2000:], done.stderr[-2000:], sep="\n")
            return False
    return True


def tests_pass() -> bool:
    """Run all tests with every process measured."""
    measured = [sys.executable, "-m", "coverage", "run", "-m", "pytest"]
    return (
        subprocess.call([*measured, "-n", TEST_PROCESSES, "--dist", "worksteal", f"--junit-xml={REPORT}"])
        == 0
    )


def no_test_was_skipped(report: Path = REPORT) -> bool:
    """Name every test that did not run. A check that leaves something out has not checked it."""
    if not report.exists():
        print("The tests left no report.")
        return False
    # The report was written a moment ago by our own test run.
    cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314
    skipped = [
        f"{case.get('classname')}::{case.get('name')}: {reason.get('message')}"
        for case in cases
        for reason in case.iter("skipped")
        if reason.get("type") == "pytest.skip"
    ]
    print("\n".join(skipped) or f"{len(cases)} tests ran, none was skipped.")
    return not skipped


if __name__ == "__main__":
    sys.exit(main())
