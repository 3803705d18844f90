"""The fonts that come with the installation, and those an operator adds.

Nothing else is ever used: a certificate must look the same on every machine, so the system's fonts are
not seen. The families come as pinned packages; the emoji font lies in ``typefaces/``.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typst

EMOJI_FAMILY = "Twemoji Mozilla"
CHAINS_KEPT_MAX = 512

_TYPEFACES = Path(__file__).parent / "typefaces"
_PACKAGES = (
    ("fontpkg_eb_garamond", "files"),
    ("fontpkg_cormorant_garamond", "files"),
    ("fontpkg_playfair_display", "files"),
    ("fontpkg_libre_baskerville", "files"),
    ("fontpkg_source_serif_4", "files"),
    ("fontpkg_cinzel", "files"),
    ("fontpkg_great_vibes", "files"),
    ("fontpkg_inter", "files"),
    ("fontpkg_montserrat", "files"),
    ("fontpkg_amiri", "files"),
    ("fontpkg_frank_ruhl_libre", "files"),
    ("fontpkg_heebo", "files"),
    ("fontpkg_noto_sans_devanagari", "files"),
    ("fontpkg_noto_sans_thai", "files"),
    ("justmytype_intl_cjk", "fonts/ofl"),
)
_SANS_SERIF = frozenset({"Inter", "Montserrat", "Heebo"})

# What stands in for letters the chosen family lacks, tried in this order.
_SERIF_COMPANIONS = ("EB Garamond", "Source Serif 4", "Inter")
_SANS_COMPANIONS = ("Inter", "Source Serif 4", "EB Garamond")
HAN_FAMILIES = {
    "hans": "Noto Sans SC",
    "hant": "Noto Sans TC",
    "ja": "Noto Sans JP",
    "ko": "Noto Sans KR",
}


class FontsUnusable(Exception):
    """The operator's folder of fonts cannot be used as it is; a mistake in the settings, seen at the start."""


# These two are compared by identity, which is quick: each comes once, from ``font_book``.
@dataclass(frozen=True, eq=False)
class Cut:
    """One font file of a family; a variable one covers many weights."""

    path: str
    index: int
    is_italic: bool
    weight: int


@dataclass(frozen=True, eq=False)
class FontBook:
    """Every usable family with its cuts, and the same fonts as the engine wants them."""

    cuts: dict[str, tuple[Cut, ...]]
    engine_fonts: "typst.Fonts"

    @cached_property
    def families(self) -> list[str]:
        return sorted(self.cuts)

    def companions(self, family: str) -> tuple[str, ...]:
        """The families that replace this one when it lacks letters of the European alphabets."""
        ours = _SANS_COMPANIONS if _is_sans(family) else _SERIF_COMPANIONS
        return tuple(name for name in ours if name != family)

    def chain(self, family: str, han: str) -> tuple[str, ...]:
        """The family and everything that may step in, best first. ``han`` is a key of ``HAN_FAMILIES``."""
        return _chain(self, family, han)


@lru_cache(maxsize=4)
def font_book(fonts_dir: Path | None = None) -> FontBook:
    """The shipped fonts and those in the operator's folder; 0.1 s the first time. Raises FontsUnusable.

    A family has one source. An operator's file that claims a shipped family's name would change what
    certificates look like depending on which file is found first, so it is refused.
    """
    import typst  # 35 ms that a process which neither draws nor fits need not pay

    folders = shipped_folders()
    if fonts_dir is not None:
        if not fonts_dir.is_dir():
            raise FontsUnusable(
                f"The fonts folder {fonts_dir} is not a folder. Create it, or unset the setting."
            )
        fonts_dir = fonts_dir.resolve()
        folders.append(fonts_dir)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)

    cuts: dict[str, list[Cut]] = {}
    for font in fonts.fonts():
        assert font.path is not None, "fonts come from folders only"
        cut = Cut(font.path, font.index, font.style != "normal", font.weight)
        cuts.setdefault(font.family, []).append(cut)
    if fonts_dir is not None:
        _refuse_twins(cuts, fonts_dir)
    return FontBook({family: tuple(found) for family, found in cuts.items()}, fonts)


def shipped_folders() -> list[Path]:
    """The folders of the fonts that come with the installation."""
    return [_package_folder(name) / folder for name, folder in _PACKAGES] + [_TYPEFACES]


def _package_folder(name: str) -> Path:
    spec = find_spec(name)
    assert spec is not None and spec.submodule_search_locations, f"the font package {name} is in the lock"
    return Path(spec.submodule_search_locations[0])


@lru_cache(maxsize=CHAINS_KEPT_MAX)
def _chain(book: FontBook, family: str, han: str) -> tuple[str, ...]:
    first_han = HAN_FAMILIES[han]
    names = (
        family,
        *book.companions(family),
        "Amiri",
        *(("Heebo", "Frank Ruhl Libre") if _is_sans(family) else ("Frank Ruhl Libre", "Heebo")),
        "Noto Sans Devanagari",
        "Noto Sans Thai",
        EMOJI_FAMILY,
        first_han,
        *(name for name in HAN_FAMILIES.values() if name != first_han),
        # Last, what the operator added: perhaps a script that none of ours has.
        *book.families,
    )
    return tuple(dict.fromkeys(names))


def _is_sans(family: str) -> bool:
    return family in _SANS_SERIF or "Sans" in family


def _refuse_twins(cuts: dict[str, list[Cut]], fonts_dir: Path) -> None:
    for family, found in cuts.items():
        added = [cut for cut in found if Path(cut.path).is_relative_to(fonts_dir)]
        if added and len(added) < len(found):
            raise FontsUnusable(
                f"The fonts folder {fonts_dir} holds the family {family}, which comes with the installation. "
                f"Remove {Path(added[0].path).name} from it."
            )
