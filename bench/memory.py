"""Memory of one render process while it draws 5,000 certificates of 50 templates.

Every template has pictures of its own (a photograph as ground, a logo with transparency, a drawing), its own
family, and a script of its own, and they come in random order, which is the worst for whatever is kept
between jobs. One in ten is drawn as PNG, the others as PDF. The process is never replaced, so that what
leaks would show.

    ./dev bench memory [--certificates N] [--templates N] [--sorted]
"""

import argparse
import hashlib
import io
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from certifly.rendering.fit import fit
from certifly.rendering.fonts import font_book
from certifly.rendering.images import inspect_image
from certifly.rendering.job import RenderJob
from certifly.rendering.layout import Layout
from certifly.rendering.png import encode_png
from certifly.rendering.pool import RenderPool

MEMORY_MB_TARGET = 300
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CHECK_URL = "https://lovelace.example/check/7e3b3e1c-5a4e-4f39-8ed5-%012d"
NAMES = [
    "Ada Lovelace",
    "Софья Ковалевская",
    "محمد الخوارزمي",
    "דוד בן־גוריון",
    "श्रीमती",
    "สมชาย ใจดี",
    "张伟",
    "김민준",
    "Ada 🎉",
]


def photograph(seed: int, width: int = 1754, height: int = 1240) -> bytes:
    """A JPEG as a camera makes it: soft colours and grain."""
    chance = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [
        128 + 100 * np.sin(x / chance.integers(90, 400) + y / chance.integers(90, 400)) for _ in range(3)
    ]
    pixels = np.stack(waves, -1) + chance.normal(0, 6, (height, width, 3))
    buffer = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def logo(seed: int, side: int = 400) -> bytes:
    """A PNG that fades out."""
    y, x = np.mgrid[0:side, 0:side]
    alpha = 255 - np.hypot(x - side / 2, y - side / 2) * 510 / side
    colours = [np.full((side, side), value) for value in np.random.default_rng(seed).integers(0, 200, 3)]
    return encode_png(np.stack([*colours, alpha.clip(0, 255)], -1).astype(np.uint8))


def drawing(seed: int) -> bytes:
    """An SVG of some hundred strokes."""
    chance = random.Random(seed)
    strokes = "".join(
        f'<path d="M{chance.random() * 100:.2f} {chance.random() * 100:.2f}q9 {chance.random() * 9:.2f} 20 0"/>'
        for _ in range(300)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" stroke="#aa8844">{strokes}</svg>'.encode()


def template(seed: int) -> tuple[Layout, dict[str, bytes]]:
    """A layout unlike the others, and the pictures it names."""
    contents = [inspect_image(content).content for content in (photograph(seed), logo(seed), drawing(seed))]
    assets = {"sha256:" + hashlib.sha256(content).hexdigest(): content for content in contents}
    ground, mark, ornament = assets
    families = font_book().families
    picture = {"type": "image", "decorative": True}
    words = {"type": "text", "x": 40, "width": 217, "align": "center", "size_min": 8}
    elements: list[dict[str, Any]] = [
        {**picture, "asset": ground, "x": 0, "y": 0, "width": 297, "height": 210},
        {**picture, "asset": mark, "x": 20, "y": 20, "width": 30, "height": 30},
        {**picture, "asset": ornament, "x": 120, "y": 140, "width": 50, "height": 50},
        {**words, "text": f"Certificate {seed}", "y": 40, "height": 20, "size": 34, "font": "Inter"},
        {
            **words,
            "text": "{Student Name}",
            "y": 82,
            "height": 22,
            "size": 48,
            "font": families[seed % len(families)],
        },
        {"type": "qr", "x": 250, "y": 164, "width": 26, "height": 26, "alt": "Check this certificate"},
    ]
    return Layout.model_validate({"page": {"width": 297, "height": 210}, "elements": elements}), assets


def main() -> None:
    """Draw, and print the process's memory as it goes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--certificates", type=int, default=5_000)
    parser.add_argument("--templates", type=int, default=50)
    parser.add_argument("--sorted", action="store_true", help="template by template, as a batch is drawn")
    options = parser.parse_args()

    templates = [template(seed) for seed in range(options.templates)]
    order = random.Random(1843).choices(range(options.templates), k=options.certificates)
    pictures = sum(sum(map(len, assets.values())) for _, assets in templates)
    print(
        f"{len(order):,} certificates of {len(templates)} templates, whose pictures have {pictures / 2**20:.0f} MB"
    )
    print(f"{'certificates':>13}{'MB held':>9}{'MB at most':>12}{'a second':>10}")
    held, start, drawn = [], time.monotonic(), 0
    with RenderPool(1, timeout_seconds=60, memory_mb=1024, jobs_max=2 * len(order)) as pool:
        pool.start()
        (child,) = children()
        print_memory(0, child, 0.0)
        for number, seed in enumerate(sorted(order) if options.sorted else order, 1):
            pool.render(job_of(*templates[seed], number), "png" if number % 10 == 0 else "pdf")
            if number % max(1, len(order) // 10) == 0:
                held.append(print_memory(number, child, (number - drawn) / (time.monotonic() - start)))
                start, drawn = time.monotonic(), number
        assert list(children()) == [child], "the process was replaced; its memory says nothing"

    growth = held[-1] - held[len(held) // 2 - 1]
    print(
        f"second half: {growth:+.0f} MB; the most: {max(held):.0f} MB (target: flat, under {MEMORY_MB_TARGET} MB)"
    )


def job_of(layout: Layout, assets: dict[str, bytes], number: int) -> RenderJob:
    """The certificate of somebody new."""
    return RenderJob(
        layout=layout,
        fitting=fit(layout, {"Student Name": f"{NAMES[number % len(NAMES)]} {number}"}),
        assets=assets,
        title="Certificate",
        language="en",
        author="Lovelace",
        created_at=MONDAY,
        check_url=CHECK_URL % number,
    )


def children() -> Iterator[int]:
    """The processes this one has started."""
    for task in Path("/proc/self/task").iterdir():
        yield from map(int, (task / "children").read_text().split())


def print_memory(number: int, pid: int, speed: float) -> float:
    """Print a line, and return the MB that the process holds now."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    held, most = (int(status[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    print(f"{number:13,}{held:9.0f}{most:12.0f}{speed:10.1f}", flush=True)
    return held


if __name__ == "__main__":
    main()
