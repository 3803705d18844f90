"""JPEG files that lack nothing but their end mark (EOI).

Cameras and interrupted copies leave such files, and browsers show them whole. A decoder does not say whether the data
of the last pixels came from the file or was made up by it, so this is found out by experiment: whatever is put behind
the file must not change any pixel, while the last bytes of the file itself must matter.
"""

import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from PIL import Image

END_MARK = b"\xff\xd9"

_SEGMENTS_MAX = 10_000
_COEFFICIENTS = 64
_BLOCK = 8
_TAIL_BYTES = 16
"""Bytes at the end that must not be fillers: a download that was cut and filled up with zeros lacks its pixels."""

_FILLER_BYTES = 64
_PREFIX_BITS = 12
"""Longer than what is left of nearly every code at the end of a scan: half of all codes have at most 4 bits."""


def _fillers() -> Iterator[bytes]:
    """Data put between the file and an end mark. A decoder that still wants data shows something else with some.

    In a Huffman code of JPEG a 1 followed by zeros is always a code where a code with a 1 there exists. So zeros, and a
    single 1 at each place, lead a decoder to different values wherever it still has a choice.
    """
    for filler in (b"\x00", b"\x5a", b"\xff\x00", b"\xaa"):
        yield filler * _FILLER_BYTES
    for place in range(_PREFIX_BITS):
        prefix = (1 << (15 - place)).to_bytes(2)
        yield prefix + bytes(_FILLER_BYTES)
        yield prefix + b"\x7f" * _FILLER_BYTES
    yield b""


_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xCA})
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_SCAN, _END, _RESTART_INTERVAL, _FRAME_BYTES_MIN = 0xDA, 0xD9, 0xDD, 6
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")


@dataclass(slots=True)
class _Walk:
    """What the headers say, up to the data of the last scan."""

    size: tuple[int, int] = (0, 0)
    is_progressive: bool = False
    sampling: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By component: how often it is sampled, horizontally and vertically."""
    restart_interval: int = 0
    missing_bits: dict[tuple[int, int], int] = field(default_factory=dict)
    """By component and coefficient: the lowest bits that no scan has brought; 0 when all came."""
    scanned: Sequence[int] = ()
    """The components of the last scan."""
    data: bytes | None = None
    """The data of the last scan, when the file ends in it."""


def with_end_mark(jpeg: bytes) -> bytes | None:
    """Return the file with its end mark; None unless that is all it lacks."""
    if jpeg.endswith(b"\xff"):
        jpeg += b"\x00"  # half an end mark, or half of a byte that is written as two
    if not _is_whole(jpeg) or _is_whole(jpeg[:-_TAIL_BYTES]):
        return None
    return jpeg + END_MARK


def _is_whole(jpeg: bytes) -> bool:
    walk = _walk(jpeg)
    if walk.data is None or not walk.scanned or any(walk.missing_bits.values()):
        return False
    if walk.restart_interval:
        restarts = math.ceil(_units(walk) / walk.restart_interval) - 1
        if len(_RESTART.findall(walk.data)) != restarts:
            return False
    try:
        digests = _digests(jpeg)
        first = next(digests)
        return all(digest == first for digest in digests)
    except (OSError, SyntaxError, ValueError):  # too little for a picture
        return False


def _walk(jpeg: bytes) -> _Walk:
    """Read the headers. ``data`` stays None for a file that ends elsewhere than in the data of a scan."""
    walk, position = _Walk(), 2
    for _ in range(_SEGMENTS_MAX):
        marker, body = jpeg[position + 1 : position + 2], position + 4
        end = position + 2 + int.from_bytes(jpeg[position + 2 : body])
        if jpeg[position : position + 1] != b"\xff" or not marker or marker[0] == _END:
            return walk
        if marker == b"\xff":
            position += 1
            continue
        if marker[0] in _WITHOUT_LENGTH:
            position += 2
            continue
        if end > len(jpeg) or end < body:
            return walk
        _note(walk, marker[0], jpeg[body:end])
        position = end
        if marker[0] == _SCAN:
            following = _MARKER.search(jpeg, end)
            if following is None:
                walk.data = jpeg[end:]
                return walk
            position = following.start()
    return walk


def _note(walk: _Walk, marker: int, content: bytes) -> None:
    if marker in _FRAMES and len(content) >= _FRAME_BYTES_MIN:
        walk.size = int.from_bytes(content[3:5]), int.from_bytes(content[1:3])
        walk.is_progressive = marker in _PROGRESSIVE
        for at in range(_FRAME_BYTES_MIN, len(content) - 2, 3):
            walk.sampling[content[at]] = content[at + 1] >> 4 or 1, content[at + 1] & 15 or 1
        coefficients = range(_COEFFICIENTS if walk.is_progressive else 1)
        walk.missing_bits = {(component, n): 16 for component in walk.sampling for n in coefficients}
    elif marker == _RESTART_INTERVAL:
        walk.restart_interval = int.from_bytes(content[:2])
    elif marker == _SCAN and content:
        count = content[0]
        walk.scanned = [
            component for component in content[1 : 1 + 2 * count : 2] if component in walk.sampling
        ]
        first, last, bits = (*content[1 + 2 * count : 4 + 2 * count], 0, 0, 0)[:3]
        last = min(last, _COEFFICIENTS - 1) if walk.is_progressive else 0
        for component in walk.scanned:
            for coefficient in range(first, last + 1):
                walk.missing_bits[component, coefficient] = bits & 15


def _units(walk: _Walk) -> int:
    """How many units the last scan codes, of which every so many a restart mark follows (ITU-T T.81, A.2)."""
    width_most = max(across for across, _ in walk.sampling.values())
    height_most = max(down for _, down in walk.sampling.values())
    if len(walk.scanned) > 1:
        return math.ceil(walk.size[0] / (_BLOCK * width_most)) * math.ceil(
            walk.size[1] / (_BLOCK * height_most)
        )
    across, down = walk.sampling[walk.scanned[0]]
    wide = math.ceil(walk.size[0] * across / width_most)
    high = math.ceil(walk.size[1] * down / height_most)
    return math.ceil(wide / _BLOCK) * math.ceil(high / _BLOCK)


def _digests(jpeg: bytes) -> Iterator[bytes]:
    """Of the pixels, with each filler behind the file."""
    for filler in _fillers():
        with Image.open(io.BytesIO(jpeg + filler + END_MARK), formats=("JPEG",)) as image:
            yield sha256(image.tobytes()).digest()
