"""Draw the ground of the starter template: a guilloche border, a faint rosette, and a seal.

The curves are our own, computed here; the SVG is committed, and a test draws it again and compares. Run it
after changing anything: ``python tools/draw_ground.py``. Lengths are millimetres, angles turns.
"""

import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src/certifly/templates/starters/certificate-of-completion/ground.svg"

WIDTH, HEIGHT = 297.0, 210.0
NAVY, BLUE, GOLD, PALE_GOLD, WHISPER, IVORY = "#22335c", "#8c9abb", "#b3924a", "#d9c79c", "#f4efe2", "#fdfbf5"

Point = tuple[float, float]
Curve = Callable[[float], Point]


def ground() -> str:
    """The whole picture."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}mm" height="{HEIGHT:g}mm" '
        f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" fill="none" stroke-linejoin="round">',
        f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="{IVORY}"/>',
        *rosette(),
        *border(),
        *rule(148.5, 121.5),
        *seal(148.5, 172.0),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def rosette() -> Iterator[str]:
    """A rose engine's pattern behind the text, hardly darker than the paper."""
    for radius, swing, lobes, count in ((56.0, 11.0, 12, 6), (38.0, 9.0, 9, 6), (23.0, 7.0, 6, 6)):
        d = "".join(
            path(ring(148.5, 104.0, radius, swing, lobes, phase / count / lobes), nodes=5 * lobes)
            for phase in range(count)
        )
        yield stroke(d, WHISPER, 0.22)


def border() -> Iterator[str]:
    """Ribbons that weave around the page between two hairlines."""
    middle, corner = 13.0, 8.0
    for amplitude, waves, count, colour, width in ((2.8, 120, 5, BLUE, 0.13), (1.4, 120, 3, GOLD, 0.17)):
        d = "".join(
            path(ribbon(middle, corner, amplitude, waves, phase / count, swells=20), nodes=4 * waves)
            for phase in range(count)
        )
        yield stroke(d, colour, width)
    for inset, colour, width in ((9.2, NAVY, 0.5), (16.8, NAVY, 0.5), (17.9, GOLD, 0.22)):
        radius = max(0.6, corner - (inset - middle))
        yield (
            f'<rect x="{inset:g}" y="{inset:g}" width="{number(WIDTH - 2 * inset)}" '
            f'height="{number(HEIGHT - 2 * inset)}" rx="{number(radius)}" stroke="{colour}" stroke-width="{width:g}"/>'
        )


def rule(x: float, y: float) -> Iterator[str]:
    """A line under the name that swells to a lozenge in the middle."""
    half = 46.0
    yield stroke(
        f"M{number(x - half)},{number(y)}H{number(x - 5)}M{number(x + 5)},{number(y)}H{number(x + half)}",
        GOLD,
        0.25,
    )
    yield f'<path d="M{number(x)},{number(y - 1.5)}l2.6,1.5l-2.6,1.5l-2.6,-1.5z" fill="{GOLD}"/>'


def seal(x: float, y: float) -> Iterator[str]:
    """A medal engraved like the border, with a star."""
    yield f'<path d="{path(ring(x, y, 14.2, 0.5, 40, 0.0), nodes=160)}" fill="{GOLD}"/>'
    yield f'<circle cx="{number(x)}" cy="{number(y)}" r="12.9" stroke="{IVORY}" stroke-width="0.25"/>'
    engraved = "".join(path(ring(x, y, 9.9, 2.3, 20, phase / 5 / 20), nodes=100) for phase in range(5))
    yield stroke(engraved, PALE_GOLD, 0.13)
    yield f'<circle cx="{number(x)}" cy="{number(y)}" r="7" fill="{GOLD}" stroke="{IVORY}" stroke-width="0.25"/>'
    yield f'<path d="{star(x, y, 4.6, 1.9, 8)}" fill="{IVORY}"/>'


def ring(x: float, y: float, radius: float, swing: float, lobes: int, phase: float) -> Curve:
    """A circle whose radius swings."""

    def at(turn: float) -> Point:
        angle = math.tau * turn
        r = radius + swing * math.sin(lobes * (angle + math.tau * phase))
        return x + r * math.cos(angle), y + r * math.sin(angle)

    return at


def ribbon(inset: float, corner: float, amplitude: float, waves: int, phase: float, *, swells: int) -> Curve:
    """A wave around a rounded rectangle; its height swells and falls along the way."""
    straight_x, straight_y = WIDTH - 2 * (inset + corner), HEIGHT - 2 * (inset + corner)
    quarter = math.pi / 2 * corner
    around = 2 * (straight_x + straight_y) + 4 * quarter

    def at(turn: float) -> Point:
        along = (turn % 1.0) * around
        (px, py), (nx, ny) = _edge(along, inset, corner, straight_x, straight_y, quarter)
        height = amplitude * (0.78 + 0.22 * math.cos(math.tau * swells * turn))
        offset = height * math.sin(math.tau * (waves * turn + phase))
        return px + nx * offset, py + ny * offset

    return at


def _edge(
    along: float, inset: float, corner: float, straight_x: float, straight_y: float, quarter: float
) -> tuple[Point, Point]:
    """The point so far along a rounded rectangle, clockwise from the top left, and the way out there."""
    left, top = inset + corner, inset + corner
    right, bottom = left + straight_x, top + straight_y
    sides = (
        (straight_x, (left, inset), (1, 0), (right, top), -0.25),
        (straight_y, (WIDTH - inset, top), (0, 1), (right, bottom), 0.0),
        (straight_x, (right, HEIGHT - inset), (-1, 0), (left, bottom), 0.25),
        (straight_y, (inset, bottom), (0, -1), (left, top), 0.5),
    )
    for length, (sx, sy), (dx, dy), (cx, cy), start in sides:
        if along <= length:
            return (sx + dx * along, sy + dy * along), (dy, -dx)
        along -= length
        if along <= quarter:
            angle = math.tau * (start + 0.25 * along / quarter)
            out = (math.cos(angle), math.sin(angle))
            return (cx + corner * out[0], cy + corner * out[1]), out
        along -= quarter
    return (left, inset), (0, -1)


def star(x: float, y: float, outer: float, inner: float, points: int) -> str:
    corners = []
    for index in range(2 * points):
        radius = inner if index % 2 else outer * (1.0 if index % 4 == 0 else 0.72)
        angle = math.tau * index / (2 * points) - math.pi / 2
        corners.append(f"{number(x + radius * math.cos(angle))},{number(y + radius * math.sin(angle))}")
    return "M" + "L".join(corners) + "z"


def path(curve: Curve, *, nodes: int) -> str:
    """A closed curve as cubic segments through ``nodes`` points, with its own tangents there."""
    step = 1 / nodes
    small = step / 100
    points = [curve(index * step) for index in range(nodes)]
    tangents = []
    for index in range(nodes):
        (ax, ay), (bx, by) = curve(index * step - small), curve(index * step + small)
        tangents.append(((bx - ax) / (2 * small) * step / 3, (by - ay) / (2 * small) * step / 3))
    # Relative to rounded positions, so that the errors of rounding do not add up.
    x, y = round(points[0][0], 2), round(points[0][1], 2)
    written = [f"M{number(x)},{number(y)}"]
    for index in range(nodes):
        (px, py), (qx, qy) = points[index], points[(index + 1) % nodes]
        (tx, ty), (ux, uy) = tangents[index], tangents[(index + 1) % nodes]
        # The tangents go straight through each point, so every segment but the first may leave its own out.
        ends = ((px + tx, py + ty), (qx - ux, qy - uy), (qx, qy))[1 if index else 0 :]
        written.append(
            ("s" if index else "c") + " ".join(f"{number(ex - x)},{number(ey - y)}" for ex, ey in ends)
        )
        x, y = x + round(qx - x, 2), y + round(qy - y, 2)
    return "".join(written) + "z"


def stroke(d: str, colour: str, width: float) -> str:
    return f'<path d="{d}" stroke="{colour}" stroke-width="{width:g}"/>'


def number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    text = text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text
    return "0" if text in ("-0", "", "-") else text


if __name__ == "__main__":
    TARGET.write_text(ground())
    sys.stdout.write(f"{TARGET.stat().st_size} bytes\n")
