"""The refusals of an SVG picture that several of its parts share: each names what is meant, and gives a remedy."""

import re

from certifly.rendering.errors import PictureNotSupported

_SHOWN_MAX = 60
AS_PNG = "save the picture as PNG at 300 dpi"


def shown(text: str) -> str:
    """Return a text from the file as a message may show it: one line, short, without control characters."""
    line = " ".join(re.sub(r"[^\x20-\x7e\xa0-\U0010ffff]", " ", text[: 2 * _SHOWN_MAX]).split())
    return line if len(line) <= _SHOWN_MAX else line[:_SHOWN_MAX] + "…"


def value_not_supported(name: str, value: str) -> PictureNotSupported:
    """A valid value of a property or attribute that cannot be drawn as a browser draws it."""
    return PictureNotSupported(
        f'The SVG uses "{shown(name)}: {shown(value)}" as a style, which certificates cannot show. Expand or '
        f"flatten the effect in your drawing program, or {AS_PNG}."
    )


def element_not_supported(name: str) -> PictureNotSupported:
    """An element that draws, and is not on the list of those that can be drawn."""
    if name in ("text", "tspan", "textPath", "flowRoot"):
        return PictureNotSupported(
            "The SVG contains text, whose look would depend on fonts. Convert text to paths, or put a text "
            "element on the layout."
        )
    known = name if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,30}", name) else "an unknown element"
    return PictureNotSupported(
        f"The SVG uses <{known}>, which certificates cannot show. Expand it to paths, or {AS_PNG}."
    )


def feature_not_supported(
    what: str, remedy: str = "Expand or flatten it in your drawing program"
) -> PictureNotSupported:
    """Anything else that draws and cannot be shown; ``what`` completes "The SVG uses …"."""
    return PictureNotSupported(f"The SVG uses {what}, which certificates cannot show. {remedy}, or {AS_PNG}.")


def style_sheet_not_supported(what: str) -> PictureNotSupported:
    """CSS that selects or decides by something that is not known when a certificate is drawn."""
    return PictureNotSupported(
        f"The SVG's style sheet uses {shown(what)}, which certificates cannot follow. Export it again with "
        '"presentation attributes" instead of a style sheet.'
    )
