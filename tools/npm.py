"""Install packages of npm that a lock of this repository names, with their digests.

They lie in a folder of ``.cache`` and are installed again only when the lock has changed. No script of a package is
run.
"""

import hashlib
import shutil
import subprocess
from pathlib import Path

FILES = ("package.json", "package-lock.json", ".npmrc")


def are_installed(source: Path, installed: Path) -> bool:
    """Whether what is installed is what the lock says."""
    stamp = installed / "digest"
    return stamp.exists() and stamp.read_text() == _digest(source)


def install(what: str, source: Path, installed: Path) -> bool:
    """Have the packages of the lock in ``source``; says why not. ``what`` they are, in the plural: "the verifiers"."""
    if are_installed(source, installed):
        print(f"{what[0].upper()}{what[1:]}: there.")
        return True
    npm = shutil.which("npm")
    if npm is None:
        print(f"npm is missing, by which {what} are installed.")
        return False

    shutil.rmtree(installed, ignore_errors=True)
    installed.mkdir(parents=True)
    for name in FILES:
        shutil.copy(source / name, installed / name)
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=installed,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(f"npm could not install {what}:", done.stderr[-2000:], sep="\n")
        return False
    (installed / "digest").write_text(_digest(source))
    print(f"{what[0].upper()}{what[1:]}: installed.")
    return True


def _digest(source: Path) -> str:
    return hashlib.sha256(b"\0".join((source / name).read_bytes() for name in FILES)).hexdigest()
