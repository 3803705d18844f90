"""See that the locks name exact packages, and no place to fetch them from.

A lock that holds a host name ties everyone to somebody's registry, and may reveal a private one. So the Python
locks hold names, versions and digests only; other locks may hold addresses for people (npm's ``funding``) but
no address of a registry. Besides: what runs is a part of what is developed with, version for version, and
both answer what pyproject.toml asks for.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
RUN_LOCK, DEV_LOCK = "requirements/run.lock", "requirements/dev.lock"
LOCK_NAMES = ("*.lock", "*-lock.json", "*-lock.yaml", "*.lockb", "*.lockfile", "go.sum", "pylock*.toml")
FOLDERS_LEFT_OUT = {".git", ".venv", ".cache", "node_modules", "var"}

ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;\\]+)(?P<marker>\s*;[^\\]*)?")
DIGEST = re.compile(r"--hash=sha256:[0-9a-f]{64}(?=\s|$)")
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://(?P<host>[^/\s\"']*)", re.IGNORECASE)
REGISTRY_WORDS = re.compile(
    r"(?:^|[.-])(?:registr(?:y|ies)|npm\w*|yarnpkg|py\w*(?:pi|hosted)\w*|artifactory|nexus)[.:-]",
    re.IGNORECASE,
)


class Entry(NamedTuple):
    """One package of a Python lock: its exact version, for which platforms, and the digests it may have."""

    name: str
    version: str
    marker: str
    digests: frozenset[str]


def faults_in(root: Path) -> list[str]:
    """Everything wrong with the locks below ``root``, one sentence each."""
    faults = []
    for path in _locks_below(root):
        faults += [f"{path.relative_to(root)}: {fault}" for fault in _faults_of_one(path)]
    run, dev = root / RUN_LOCK, root / DEV_LOCK
    missing = [str(path.relative_to(root)) for path in (run, dev) if not path.exists()]
    if missing:
        return faults + [f"{name} is missing. Make it: ./dev lock" for name in missing]

    run_entries, dev_entries = _entries(run.read_text()), _entries(dev.read_text())
    faults += _faults_between(run_entries, dev_entries)
    project = tomllib.loads((root / "pyproject.toml").read_text())
    shipped = project["project"]["dependencies"]
    developed_with = project.get("dependency-groups", {}).get("dev", [])
    faults += _faults_against(RUN_LOCK, run_entries, shipped)
    faults += _faults_against(DEV_LOCK, dev_entries, shipped + developed_with)
    return faults


def _locks_below(root: Path) -> Iterator[Path]:
    for pattern in LOCK_NAMES:
        for path in sorted(root.rglob(pattern)):
            if not FOLDERS_LEFT_OUT & set(path.relative_to(root).parts):
                yield path


def _faults_of_one(path: Path) -> list[str]:
    text = path.read_text(errors="replace")
    if path.parent.name == "requirements":
        return _faults_of_python(text)
    if path.suffix == ".json":
        return [f"{where} names {address}." for where, address in _addresses_in_json(json.loads(text))]
    return [f"names the registry {found['host']}." for found in ADDRESS.finditer(text) if _is_registry(found)]


def _faults_of_python(text: str) -> list[str]:
    faults = [f"line {number} holds an address." for number, line in _lines(text) if "://" in line]
    for number, line in _lines(text):
        stripped = line.strip()
        if not stripped or stripped.startswith(("#", "--hash=")):
            continue
        if not ENTRY.match(line):
            faults.append(f"line {number} is not name==version: {stripped[:60]}")
    faults += [f"{entry.name} has no digest." for entry in _entries(text) if not entry.digests]
    return faults


def _lines(text: str) -> Iterator[tuple[int, str]]:
    yield from enumerate(text.splitlines(), start=1)


def _entries(text: str) -> list[Entry]:
    joined = re.sub(r"\\\n\s*", " ", text)
    found = []
    for line in joined.splitlines():
        if match := ENTRY.match(line):
            marker = (match["marker"] or "").split("--hash")[0].strip(" ;")
            digests = frozenset(DIGEST.findall(line))
            found.append(Entry(canonicalize_name(match["name"]), match["version"], marker, digests))
    return found


def _addresses_in_json(value: object, where: str = "") -> Iterator[tuple[str, str]]:
    """Addresses that npm would fetch from, and registries anywhere; whom to thank may have an address."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _addresses_in_json(inner, f"{where}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _addresses_in_json(inner, f"{where}/{index}")
    elif isinstance(value, str):
        for found in ADDRESS.finditer(value):
            if _is_registry(found) or "/funding" not in where:
                yield where, found[0]


def _is_registry(address: re.Match[str]) -> bool:
    return bool(REGISTRY_WORDS.search(address["host"] + ":"))


def _faults_between(run: list[Entry], dev: list[Entry]) -> list[str]:
    known = {(entry.name, entry.marker): entry for entry in dev}
    versions = {(entry.name, entry.version) for entry in dev}
    faults = []
    for entry in run:
        if (entry.name, entry.version) not in versions:
            faults.append(f"{RUN_LOCK}: {entry.name} {entry.version} is not in {DEV_LOCK}. Run ./dev lock.")
        elif (twin := known.get((entry.name, entry.marker))) and twin.digests != entry.digests:
            faults.append(f"{RUN_LOCK}: {entry.name} has other digests than in {DEV_LOCK}. Run ./dev lock.")
    return faults


def _faults_against(lock: str, entries: list[Entry], requirements: list[str]) -> list[str]:
    versions: dict[str, list[str]] = {}
    for entry in entries:
        versions.setdefault(entry.name, []).append(entry.version)
    faults = []
    for requirement in map(Requirement, requirements):
        locked = versions.get(canonicalize_name(requirement.name), [])
        if not locked:
            faults.append(f"{lock}: {requirement.name} of pyproject.toml is missing. Run ./dev lock.")
        elif not any(requirement.specifier.contains(version, prereleases=True) for version in locked):
            faults.append(
                f"{lock}: {requirement.name} {locked[0]} is not {requirement.specifier}. Run ./dev lock."
            )
    return faults


def main() -> int:
    """Print what is wrong with this repository's locks; 1 when anything is."""
    faults = faults_in(ROOT)
    print("\n".join(faults) or "The locks are exact, agree with each other, and name no host.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
