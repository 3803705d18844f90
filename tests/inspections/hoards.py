"""Takes more memory than it may, and says so as the real one does."""

import sys

from certifly.verification import child
from certifly.verification.facts import Facts


def hoard(_: bytes) -> Facts:
    """Never returns."""
    kept = []
    while True:
        kept.append(bytearray(8 * 1024 * 1024))


child.main(sys.argv[1:], hoard)
