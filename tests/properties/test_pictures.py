"""Whatever is uploaded as a picture is kept clean or refused with a DomainError; nothing else happens."""

import hashlib
import io
import re
from pathlib import Path
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from certifly.rendering.bitmaps import is_bitmap
from certifly.rendering.engine import Engine
from certifly.rendering.errors import PictureRefused
from certifly.rendering.images import Picture, inspect_image
from tests.rendering.test_pool import job_that

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")


def sample(format: str, mode: str, **options: object) -> bytes:
    noise = np.random.default_rng(3).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    image = Image.fromarray(noise)
    image = image.convert("L").convert("I;16") if mode == "I;16" else image.convert(mode)
    image.save(buffer, format, **options)
    return buffer.getvalue()


exif = Image.Exif()
exif[0x0112] = 6
exif[0x8769] = {0x9003: "2026:11:23 09:00:00"}
SAMPLES = [
    sample("PNG", "RGB"),
    sample("PNG", "P", transparency=3),
    sample("PNG", "LA"),
    sample("PNG", "1"),
    sample("PNG", "I;16"),
    sample("PNG", "RGB", exif=exif, dpi=(300, 300)),
    sample("JPEG", "RGB", exif=exif),
    sample("JPEG", "CMYK", progressive=True),
    sample("JPEG", "L", comment=b"Ada"),
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><style>.a{fill:#abc}</style><g id="g" class="a">'
    b'<path d="M0 0C1 2 3 4 5 6z" transform="rotate(3)"/></g><use href="#g" opacity=".5"/></svg>',
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder: Path = tmp_path_factory.mktemp("engine")
    return Engine(folder)


def judge(content: bytes) -> Picture | None:
    """What is kept, or None when it was refused; anything else fails the test."""
    try:
        return inspect_image(content)
    except PictureRefused:
        return None


@given(content=st.binary(max_size=300))
def test_any_bytes_are_judged(content: bytes) -> None:
    judge(content)


@settings(max_examples=400)
@given(
    source=st.sampled_from(SAMPLES),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)), max_size=4
    ),
    cut=st.floats(0, 1) | st.just(1.0),
)
def test_damaged_pictures_are_kept_whole_or_refused(
    source: bytes, changes: list[tuple[float, bytes]], cut: float
) -> None:
    damaged = bytearray(source)
    for place, replacement in changes:
        start = int(place * len(damaged))
        damaged[start : start + len(replacement)] = replacement
    kept = judge(bytes(damaged[: max(1, int(cut * len(damaged)))]))

    if kept is not None and is_bitmap(kept.content):
        with Image.open(io.BytesIO(kept.content)) as image:
            image.load()
            assert image.size == (kept.width, kept.height)
            assert image.mode in ("L", "LA", "RGB", "RGBA")


DRAWN = frozenset(
    {
        "svg", "g", "a", "defs", "use", "switch", "path", "rect", "circle", "ellipse", "line", "polyline",
        "polygon", "image", "linearGradient", "radialGradient", "stop", "pattern", "clipPath", "mask", "marker",
        "symbol", "filter", "feGaussianBlur", "feOffset", "feFlood", "feMerge", "feColorMatrix",
    }
)  # fmt: skip
names = st.sampled_from([*sorted(DRAWN), "text", "script", "style", "foreignObject", "animate", "x"])
values = (
    st.sampled_from(["#a", "url(#a)", "url(#b) red", "none", "1", "50%", "1e9", "red"])
    | st.sampled_from(["M0 0h9v9z", "scale(-1 0)", "0 0 9 9"])
    | st.text("0123456789.-e ,%#()urlMCz;:", max_size=12)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)
)
FITTING = {
    "id": ["a", "b"], "href": ["#a", "#b"], "d": ["M0 0h9v9z", "M1 1a2 3 4 0 1 5 6M3 3h0", "M0 0L9 9X"],
    "points": ["0,0 9,0 9,9"], "viewBox": ["0 0 9 9", "1 2 3 4"], "width": ["9", "50%", "calc(1px + 2%)"], "r": ["3"],
    "height": ["9", "5mm"], "transform": ["scale(-1 .5)", "rotate(30 4 4)"], "offset": [".5", "20%"],
    "class": ["a", "b"],
    "fill": ["red", "url(#a)", "none", "oklch(.7 .1 40)", "var(--x, blue)"], "stroke": ["blue", "url(#b) red"],
    "stroke-width": ["2"], "stroke-linecap": ["round"], "stroke-dasharray": ["1 2", "0 3"], "opacity": [".5", "20%"],
    "clip-path": ["url(#a)", "url(#b)"], "mask": ["url(#a)", "url(#b)"], "filter": ["url(#a)", "url(#b)"],
    "marker-end": ["url(#a)"],
    "style": ["fill:lab(50 40 20)", "mix-blend-mode:multiply", "--x:red", "transform:scale(.5)"],
    "preserveAspectRatio": ["none", "xMinYMax slice"], "gradientUnits": ["userSpaceOnUse"],
    "stdDeviation": ["1", "0 2"],
    "values": ["0 0 0 0 1 0 0 0 0 1 0 0 0 0 1 0 0 0 1 0", "9"], "maskUnits": ["userSpaceOnUse"], "in": ["SourceAlpha"],
    "patternUnits": ["userSpaceOnUse"], "x": ["1"], "y": ["-1"], "display": ["none", "inline"],
    "orient": ["auto", "45deg"],
}  # fmt: skip
"""Values of the right form, so that most elements paint something."""

fitting = st.lists(st.sampled_from(sorted(FITTING)), max_size=6, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: st.sampled_from(FITTING[name]) for name in names})
)
attributes = fitting | st.dictionaries(
    st.sampled_from(
        ["id", "href", "fill", "stroke", "style", "class", "clip-path", "mask", "onclick", "opacity"]
    )
    | st.sampled_from(
        ["d", "points", "transform", "viewBox", "width", "height", "x", "r", "offset", "stroke-width"]
    )
    | st.sampled_from(
        ["stroke-dasharray", "preserveAspectRatio", "gradientUnits", "patternTransform", "filter"]
    ),
    values | st.sampled_from(["a", "b"]),
    max_size=5,
)


def element(name: str, given_attributes: dict[str, str], children: list[str]) -> str:
    escaped = {
        key: value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
        for key, value in given_attributes.items()
        if not re.search("[\ufffe\uffff]", value)
    }
    written = "".join(f' {key}="{value}"' for key, value in escaped.items())
    return f"<{name}{written}>{''.join(children)}</{name}>"


elements = st.recursive(
    st.builds(element, names, attributes, st.just([])),
    lambda inner: st.builds(element, names, attributes, st.lists(inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=st.lists(elements, max_size=4), root=attributes)
def test_any_svg_is_clean_or_refused_and_what_is_clean_draws(
    engine: Engine, body: list[str], root: dict[str, str]
) -> None:
    root = {"viewBox": "0 0 9 9", **root, "xmlns": "http://www.w3.org/2000/svg"}
    kept = judge(element("svg", root, body).encode())

    if kept is None:
        return
    assert not re.search(rb"url\((?!#p)|on\w+=|script|javascript|\\", kept.content)
    for part in fromstring(kept.content).iter():
        assert part.tag.removeprefix("{http://www.w3.org/2000/svg}") in DRAWN
        assert re.fullmatch(r"#p\d+", part.get("href", "#p0"))
    again = judge(kept.content)
    assert again is not None
    if b"userSpaceOnUse" not in kept.content or b"<filter" not in kept.content:
        # From the second time on nothing changes; a filter's region is made larger each time, inside the same clip.
        third = judge(again.content)
        assert third is not None
        assert without_names(third.content) == without_names(again.content)
    assert engine.pdf(job_that("Ada", pictures={name_of(kept.content): kept.content})).startswith(b"%PDF")


def without_names(content: bytes) -> bytes:
    """The file but for the numbers in its names: a name on what draws nothing is used up the first time."""
    return re.sub(rb"\bp\d+", b"p", content)


def name_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
