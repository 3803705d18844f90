"""Reduce Unicode's list of confusable characters to what a skeleton needs: ``python -m tools.confusables FILE``.

FILE is ``confusables.txt`` of the Unicode Security Mechanisms, in the version below; its digest is checked. What is
written has one character a line: its code point, a space, and the code points that it is confused with.
"""

import hashlib
import re
import sys
from pathlib import Path

VERSION = "17.0.0"
DIGEST = "ec88ecebcf89f63f813d460842b0cf8322744b40a0b2c06f88a2cea48c0351ea"
REDUCED_DIGEST = "08d866caab9cc67c0d216ca0a40f7fa029df9e2cebb77bda05e8232d595ebb7c"
"""Of the file that is written."""

TARGET = Path(__file__).parents[1] / "src" / "certifly" / "verification" / "confusables" / "confusables.txt"

_LINE = re.compile(r"([0-9A-F]+) ;\t([0-9A-F ]+?) ;\tMA\t#")

HEAD = f"""\
# Reduced from confusables.txt, Unicode Security Mechanisms for UTS #39, version {VERSION}, by tools/confusables.py.
# Copyright 1991-2025 Unicode, Inc., under the Unicode License V3: see licence.txt beside this file.
# SHA-256 of the original: {DIGEST}
"""


def reduced(original: bytes) -> str:
    """The reduced file. Raises ValueError for any other original."""
    if hashlib.sha256(original).hexdigest() != DIGEST:
        raise ValueError(f"This is not confusables.txt of version {VERSION}.")
    found = [_LINE.match(line) for line in original.decode("utf-8-sig").splitlines()]
    lines = sorted((int(line[1], 16), f"{line[1]} {line[2]}\n") for line in found if line is not None)
    return HEAD + "".join(line for _, line in lines)


if __name__ == "__main__":
    TARGET.write_text(reduced(Path(sys.argv[1]).read_bytes()), encoding="ascii")
