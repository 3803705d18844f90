"""Fetch the official JSON schema of Open Badges 3.0, which tests show our credentials to.

Its licence does not let us pass it on, so it is not in this repository. It is among the test data in the source
archive of openbadgeslib, whose version and digest ``requirements/dev.lock`` names: pip downloads the archive from the
configured index and checks the digest, and nothing of it is run but what pip needs to read its metadata.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "dev.lock"
FOLDER = ROOT / ".cache" / "official-schema"
NAME = "ob_v3p0_achievementcredential_schema.json"
PACKAGE = "openbadgeslib"
SHA256 = "b7358e895f492e74055dc6bfc7ffc420d0e497f90c4579fb83d9519b86d393ea"
"""Of the schema itself, as it was published on 4 July 2026."""

SCHEMA_BYTES_MAX = 1024 * 1024
DOWNLOAD_SECONDS_MAX = 300
_ENTRY = re.compile(rf"^{PACKAGE}==(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)


def is_there(folder: Path = FOLDER) -> bool:
    """Whether the schema was fetched before, and is the one that is pinned."""
    path = folder / NAME
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256


def install(folder: Path = FOLDER, lock: Path = LOCK) -> bool:
    """Have the schema; says why not."""
    if is_there(folder):
        print("The official schema of Open Badges 3.0: there.")
        return True
    entry = _ENTRY.search(lock.read_text())
    if entry is None:
        print(f"{lock.name} does not name {PACKAGE}, in whose source archive the schema is.")
        return False
    with tempfile.TemporaryDirectory() as place:
        fault = _download(entry[0], Path(place)) or unpack(Path(place), folder)
    print(fault or "The official schema of Open Badges 3.0: fetched.")
    return fault is None


def _download(entry: str, place: Path) -> str | None:
    """Put the source archive into ``place``; why not, when it cannot be had."""
    (place / "wanted.txt").write_text(entry + "\n")
    command = [*_pip(place), "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--no-binary", PACKAGE, "--require-hashes", "-r", "wanted.txt"]
    done = subprocess.run(
        command, cwd=place, capture_output=True, text=True, check=False, timeout=DOWNLOAD_SECONDS_MAX
    )
    return f"pip could not download {PACKAGE}:\n{done.stderr[-2000:]}" if done.returncode else None


def _pip(place: Path) -> list[str]:
    """pip as a command. An environment that uv has made is without it."""
    has_pip = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False)
    if has_pip.returncode == 0:
        return [sys.executable, "-m", "pip"]
    uv = shutil.which("uv")
    if find_spec("ensurepip") is None and uv is not None:
        return [uv, "tool", "run", "pip"]
    venv.create(place / "environment", with_pip=True)
    return [str(place / "environment" / "bin" / "python"), "-m", "pip"]


def unpack(place: Path, folder: Path) -> str | None:
    """Copy the schema out of the archive into ``folder``; why not, when it is not the one that is pinned."""
    (archive,) = place.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        found = next((one for one in files if one.isfile() and one.name.endswith(f"/{NAME}")), None)
        stream = files.extractfile(found) if found is not None else None
        content = stream.read(SCHEMA_BYTES_MAX) if stream is not None else b""
    if hashlib.sha256(content).hexdigest() != SHA256:
        return f"{archive.name} has no {NAME} with the digest that is pinned in tools/official_schema.py."
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_bytes(content)
    return None


if __name__ == "__main__":
    sys.exit(0 if install() else 1)
