"""Every property of CSS that Chromium knows is drawn, guarded, or changes nothing that an SVG paints."""

import shutil

import pytest
from playwright.sync_api import Page, sync_playwright

from certifly.rendering.svg.properties import GUARDED, GUARDED_ON_ROOT, PROPERTIES, SHORTHANDS
from tests.browser.test_check_page import FLAGS
from tests.svg_features.comparing import look_alike
from tests.svg_features.drawing import SCALE, draw_in_chromium
from tests.svg_features.table import framed

pytestmark = pytest.mark.browser

NAMES = """() => {
  const style = document.body.style, names = new Set(getComputedStyle(document.body))
  for (const key in style)
    if (typeof style[key] === "string" && key !== "cssText" && key !== "cssFloat")
      names.add(key.replace(/[A-Z]/g, letter => "-" + letter.toLowerCase()).replace(/^webkit-/, "-webkit-"))
  return [...names].filter(name => CSS.supports(name, "inherit")).sort()
}"""
"""Without the descriptors of at-rules, which ``style`` has as well."""

ACCEPTED = "pairs => pairs.filter(([name, value]) => CSS.supports(name, value))"

VALUES = (
    "none", "auto", "normal", "0", "1", "2", ".5", "7px", "40%", "3px 9px", "3px solid red", "solid", "red",
    "5deg", "hidden", "visible", "scroll", "both", "all", "block", "absolute", "fixed", "relative", "left",
    "right", "center", "top", "border-box", "padding-box", "content-box", "url(#g)",
    "linear-gradient(red, blue)", "circle(20px)", "inset(9px)", "rect(9px, 40px, 40px, 9px)", "dark",
    "only light", "bold", "italic", "rtl", "vertical-rl", "preserve-3d", "optimizeSpeed", "crispEdges",
    "geometricPrecision", "strict", "size", "paint", "layout", "inline-size", "content", "transform", "opacity",
    "flat", "multiply", "a", '"a"', "2s", "opacity 2s", "fill 2s", "1 / 2", "column", "row", "wrap", "grid",
    "round", "bevel", "scoop", "textfield", "slice", "clone", "uppercase", "underline", "reverse", "infinite",
    "running", "paused", "inert", "collapse", "separate", "inside", "end", "start", "stretch", "cover",
    "contain", "repeat-x", "no-repeat", "standard", "high", "xywh(9px 9px 50px 20px)", "source-atop", "text",
    "exact", "economy", "always", "avoid", "no-limit", "constrained",
)  # fmt: skip
"""Values of many kinds: of each property, those are tried that Chromium accepts."""

KNOWN = PROPERTIES.keys() | SHORTHANDS.keys() | GUARDED.keys()

TOGETHER = 40
"""Declarations that are tried in one drawing at first."""

Pair = tuple[str, str]

DRAWING = (
    '<defs><linearGradient id="g"><stop stop-color="red"/><stop offset="1" stop-color="#06c"/></linearGradient>'
    '<mask id="m"><circle cx="150" cy="30" r="20" fill="#fff"/></mask>'
    '<filter id="f"><feGaussianBlur stdDeviation="2"/></filter>'
    '<clipPath id="c"><circle cx="30" cy="70" r="20"/></clipPath><g id="u"><path d="M80 60h30l9 30z"/></g>'
    '<marker id="k" markerWidth="4" markerHeight="4"><path d="M0 0h4v4z"/></marker></defs>'
    '<g><rect x="5" y="5" width="50" height="30" fill="url(#g)" stroke="#063" stroke-width="4"/>'
    '<rect x="120" width="80" height="60" fill="#063" mask="url(#m)"/>'
    '<rect y="40" width="60" height="60" clip-path="url(#c)"/>'
    '<use href="#u" fill="#c33"/><circle cx="90" cy="30" r="20" opacity=".5" filter="url(#f)"/>'
    '<path d="M120 90l20-20 20 20" fill="none" stroke="#06c" marker-end="url(#k)"/>'
    '<svg x="160" y="60" width="30" height="30" viewBox="0 0 9 9"><circle cx="6" cy="6" r="5" fill="#960"/></svg>'
    '<image x="60" y="60" width="16" height="30" href="data:image/svg+xml,%3Csvg xmlns=\'http://www.w3.org/2000/svg\' '
    "viewBox='0 0 9 9'%3E%3Crect width='9' height='9' fill='teal'/%3E%3C/svg%3E\"/></g>"
)


def test_every_property_of_chromium_is_known_or_changes_nothing() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(device_scale_factor=SCALE)
        page.set_content("<body></body>")
        names = page.evaluate(NAMES)
        on_root = changing(
            page, "svg:root", [name for name in names if name not in KNOWN | GUARDED_ON_ROOT.keys()]
        )
        inside = changing(page, "svg *", [name for name in names if name not in KNOWN])
        browser.close()

    assert len(names) > 500
    assert on_root == {} and inside == {}


def changing(page: Page, selector: str, names: list[str]) -> dict[str, list[str]]:
    """Return the properties that change the drawing, each with the values that do."""
    page.set_content("<body></body>")
    pairs = [
        tuple(pair) for pair in page.evaluate(ACCEPTED, [[name, value] for name in names for value in VALUES])
    ]
    # Many harmless declarations are harmless together; those that are not are tried in smaller and smaller groups.
    count = max(1, len(pairs) // TOGETHER)
    groups = [pairs[start::count] for start in range(count)]
    found: dict[str, list[str]] = {}
    while groups:
        different = [
            group for group, same in zip(groups, unchanged(page, selector, groups), strict=True) if not same
        ]
        for [(name, value)] in (group for group in different if len(group) == 1):
            found.setdefault(name, []).append(value)
        groups = [part for group in different if len(group) > 1 for part in halves(group)]
    return found


def halves(group: list[Pair]) -> tuple[list[Pair], list[Pair]]:
    middle = len(group) // 2
    return group[:middle], group[middle:]


def unchanged(page: Page, selector: str, groups: list[list[Pair]]) -> list[bool]:
    """Tell for each group of declarations whether the drawing is as it is without them."""
    declared = [";".join(f"{name}:{value}" for name, value in group) for group in groups]
    styles = ["", *(f"<style>{selector}{{{text}}}</style>" for text in declared)]
    plain, *drawn = draw_in_chromium(page, [framed(style + DRAWING) for style in styles])
    assert plain is not None
    return [pixels is not None and look_alike(plain, pixels, pixels_max=0) for pixels in drawn]
