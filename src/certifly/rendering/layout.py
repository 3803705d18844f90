"""What stands where on a certificate.

Lengths are millimetres from the top left corner of the page, type sizes and strokes are points, colours
are ``#rrggbb``. The models are strict: an unknown key or a number written as a string is an error that
names its place. What needs the fonts or the page to judge (does the family exist, does the element lie on
the page) is in ``check.py``, so that reading a stored layout stays cheap.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from certifly.rendering.placeholders import names_in

PAGE_MILLIMETRES_MIN = 20
PAGE_MILLIMETRES_MAX = 2000
ELEMENTS_MAX = 200
TEXT_CHARACTERS_MAX = 4000
ALT_CHARACTERS_MAX = 1000
FONT_NAME_CHARACTERS_MAX = 100
TYPE_POINTS_MIN = 3
TYPE_POINTS_MAX = 1000
LINES_MAX = 100
STROKE_POINTS_MAX = 200
QR_MILLIMETRES_MIN = 10


def _with_sound_placeholders(text: str) -> str:
    names_in(text)
    return text


Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
AssetName = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
PrintedText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=TEXT_CHARACTERS_MAX),
    AfterValidator(_with_sound_placeholders),
]
Alt = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=ALT_CHARACTERS_MAX)]
Place = Annotated[float, Field(ge=0, le=PAGE_MILLIMETRES_MAX, allow_inf_nan=False)]
Extent = Annotated[float, Field(gt=0, le=PAGE_MILLIMETRES_MAX, allow_inf_nan=False)]
PageExtent = Annotated[float, Field(ge=PAGE_MILLIMETRES_MIN, le=PAGE_MILLIMETRES_MAX, allow_inf_nan=False)]
TypeSize = Annotated[float, Field(ge=TYPE_POINTS_MIN, le=TYPE_POINTS_MAX, allow_inf_nan=False)]
StrokeWidth = Annotated[float, Field(gt=0, le=STROKE_POINTS_MAX, allow_inf_nan=False)]


class _Strict(BaseModel):
    # The docstring of each key is what the reference says of it.
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)


class Page(_Strict):
    """The sheet."""

    width: PageExtent
    """Millimetres: 297 for A4 across."""
    height: PageExtent
    """Millimetres: 210 for A4 across."""
    fill: Colour = "#ffffff"
    """The colour of the paper."""


class _Box(_Strict):
    x: Place
    """Millimetres from the left edge of the page to the box."""
    y: Place
    """Millimetres from the top edge of the page to the box."""
    width: Extent
    """Millimetres."""
    height: Extent
    """Millimetres."""


class TextElement(_Box):
    """Text in a box. Too long a text wraps to ``lines_max`` lines, then shrinks to ``size_min``."""

    type: Literal["text"]
    text: PrintedText
    """What is printed, with placeholders in braces: ``{Student Name}``. Where all of them are empty, it is left out."""
    font: Annotated[str, StringConstraints(min_length=1, max_length=FONT_NAME_CHARACTERS_MAX)] = "EB Garamond"
    """A family that comes with Certifly or that the operator has installed."""
    # Hundreds only: half-way between two static cuts the engines may choose differently.
    weight: Annotated[int, Field(ge=100, le=900, multiple_of=100)] = 400
    """400 is regular, 700 bold; the nearest that the family has is taken."""
    italic: bool = False
    """Whether it is set in italics."""
    uppercase: bool = False
    """Whether it is set in capitals."""
    size: TypeSize
    """Points."""
    size_min: TypeSize | None = None
    """Points to which a text may shrink that finds no room; without it, it does not shrink."""
    lines_max: Annotated[int, Field(ge=1, le=LINES_MAX)] = 1
    """Lines to which it may wrap."""
    align: Literal["left", "center", "right", "start", "end"] = "start"
    """Where its lines stand in the box. ``start`` is the side where its script begins."""
    valign: Literal["top", "middle", "bottom"] = "top"
    """Where it stands between the upper and the lower edge of the box."""
    color: Colour = "#000000"
    """The colour of its letters."""
    line_spacing: Annotated[float, Field(ge=0.5, le=4, allow_inf_nan=False)] = 1.25
    """From line to line, as a multiple of the size."""
    letter_spacing: Annotated[float, Field(ge=-0.1, le=2, allow_inf_nan=False)] = 0
    """More room between letters, as a part of the size; never in scripts whose letters join."""

    @property
    def smallest_size(self) -> float:
        """Points below which the text is refused rather than shrunk."""
        return self.size if self.size_min is None else self.size_min

    @model_validator(mode="after")
    def _sizes_in_order(self) -> Self:
        if self.size_min is not None and self.size_min > self.size:
            raise ValueError("size_min must not be larger than size")
        return self


class ImageElement(_Box):
    """A picture that was uploaded before. The page's background is a first image as large as the page."""

    type: Literal["image"]
    asset: AssetName
    """The digest of the picture, as its upload answered."""
    fit: Literal["contain", "cover", "stretch"] = "contain"
    """How it fills its box: whole, cut at the edges, or out of proportion."""
    alt: Alt | None = None
    """What it shows, for those who cannot see it. Required unless it is decorative."""
    decorative: bool = False
    """Whether it says nothing, so that screen readers pass over it."""

    @model_validator(mode="after")
    def _says_what_it_shows(self) -> Self:
        if self.decorative == (self.alt is not None):
            raise ValueError(
                'say what the picture shows in "alt", or that it says nothing with "decorative": true'
            )
        return self


class QRElement(_Box):
    """The QR code of the certificate's check page, as a square in the middle of its box.

    Without a ``fill`` the page around it is the light margin that readers need; with one it brings its own.
    """

    type: Literal["qr"]
    width: Annotated[float, Field(ge=QR_MILLIMETRES_MIN, le=PAGE_MILLIMETRES_MAX, allow_inf_nan=False)]
    """Millimetres."""
    height: Annotated[float, Field(ge=QR_MILLIMETRES_MIN, le=PAGE_MILLIMETRES_MAX, allow_inf_nan=False)]
    """Millimetres."""
    alt: Alt
    """What it is for, for those who cannot see it."""
    color: Colour = "#000000"
    """The colour of its squares."""
    fill: Colour | None = None
    """The colour behind them; without it the page shows through."""


class RectangleElement(_Box):
    """A rectangle, filled, outlined or both. The outline lies inside the box."""

    type: Literal["rectangle"]
    fill: Colour | None = None
    """The colour inside; without it there is none."""
    stroke: Colour | None = None
    """The colour of the outline; without it there is none."""
    stroke_width: StrokeWidth = 1
    """Points."""
    radius: Annotated[float, Field(ge=0, le=PAGE_MILLIMETRES_MAX, allow_inf_nan=False)] = 0
    """Millimetres by which the corners are rounded."""

    @model_validator(mode="after")
    def _is_visible(self) -> Self:
        if self.fill is None and self.stroke is None:
            raise ValueError("give the rectangle a fill, a stroke, or both")
        return self


class LineElement(_Strict):
    """A straight line between two points."""

    type: Literal["line"]
    x1: Place
    """Millimetres from the left edge of the page to where it begins."""
    y1: Place
    """Millimetres from the top edge of the page to where it begins."""
    x2: Place
    """Millimetres from the left edge of the page to where it ends."""
    y2: Place
    """Millimetres from the top edge of the page to where it ends."""
    stroke: Colour = "#000000"
    """Its colour."""
    stroke_width: StrokeWidth = 1
    """Points."""

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if (self.x1, self.y1) == (self.x2, self.y2):
            raise ValueError("a line needs two different ends")
        return self


Element = Annotated[
    TextElement | ImageElement | QRElement | RectangleElement | LineElement, Field(discriminator="type")
]


def _at_least_one(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    # As a Field, min_length would also complain when the only element there is has a fault.
    if not elements:
        raise ValueError("a layout needs at least one element")
    return elements


class Layout(_Strict):
    """A page and its elements, drawn in order: the first lies lowest and is read first."""

    page: Page
    """The sheet."""
    # JSON has lists, strict mode wants tuples; the elements themselves stay strict.
    elements: Annotated[
        tuple[Element, ...],
        Field(max_length=ELEMENTS_MAX, strict=False, json_schema_extra={"minItems": 1}),
        AfterValidator(_at_least_one),
    ]
    """What stands on the page; ``type`` says which kind each is."""
