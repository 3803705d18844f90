"""Cleaning text: what goes, what stays."""

import pytest

from certifly.templates.errors import UnacceptableText
from certifly.templates.sanitise import MARKS_IN_A_ROW_MAX, sanitise

PERSIAN_WITH_NON_JOINER = "می\u200cخواهم"
FAMILY_WITH_JOINERS = "👩\u200d👩\u200d👧"


@pytest.mark.parametrize(
    "name",
    [
        "Ada Lovelace",
        "O'Brien",
        "A < B",
        "A > B",
        "1 <2 and 3> 2",
        "I <3 certificates",
        "R&D & “quotes” &amp;",
        "José",
        "Nguyễn Thị Ánh",
        "محمد بن عبد الله",
        "יִשְׂרָאֵל",
        "अनुष्का शर्मा",
        "สมชาย",
        "山田 太郎",
        "𠮷野家",
        PERSIAN_WITH_NON_JOINER,
        FAMILY_WITH_JOINERS,
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "<",
        "<>",
        "</>",
        "<3>",
        "<!-- never closed",
    ],
)
def test_names_come_through_unharmed(name: str) -> None:
    assert sanitise(name) == name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Jose\u0301", "José"),
        ("<b>Ada</b> Lovelace", "Ada Lovelace"),
        ("<scr<script>ipt>Ada</scr</script>ipt>", "Ada"),
        ("<<b>i>Ada", "Ada"),
        ('Ada<img src="x" onerror="alert(1)">', "Ada"),
        ("Ada<br/>Lovelace", "AdaLovelace"),
        ("Ada <!-- a <b> comment --> Lovelace", "Ada Lovelace"),
        ("Ada<!---->", "Ada"),
        ("<!<b>-- hidden -->Ada", "Ada"),
        ("<a <!-- > -->>Ada", "Ada"),
        ("<\x00b>Ada", "Ada"),
        ("<\u212a>Ada", "Ada"),
        ("e<i>\u0301</i>", "é"),
        ("Ada\x00\x07\x1b\x7f\x9f", "Ada"),
        ("\ufeffAda", "Ada"),
        ("\u202eAda\u202c \u2066Lovelace\u2069", "Ada Lovelace"),
        ("Ada\ufffe\uffff\ufdd0\U0010ffff", "Ada"),
        ("  Ada\t\r\n Lovelace\u2028", "Ada Lovelace"),
        ("山田\u3000太郎", "山田 太郎"),
        ("Ada\u00a0Lovelace", "Ada Lovelace"),
    ],
)
def test_what_cannot_be_drawn_or_trusted_is_removed(sent: str, kept: str) -> None:
    assert sanitise(sent) == kept


@pytest.mark.parametrize(
    "blank", ["", "   ", "\t\n", "<b></b>", "<!-- x -->", "\u200d\u200c", "\u200e", "\u2800", "\u3164 \u00ad"]
)
def test_a_text_with_nothing_to_see_is_empty(blank: str) -> None:
    assert sanitise(blank) == ""


@pytest.mark.parametrize("text", ["\ud800", "Ada\udfff", "\ude00\ud83d"])
def test_half_a_surrogate_pair_is_refused(text: str) -> None:
    with pytest.raises(UnacceptableText, match="half of a surrogate pair"):
        sanitise(text)


def test_as_many_accents_as_the_limit_are_kept_and_one_more_is_refused() -> None:
    most = "q" + "\u0301" * MARKS_IN_A_ROW_MAX

    assert sanitise(most) == most
    with pytest.raises(UnacceptableText, match="30 accents"):
        sanitise(most + "\u0301")


def test_accents_brought_together_by_a_removed_tag_are_counted_together() -> None:
    half = "\u0301" * 20

    with pytest.raises(UnacceptableText, match="30 accents"):
        sanitise(f"q{half}<b>{half}")


def test_a_tag_completed_by_normalisation_is_removed_too() -> None:
    assert sanitise("<a <<b>\u0338 >Ada") == "Ada"


def test_half_the_accents_hidden_in_one_code_point_count_as_two() -> None:
    with pytest.raises(UnacceptableText, match="30 accents"):
        sanitise("q" + "\u0344" * 16)
