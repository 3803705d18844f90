"""Compare two drawings of one SVG and ignore what only smoothing of edges explains.

Two renderers never agree on the pixels along an edge. A pixel counts as different when its colour lies outside
the range of colours that the other drawing has within two pixels of it, in either direction. A missing hairline, a
shape moved by three pixels and a colour that is slightly wrong are all found; a smoothed edge is not.
"""

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

SHADES_MAX = 12
"""Largest difference in one channel (of 255) that is still the same colour."""
REACH = 2
"""How far an edge may move: one CSS pixel, at the two pixels to each that are drawn."""
PIXELS_MAX = 24
"""Most pixels that may differ. The end of a hairline has fewer; anything a person sees has more."""
FILTERED_PIXELS_MAX = 800
"""The same for pictures that are computed in pixels (shadows, enlarged pictures), of the 100,000 of a cell. Their edges
lie on another grid, half a pixel away."""


def differing(one: Pixels, other: Pixels) -> npt.NDArray[np.bool_]:
    """Return which pixels (rows, columns) differ."""
    # A pixel that is right in its own place is within every range, so only the others cost time.
    suspects = np.any(np.abs(one.astype(np.int16) - other) > SHADES_MAX, axis=2)
    return suspects & (_outside(one, other) | _outside(other, one)) if suspects.any() else suspects


def look_alike(one: Pixels, other: Pixels, *, pixels_max: int = PIXELS_MAX) -> bool:
    """Whether a person would call the two drawings the same."""
    return int(differing(one, other).sum()) <= pixels_max


def _outside(pixels: Pixels, other: Pixels) -> npt.NDArray[np.bool_]:
    """Return which pixels have a colour that is nowhere near them in the other drawing."""
    darkest = _extreme(other, np.minimum).astype(np.int16) - SHADES_MAX
    lightest = _extreme(other, np.maximum).astype(np.int16) + SHADES_MAX
    return np.any((pixels < darkest) | (pixels > lightest), axis=2)


def _extreme(pixels: Pixels, choose: np.ufunc) -> Pixels:
    """Return the smallest or largest value of each channel within reach, first along columns, then along rows."""
    for axis in (0, 1):
        padding = [(REACH, REACH) if axis == n else (0, 0) for n in range(3)]
        padded = np.pad(pixels, padding, mode="edge")
        length = pixels.shape[axis]
        parts = [padded.take(range(start, start + length), axis=axis) for start in range(2 * REACH + 1)]
        pixels = choose.reduce(parts)
    return pixels
