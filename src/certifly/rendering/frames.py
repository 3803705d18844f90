"""The messages between the pool and its render processes.

A frame is one letter, the length of its content as four bytes, and the content. Both ends are the same
release of the same program on the same machine, so there is no version and nothing is negotiated.

    pool     JOB        format, seconds of processor time it may use, line feed, the job without its assets
    process  NEED       names of the assets it does not hold, one a line
    pool     ASSET      one for each name, in that order
    process  DONE       the bytes of the file; or FAILED with a reason, or OUT_OF_MEMORY

A process says READY once, when it can take jobs.
"""

import struct
from io import BytesIO, RawIOBase
from typing import BinaryIO

HEADER = struct.Struct(">cI")
CONTENT_BYTES_MAX = 512 * 1024 * 1024
"""More than any job or result; a longer frame means that the stream is out of step."""

READY = b"R"
JOB = b"J"
NEED = b"N"
ASSET = b"A"
DONE = b"D"
FAILED = b"F"
OUT_OF_MEMORY = b"M"


def frame(kind: bytes, *parts: bytes) -> list[bytes]:
    """Return the buffers to write one after the other; large contents are never copied."""
    return [HEADER.pack(kind, sum(map(len, parts))), *parts]


def read_frame(stream: RawIOBase | BytesIO) -> tuple[bytes, bytes] | None:
    """Return kind and content of the next frame, or None when the other end is gone."""
    header = _read_exactly(stream, HEADER.size)
    if header is None:
        return None
    kind, length = HEADER.unpack(header)
    content = _read_exactly(stream, length)
    return None if content is None else (kind, content)


def _read_exactly(stream: RawIOBase | BytesIO, length: int) -> bytes | None:
    buffer = bytearray(length)
    filled = 0
    while filled < length:
        count = stream.readinto(memoryview(buffer)[filled:])
        if not count:
            return None
        filled += count
    return bytes(buffer)


def write_frame(stream: BinaryIO, kind: bytes, content: bytes = b"") -> None:
    stream.writelines(frame(kind, content))
    stream.flush()
