"""Text that was read in the wrong encoding: what is certain, what is likely, and what is a name."""

import pytest

from certifly.core.damaged_text import MISREADINGS_MAX, is_damaged, meant_by

NAMES = [
    *("Müller", "José", "ŁÓDŹ", "voilà", "Á", "Dvořák", "Şükrü", "Nguyễn", "ß", "ÀÁÍÏÐ", "Åse Øyvind"),
    *("Иван Петров", "Рік і Рі", "Ђорђе", "їжак", "Ґалаґан", "Αθήνα", "Γειά"),
    *("Мар'яна", "Марʼяна", "Արամ Խաչատրյան", "ג׳ורג׳ בן־דוד", "Webデザイン"),
    *("שלום", "محمد", "अनुष्का", "山田", "สมชาย", "“Ada” – O’Brien", "😀"),
]


def misread(text: str, encoding: str) -> str:
    """UTF-8 read in another encoding, as programs do that never fail."""
    return "".join(
        bytes([byte]).decode(encoding, "replace").replace("\ufffd", chr(byte)) for byte in text.encode()
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("encoding", ["windows-1252", "latin-1", "windows-1251", "mac-roman"])
def test_a_name_that_was_misread_is_recognised(name: str, encoding: str) -> None:
    assert meant_by(misread(name, encoding)) == name


@pytest.mark.parametrize("name", ["Müller", "José", "Иван", "山田"])
def test_a_name_that_was_misread_more_than_once_is_recognised(name: str) -> None:
    text = name
    for _ in range(MISREADINGS_MAX):
        text = misread(text, "windows-1252")

    assert meant_by(text) == name


@pytest.mark.parametrize(
    "name",
    [
        *NAMES,
        *("Ada Lovelace", "São Paulo", "Ã", "NAÏVE", "Ärzte", "JOÃO", "JOÃO®", "“JOÃO”", "PÃO", "MÓNICA"),
        *(
            "CAFÉ™",
            "CAFÉ®",
            "«ÉCOLE»",
            "“CAFÉ”",
            "Viel Spaß…",
            "Süß…",
            "KÖ…",
            "À bientôt",
            "Ø",
            "Ñandú",
            "„MÜ“",
        ),
        *("ZOË’S", "België’s BELGIË’s", "BELGIË™", "PERÙ’s", "PERÙ…", "SORANÎ®", "Ààrin", "miðírska", "Irã®"),
        *("MBÚ’s", "IRÂ’s", "ALMAAÑ’s", "EVROPASAMVELDIÐ…", "DEMOKRAATTISÂŠ"),
        *("20 °C", "§ 5", "5²×3", "ß®", "D’Ó", "GARÇON—", "ÆØÅ", "İstanbul", "M?ller", ""),
    ],
)
def test_a_name_is_not_taken_for_damage(name: str) -> None:
    assert meant_by(name) is None
    assert not is_damaged(name)


@pytest.mark.parametrize("text", ["M\ufffdller", "\ufffd", "Mï¿½ller"])
def test_a_letter_that_is_lost_is_certain_damage(text: str) -> None:
    assert is_damaged(text)
