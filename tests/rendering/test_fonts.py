"""The fonts are those that came with the installation, unharmed, and those an operator added."""

import hashlib
import os
import re
import shutil
from pathlib import Path

import pytest

from certifly.rendering import fonts
from certifly.rendering.fit import TextProblems, fit
from certifly.rendering.fonts import EMOJI_FAMILY, FontsUnusable, font_book, shipped_folders
from tests.rendering.sheets import sheet, text

TYPEFACES = Path(fonts.__file__).parent / "typefaces"


def test_these_families_come_with_the_installation() -> None:
    assert font_book().families == [
        "Amiri",
        "Cinzel",
        "Cormorant Garamond",
        "EB Garamond",
        "Frank Ruhl Libre",
        "Great Vibes",
        "Heebo",
        "Inter",
        "Libre Baskerville",
        "Montserrat",
        "Noto Sans Devanagari",
        "Noto Sans JP",
        "Noto Sans KR",
        "Noto Sans SC",
        "Noto Sans TC",
        "Noto Sans Thai",
        "Playfair Display",
        "Source Serif 4",
        EMOJI_FAMILY,
    ]


def test_every_family_comes_with_its_licence() -> None:
    for folder in shipped_folders():
        licences = [path for path in folder.parent.rglob("*") if re.match(r"(LICENSE|OFL)", path.name)]
        assert licences, folder
        assert all("SIL OPEN FONT LICENSE" in path.read_text().upper() for path in licences)


def test_the_font_kept_here_is_the_one_described() -> None:
    described = re.findall(r"file here: `([0-9a-f]{64})`", (TYPEFACES / "README.md").read_text())
    files = sorted(TYPEFACES.rglob("*.ttf"))

    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in files] == described


def test_a_family_may_stand_in_for_any_other() -> None:
    assert set(font_book().chain("Cinzel", "ja")) == set(font_book().families)


def test_an_operators_family_can_be_used_and_steps_in_last(tmp_path: Path) -> None:
    _renamed_copy(tmp_path / "Lovelace.ttf")
    layout = sheet(text(font="Lovelace Sans"))

    assert fit(layout, {"Student Name": "Ada"}, fonts_dir=tmp_path).texts[0].fonts == ("Lovelace Sans",)
    assert font_book(tmp_path).chain("Inter", "hans")[-1] != "Inter"
    assert "Lovelace Sans" in font_book(tmp_path).chain("Inter", "hans")
    with pytest.raises(TextProblems, match="is not installed any more"):
        fit(layout, {"Student Name": "Ada"})


def test_a_second_source_of_a_shipped_family_is_refused(tmp_path: Path) -> None:
    shutil.copy(font_book().cuts["Great Vibes"][0].path, tmp_path / "Vibes.ttf")

    for written in (tmp_path, Path(os.path.relpath(tmp_path))):
        with pytest.raises(
            FontsUnusable, match=r"Great Vibes, which comes with .* Remove Vibes\.ttf from it"
        ):
            font_book(written)


def test_a_fonts_folder_that_is_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(FontsUnusable, match="is not a folder"):
        font_book(tmp_path / "nowhere")


def _renamed_copy(target: Path) -> None:
    from fontTools.ttLib import TTFont

    font = TTFont(font_book().cuts["Heebo"][0].path)
    for name in font["name"].names:
        if name.nameID in (1, 16):
            name.string = "Lovelace Sans"
    font.save(target)
