"""A name that looks like one of our issuers is a false claim, however it is spelled; others stay unknown."""

import hashlib
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from certifly.verification import issuer_spelling
from certifly.verification.claims import ISSUERS_MAX
from certifly.verification.inspect import inspect
from certifly.verification.issuer_spelling import (
    DECODINGS_MAX,
    NAME_CHARACTERS_MAX,
    is_spelled_like_ours,
    skeleton,
)
from certifly.verification.judge import judge
from certifly.verification.report import CheckName, Outcome, Reason, Report, Verdict
from tests.cast import TUESDAY
from tests.handed_in import UNSIGNED
from tools import confusables

PUBLIC_URL = "https://certificates.example.org"
ADDRESS = f"{PUBLIC_URL}/t/lovelace"
DID = "did:web:certificates.example.org:t:lovelace"
UMLAUT_URL = "https://prüfung.example:8443/büro"


def report_of(issuer: object = None, /, **changes: object) -> Report:
    document = {**UNSIGNED, "issuer": issuer, **changes}
    return judge(inspect(json.dumps(document).encode()), None, public_url=PUBLIC_URL, now=TUESDAY)


def encoded(text: str, times: int) -> str:
    for _ in range(times):
        text = "".join(f"%{byte:02X}" for byte in text.encode()) if times == 1 else quote(text, safe="")
    return text


SPELLINGS = [
    # Percent-encoding, once and more often, of some characters and of all.
    "did:web:%63ertificates.example.org:t:lovelace",
    "did:web:%2563ertificates.example.org:t:lovelace",
    "did:web:certificates.example.org%3At%3Alovelace",
    "did%3Aweb%3Acertificates.example.org%3At%3Alovelace",
    encoded(DID, 1),
    encoded(DID, 2),
    encoded(ADDRESS, 5),
    "https://certificates.example.org%2Ft%2Flovelace",
    "https://certificates.example.org%252ft%252flovelace",
    "https://certificates%2Eexample%2Eorg/t/lovelace",
    # Dots.
    "https://certificates.example.org./t/lovelace",
    "https://certificates.example.org../t/lovelace",
    "did:web:certificates.example.org.:t:lovelace",
    "https://certificates。example．org｡/t/lovelace",
    # Case, spaces, schemes, ports.
    "DID:WEB:CERTIFICATES.EXAMPLE.ORG:T:LOVELACE",
    " \t\n" + DID,
    "https://certificates.exa\tmple.org/t/lovelace",
    "http://certificates.example.org/t/lovelace",
    "HTTPS:certificates.example.org/t/lovelace",
    "//certificates.example.org/t/lovelace",
    "certificates.example.org/t/lovelace",
    "https:\\\\certificates.example.org\\t\\lovelace",
    "https://certificates.example.org:443/t/lovelace",
    "https://certificates.example.org:0443/t/lovelace",
    "http://certificates.example.org:80/t/lovelace",
    "did:web:certificates.example.org%3A443:t:lovelace",
    # A user's name in front of the host.
    "https://ada@certificates.example.org/t/lovelace",
    "https://elsewhere.example:pass@certificates.example.org/t/lovelace",
    "https://elsewhere.example%2F@certificates.example.org/t/lovelace",
    "https://a@b@certificates.example.org/t/lovelace",
    # Paths.
    "https://certificates.example.org/t/lovelace/../lovelace",
    "https://certificates.example.org/elsewhere/../t/lovelace",
    "https://certificates.example.org/../../t/./lovelace",
    "https://certificates.example.org//t//lovelace",
    "https://certificates.example.org/%2e%2e/t/lovelace",
    "https://certificates.example.org/x%2F..%2Ft/lovelace",
    "https://certificates.example.org/t;x=1/lovelace",
    "https://certificates.example.org/t/lovelace?x#y",
    # Characters that nobody sees.
    "https://certi\u200bficates.example.org/t/lovelace",
    "https://certi\u00adficates.example.org/t/lovelace",
    "\u202edid:web:certificates.example.org:t:lovelace",
    "did:web:certificates\ufe0f.example.org:t:lovelace",
    "did:web:certi%E2%80%8Bficates.example.org:t:lovelace",
    "did:web:certificates.example.org:\u2060t\u034f:lovelace",
    "%2%E2%80%8B563",
    # Letters that look alike.
    "https://certіficates.example.org/t/lovelace",
    "https://сеrtifiсаtеs.ехаmрlе.оrg/t/lovelace",
    "https://certificates.exarnple.org/t/lovelace",
    "https://certificates.examp1e.0rg/t/lovelace",
    "https://certiflcates.example.org/t/lovelace",
    "https://certIfIcates.exampIe.org/t/lovelace",
    "ｈｔｔｐｓ：／／ｃｅｒｔｉｆｉｃａｔｅｓ．ｅｘａｍｐｌｅ．ｏｒｇ／ｔ／ｌｏｖｅｌａｃｅ",
    "https://𝐜𝐞𝐫𝐭𝐢𝐟𝐢𝐜𝐚𝐭𝐞𝐬.example.org/t/lovelace",
    "https://certiﬁcates.example.org/t/lovelace",
    "https:⁄⁄certificates․example․org∕t∕lovelace",
    "dіd:wеb:certificates.example.org:t:lovelace",
    # Punycode, of the whole and of one label.
    "https://" + "certіficates".encode("idna").decode() + ".example.org/t/lovelace",
    "https://XN--" + "сеrtifiсаtеs".encode("punycode").decode().upper() + ".example.org/t/lovelace",
    # Longer or more often encoded than anything that is meant to be read.
    "a" * (NAME_CHARACTERS_MAX + 1),
    "%" + "25" * (DECODINGS_MAX + 1) + "41",
    "\u200b" * 100_000 + DID,
]
SPELLINGS.remove("%2%E2%80%8B563")


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_spelling_of_ours_is_a_false_claim(name: str) -> None:
    report = report_of({"id": name})

    assert is_spelled_like_ours(name, PUBLIC_URL)
    assert report.check(CheckName.ISSUER).outcome is Outcome.FAILED
    assert report.check(CheckName.ISSUER).reason_code == "no_such_certificate"
    assert report.verdict is Verdict.INVALID


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "did:web:",
        "https://",
        "did:web:elsewhere.example.org:t:lovelace",
        "did:web:certificates.example.org.evil.example:t:lovelace",
        "did:web:certificates.example.org",
        "https://certificates.example.org:8443/t/lovelace",
        "https://evil.example/certificates.example.org/t/lovelace",
        "https://evil.example/t/../certificates.example.org/t/lovelace",
        "https://certificates.example.com/t/lovelace",
        "https://certificates-example.org/t/lovelace",
        "https://сертификаты.example.org/t/lovelace",
        "https://xn--.example.org/t/lovelace",
        "https://xn--99999999.example.org/t/lovelace",
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "did:jwk:" + "eyJ" * 1000,
        "urn:uuid:0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55",
        "100% certificates",
        "b" * NAME_CHARACTERS_MAX,
        "%" + "25" * (DECODINGS_MAX - 3) + "41",
    ],
)
def test_other_names_stay_unknown(name: str) -> None:
    assert not is_spelled_like_ours(name, PUBLIC_URL)
    assert report_of({"id": name}).check(CheckName.ISSUER).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "name",
    [
        "did:web:xn--prfung-4ya.example%3A8443:b%C3%BCro:t:x",
        "https://prüfung.example:8443/büro/t/x",
        "https://PRU\u0308FUNG.example:08443/BÜRO/t/x",
        "https://xn--prfung-4ya.example:8443/b%C3%BCro/t/x",
    ],
)
def test_our_own_address_may_have_a_port_a_path_and_other_letters(name: str) -> None:
    assert is_spelled_like_ours(name, UMLAUT_URL)
    assert not is_spelled_like_ours(name.replace("8443", "8444"), UMLAUT_URL)
    assert not is_spelled_like_ours(name, "https://prüfung.example:8443/other")


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": ADDRESS},
        {"issuer": [{"id": "did:key:z6Mk"}, {"id": DID}]},
        {"issuer": {"@id": DID}},
        {"issuer": {"id": "did:key:z6Mk", "url": ADDRESS}},
        {"issuer": None, "iss": DID},
        {"issuer": None, "vc": {"issuer": {"id": DID}}},
    ],
)
def test_it_counts_wherever_the_issuer_is_named(changes: dict[str, object]) -> None:
    report = report_of(**changes)

    assert report.check(CheckName.ISSUER).reason_code == "no_such_certificate"
    assert report.verdict is Verdict.INVALID


LOOK_ALIKE: dict[str, list[str]] = {}
for _other, _prototype in issuer_spelling._prototypes().items():
    if _prototype.isascii() and _prototype.isalnum() and len(_prototype) == 1:
        LOOK_ALIKE.setdefault(_prototype.casefold(), []).append(_other)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Our DID or address after some of a forger's tricks."""
    name = draw(st.sampled_from([DID, ADDRESS, "http://CERTIFICATES.example.org:80/t/lovelace/../ada"]))
    for trick in draw(
        st.lists(st.sampled_from(["case", "alike", "unseen", "percent", "wide", "twice"]), max_size=4)
    ):
        place = draw(st.integers(0, len(name) - 1))
        one = name[place]
        before, after = name[:place], name[place + 1 :]
        if trick == "case":
            name = "".join(letter.swapcase() if letter.isascii() else letter for letter in name)
        elif trick == "alike" and one.isascii() and one.casefold() in LOOK_ALIKE and "%" not in name:
            name = before + draw(st.sampled_from(LOOK_ALIKE[one.casefold()])) + after
        elif trick == "unseen":
            name = (
                before
                + draw(st.sampled_from("\u200b\u200d\u2060\ufeff\u00ad\u202e\ufe0e\U000e0001"))
                + one
                + after
            )
        elif trick == "percent":
            name = before + "".join(f"%{byte:02x}" for byte in one.encode()) + after
        elif trick == "wide" and "!" <= one <= "~":
            name = before + chr(ord(one) + 0xFEE0) + after
        elif trick == "twice":
            name = quote(name, safe="")
    return name


@settings(max_examples=300, deadline=None)
@given(mutated())
@example(DID)
def test_no_trick_makes_a_false_claim_unknown(name: str) -> None:
    report = report_of({"id": name})

    assert report.verdict is Verdict.INVALID
    assert report.check(CheckName.ISSUER).outcome is Outcome.FAILED


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_compared(name: str) -> None:
    assert is_spelled_like_ours(name, PUBLIC_URL) in (True, False)


@given(st.text(max_size=40))
def test_a_skeleton_is_its_own_skeleton_or_changes_no_more(text: str) -> None:
    once = skeleton(skeleton(text))

    assert skeleton(once) == once


def test_the_list_of_characters_is_that_of_unicode() -> None:
    content = confusables.TARGET.read_text(encoding="ascii")

    assert content.startswith(confusables.HEAD)
    assert len(content.splitlines()) == 6565 + len(confusables.HEAD.splitlines())
    assert hashlib.sha256(content.encode()).hexdigest() == confusables.REDUCED_DIGEST
    assert (
        (confusables.TARGET.parent / "licence.txt")
        .read_text(encoding="utf-8")
        .startswith("UNICODE LICENSE V3")
    )


def test_another_original_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=confusables.VERSION):
        confusables.reduced(b"# confusables.txt\n")


ELSEWHERE = {"id": "https://elsewhere.example.org", "name": "Elsewhere"}
KEY = f"{DID}#proof-1"


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": [ELSEWHERE] * ISSUERS_MAX + [DID]},
        {"issuer": {**ELSEWHERE, "id": [ELSEWHERE["id"], DID]}},
        {"issuer": {"id": {"id": DID}}},
        {"https://www.w3.org/2018/credentials#issuer": [{"@id": DID}]},
        {"iss": [DID]},
        {"vc": [{"issuer": DID}]},
        {"proof": {"type": "Ed25519Signature2020", "verificationMethod": KEY}},
        {"proof": [{"type": "Unknown", "verificationMethod": {"id": KEY, "controller": "x"}}]},
        {"type": "Assertion", "badge": {"issuer": {"id": DID}}},
        {"type": "Assertion", "badge": {"issuer": "https://x.example"}, "verification": {"creator": KEY}},
    ],
)
def test_whichever_member_names_us_as_issuer_makes_it_a_false_claim(changes: dict[str, object]) -> None:
    report = report_of(ELSEWHERE, **changes)

    assert report.verdict == Verdict.INVALID
    assert report.check(CheckName.ISSUER).reason_code == Reason.NO_SUCH_CERTIFICATE
    assert report.check(CheckName.ISSUER).facts.issuer in (DID, KEY, ELSEWHERE["id"])


def test_as_many_names_as_are_compared_may_all_be_of_others() -> None:
    assert report_of([ELSEWHERE["id"]] * ISSUERS_MAX).verdict == Verdict.UNKNOWN
    assert report_of([ELSEWHERE["id"]] * (ISSUERS_MAX + 1)).verdict == Verdict.INVALID


def test_a_credential_of_another_about_our_page_stays_unknown() -> None:
    subject = {"id": DID, "achievement": {"creator": {"id": ADDRESS}, "criteria": {"id": ADDRESS}}}

    assert report_of(ELSEWHERE, credentialSubject=subject).verdict == Verdict.UNKNOWN
