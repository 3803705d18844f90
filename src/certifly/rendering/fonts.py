"""The fonts that come with the installation, and those an operator adds.

Nothing else is ever used: a certificate must look the same on every machine, so the system's fonts are
not seen. The families come as pinned packages, the emoji font is in ``typefaces/``.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typst

EMOJI_FAMILY = "Twemoji Mozilla"

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


@dataclass(frozen=True, slots=True)
class Cut:
    """One font file of a family; a variable one covers many weights."""

    path: str
    index: int
    is_italic: bool
    weight: int


@dataclass(frozen=True)
class FontBook:
    """Every usable family with its cuts, and the same fonts as the engine wants them."""

    cuts: dict[str, tuple[Cut, ...]]
    engine_fonts: "typst.Fonts"

    @property
    def families(self) -> list[str]:
        return sorted(self.cuts)


@lru_cache(maxsize=4)
def font_book(fonts_dir: Path | None = None) -> FontBook:
    """The shipped fonts and those in the operator's folder. 0.1 s the first time."""
    import typst  # 35 ms that a process which never draws or fits need not pay

    folders = shipped_folders()
    if fonts_dir is not None:
        folders.append(fonts_dir)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    cuts: dict[str, list[Cut]] = {}
    for font in fonts.fonts():
        assert font.path is not None, "fonts come from folders only"
        cut = Cut(font.path, font.index, font.style != "normal", font.weight)
        cuts.setdefault(font.family, []).append(cut)
    return FontBook({family: tuple(found) for family, found in cuts.items()}, fonts)


def shipped_folders() -> list[Path]:
    """The folders of the fonts that come with the installation."""
    return [_package_folder(name) / folder for name, folder in _PACKAGES] + [_TYPEFACES]


def _package_folder(name: str) -> Path:
    spec = find_spec(name)
    assert spec is not None and spec.submodule_search_locations, f"the font package {name} is in the lock"
    return Path(spec.submodule_search_locations[0])
