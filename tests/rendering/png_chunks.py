"""PNG files of four pixels, written chunk by chunk: with colour spaces that are named in every way."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = ((200, 40, 60), (30, 160, 60), (56, 56, 56), (10, 100, 250))
P3 = (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
SRGB = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
PROPHOTO = (0.3457, 0.3585, 0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001)
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6


def chunk(kind: bytes, content: bytes, crc: int | None = None) -> bytes:
    crc = zlib.crc32(kind + content) if crc is None else crc
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def gama(value: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", value))


def chrm(*values: float) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in values)))


def cicp(*values: int) -> bytes:
    return chunk(b"cICP", bytes(values))


def iccp(profile: bytes) -> bytes:
    return chunk(b"iCCP", b"profile\0\0" + zlib.compress(profile))


def png(
    *chunks: bytes,
    colour: int = RGB,
    depth: int = 8,
    pixels: tuple[tuple[int, ...], ...] = COLOURS,
    after: bytes = b"",
) -> bytes:
    values = [value for pixel in pixels for value in pixel]
    row = b"\0" + struct.pack(f">{len(values)}{'B' if depth == 8 else 'H'}", *values)
    header = struct.pack(">IIBBBBB", len(pixels), 1, depth, colour, 0, 0, 0)
    return b"".join(
        (
            SIGNATURE,
            chunk(b"IHDR", header),
            *chunks,
            chunk(b"IDAT", zlib.compress(row)),
            after,
            chunk(b"IEND", b""),
        )
    )
