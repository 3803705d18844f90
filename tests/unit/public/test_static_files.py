"""The files of the pages: complete, ours, and small."""

import re

from certifly.public.static_files import DIGEST, FILES


def test_every_file_a_style_sheet_names_is_served() -> None:
    css = FILES["public.css"].content.decode()

    assert set(re.findall(r'url\("([^"]+)"\)', css)) <= set(FILES)
    assert "://" not in css and "@import" not in css


def test_the_address_changes_with_the_files() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", DIGEST)


def test_the_fonts_come_with_their_licence() -> None:
    assert b"SIL OPEN FONT LICENSE" in FILES["eb-garamond-licence.txt"].content


def test_a_phone_on_a_slow_line_is_not_kept_waiting() -> None:
    first_view = sum(
        len(FILES[name].content) for name in ("public.css", "guilloche.svg", "eb-garamond-latin.woff2")
    )

    assert first_view < 90_000
