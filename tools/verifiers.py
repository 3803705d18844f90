"""Install the verifiers of others that the tests show our credentials to: npm packages, pinned with digests.

They lie in ``.cache/verifiers`` and are installed again only when the lock has changed. No script of a package
is run.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tests" / "verifiers"
INSTALLED = ROOT / ".cache" / "verifiers"
FILES = ("package.json", "package-lock.json", ".npmrc")


def are_installed(source: Path = SOURCE, installed: Path = INSTALLED) -> bool:
    """Whether what is installed is what the lock says."""
    stamp = installed / "digest"
    return stamp.exists() and stamp.read_text() == _digest(source)


def install(source: Path = SOURCE, installed: Path = INSTALLED) -> bool:
    """Have the packages of the lock; says why not."""
    if are_installed(source, installed):
        print("The verifiers of others: there.")
        return True
    npm = shutil.which("npm")
    if npm is None:
        print("npm is missing, by which the verifiers of others are installed.")
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
        print("npm could not install the verifiers of others:", done.stderr[-2000:], sep="\n")
        return False
    (installed / "digest").write_text(_digest(source))
    print("The verifiers of others: installed.")
    return True


def _digest(source: Path) -> str:
    return hashlib.sha256(b"\0".join((source / name).read_bytes() for name in FILES)).hexdigest()


if __name__ == "__main__":
    sys.exit(0 if install() else 1)
