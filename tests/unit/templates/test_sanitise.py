"""Cleaning text: what goes, what stays."""

import pytest

from certifly.templates.errors import UnacceptableText
from certifly.templates.sanitise import MARKS_IN_A_ROW_MAX, MARKUP_ROUNDS_MAX, clean, sanitise

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
        "AT&T",
        "R&D; Testing & “quotes”",
        "&;",
        "&unknown;",
        "&copy 2026",
        "&amp Co",
        "&#;",
        "&#x;",
        "List<String>",
        "Map<String, List<Integer>>",
        "<B1>",
        "<ada@example.org>",
        "the <video> element",
        "the </video> tag",
        "a < b > c",
        "a<b and c>d",
        "x<y",
        "I <3 U",
        "Team <A>",
        "<my-element x=1>",
        "<Bold>",
        "<!-->",
        "José",
        "M?ller",
        "MÃ¼ller",
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
        ("<<b>i>Ada", "Ada"),
        ('Ada<img src="x" onerror="alert(1)">', "Ada"),
        ("Ada<br/>Lovelace", "Ada Lovelace"),
        ("<p>Ada</p><p>Lovelace</p>", "Ada Lovelace"),
        ("<ul><li>Ada</li><li>Byron</li></ul>", "Ada Byron"),
        ("<DIV>Ada</DIV>Lovelace", "Ada Lovelace"),
        ("<table><tr><td>Ada</td><td>King</td></tr></table>", "Ada King"),
        ("<h1>Ada</h1>Lovelace<hr>", "Ada Lovelace"),
        ("<section id=a>Ada</section><section id=b>King</section>", "Ada King"),
        ("<option value=1>Ada</option><option value=2>King</option>", "Ada King"),
        ("<text x='0' y='1'>Ada</text><text x='0' y='9'>King</text>", "Ada King"),
        ('Ada<img src="flag.png">King<input type=text>Byron', "Ada King Byron"),
        ('<a href="/a">A</a>da <time datetime="1815-12-10">18</time>15', "Ada 1815"),
        ("A<b>d</b>a", "Ada"),
        ("Ada<o:p></o:p>", "Ada"),
        ("<B >Ada</B >", "Ada"),
        ('<a href="https://example.org/?a>b">Ada</a>', "Ada"),
        ("<a title='a < b'>Ada</a>", "Ada"),
        ("<video src=a.mp4 controls>Ada</video>", "Ada"),
        ("<input disabled>Ada", "Ada"),
        ("<span data-x>Ada</span>", "Ada"),
        ("<svg/onload=alert(1)>Ada</svg>", "Ada"),
        ("<img src=x onerror=alert(1)//>Ada", "Ada"),
        ('<IMG """><SCRIPT>alert("XSS")</SCRIPT>Ada', "Ada"),
        ("<script>alert('Ada')</script>Ada", "Ada"),
        ("<STYLE type=text/css>b { color: red }</STYLE >Ada", "Ada"),
        ("Ada</script>", "Ada"),
        ("<!DOCTYPE html><html><body>Ada</body></html>", "Ada"),
        ("<?xml version='1.0'?>Ada", "Ada"),
        ("<![CDATA[Ada]]>", "Ada"),
        ("<![if !supportLists]>Ada<![endif]>", "Ada"),
        ("Ada <!-- a <b> comment --> Lovelace", "Ada Lovelace"),
        ("Ada<!---->", "Ada"),
        ("<!<b>-- hidden -->Ada", "Ada"),
        ("<b <!-- > -->>Ada", "Ada"),
        ("<\x00b>Ada", "Ada"),
        ("<\u212abd>Ada", "Ada"),
        ("e<i>\u0301</i>", "é"),
        ("Ada\x00\x07\x1b\x7f\x9f", "Ada"),
        ("\ufeffMüller", "Müller"),
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
    assert sanitise("<\u212abd>Ada") == sanitise("<kbd>Ada") == "Ada"


def test_half_the_accents_hidden_in_one_code_point_count_as_two() -> None:
    with pytest.raises(UnacceptableText, match="30 accents"):
        sanitise("q" + "\u0344" * 16)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Brian O&#039;Conner", "Brian O'Conner"),
        ("Brian O&#8217;Conner", "Brian O’Conner"),
        ("Brian O&#x2019;Conner", "Brian O’Conner"),
        ("Brian O&#X2019;Conner", "Brian O’Conner"),
        ("Smith &amp; Sons", "Smith & Sons"),
        ("Smith &AMP; Sons", "Smith & Sons"),
        ("&Eacute;milie &quot;du&quot; Ch&acirc;telet", 'Émilie "du" Châtelet'),
        ("Le juriste&nbsp;: suite", "Le juriste : suite"),
        ("Fish &lt;fresh&gt; course", "Fish <fresh> course"),
        ("Use &amp;lt; in HTML", "Use &lt; in HTML"),
        ("&#38;amp;", "&amp;"),
        ("&#128;5 &#150; &#159;", "€5 – Ÿ"),
        ("Ada&#129;&#1;&#x7f;&#xFFFE; Lovelace", "Ada Lovelace"),
        ("Ada&#000000000000000000000000000039;s", "Ada's"),
        ("&lt;b&gt;Ada&lt;/b&gt;", "Ada"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Ada", "Ada"),
        ("Ada&#8238;&#x202e;", "Ada"),
        ("&notit;", "&notit;"),
        ("&NotEqualTilde;", "\u2242\u0338"),
    ],
)
def test_character_references_are_decoded_once_before_anything_else_is_judged(sent: str, kept: str) -> None:
    assert sanitise(sent) == kept


@pytest.mark.parametrize(
    "number", ["0", "xD800", "xDFFF", "x110000", "1114112", "9" * 5000, "x" + "f" * 5000]
)
def test_a_number_that_is_no_character_is_refused_and_named(number: str) -> None:
    with pytest.raises(
        UnacceptableText, match=r"Contains &#.*, a character reference of HTML that stands for no character"
    ) as refused:
        sanitise(f"Ada&#{number};")

    assert len(str(refused.value)) < 200


def test_what_was_cleaned_is_not_decoded_again() -> None:
    assert clean("Use &lt; in HTML") == "Use &lt; in HTML"


@pytest.mark.parametrize("name", ["script", "style", "SCRIPT"])
def test_a_script_or_a_style_that_does_not_end_is_refused(name: str) -> None:
    with pytest.raises(UnacceptableText, match=f"<{name.lower()}> without </{name.lower()}>"):
        sanitise(f"the <{name}> element")


def test_markup_is_removed_from_what_is_left_up_to_a_bound() -> None:
    deepest = MARKUP_ROUNDS_MAX - 1

    assert sanitise("<b" * deepest + ">" * deepest + "Ada") == "Ada"
    with pytest.raises(UnacceptableText, match="inside of HTML tags"):
        sanitise("<b" * (deepest + 1) + ">" * (deepest + 1) + "Ada")


@pytest.mark.parametrize("damaged", ["M\ufffdller", "M&#xFFFD;ller", "Mï¿½ller", "<b>\ufffd</b>"])
def test_a_text_that_lost_letters_is_refused_with_where_that_comes_from(damaged: str) -> None:
    with pytest.raises(UnacceptableText, match=r"wrong encoding.*UTF-8"):
        sanitise(damaged)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("- One\r\n- Two\r\n- Three", "- One\n- Two\n- Three"),
        (
            "One\rTwo\nThree\u2028Four\u2029Five\x85Six\vSeven\fEight",
            "One\nTwo\nThree\nFour\nFive\nSix\nSeven\nEight",
        ),
        ("One\n\nThree", "One\n\nThree"),
        ("\n\n One \t two \n  Three\n", "One two\nThree"),
        ("One<br>Two<br />\r\nThree", "One\nTwo\nThree"),
        ("<p>One</p>\n\n<p>Two</p>", "One\nTwo"),
        ("<ul>\n<li>One</li>\n<li>Two</li>\n</ul>", "One\nTwo"),
        ("One&#10;Two", "One\nTwo"),
        ("One&NewLine;Two", "One\nTwo"),
        ("\n\n", ""),
    ],
)
def test_where_several_lines_are_allowed_line_ends_are_kept(sent: str, kept: str) -> None:
    assert sanitise(sent, multiline=True) == kept
    assert sanitise(sent) == " ".join(kept.split())
