"""Install the verifiers of others that the tests show our credentials to: npm packages, pinned with digests."""

import sys
from pathlib import Path

from tools import npm

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tests" / "verifiers"
INSTALLED = ROOT / ".cache" / "verifiers"


def are_installed(source: Path = SOURCE, installed: Path = INSTALLED) -> bool:
    """Whether what is installed is what the lock says."""
    return npm.are_installed(source, installed)


def install(source: Path = SOURCE, installed: Path = INSTALLED) -> bool:
    """Have the packages of the lock; says why not."""
    return npm.install("the verifiers of others", source, installed)


if __name__ == "__main__":
    sys.exit(0 if install() else 1)
