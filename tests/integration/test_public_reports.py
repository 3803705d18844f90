"""What the public sees of a certificate when something became of it, and of files that are handed in."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from certifly.core.clock import utc_now
from tests.cast import ADA
from tests.public_site import PublicSite
from tests.unit.public.pages import ReadPage, words_of

REASON = "Issued in error, the course was never held"


@pytest.fixture
def code(public_site: PublicSite) -> str:
    """Ada's certificate, with its files."""
    return public_site.issue(public_site.publish(suspendable=True))


def tell(site: PublicSite, code: str, event: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Have something become of a certificate, as its issuer does."""
    headers = {"Authorization": f"Bearer {site.token}"}
    answer = site.http.post(f"/api/v1/certificates/{code}/{event}", json=body or {}, headers=headers)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else {}


def facts_of(site: PublicSite, code: str) -> dict[str, Any]:
    found: dict[str, Any] = site.http.get(f"/check/{code}.json").json()["data"]["data"]
    return found


def outcomes(facts: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["outcome"] for check in facts["checks"]}


def hand_in(site: PublicSite, content: bytes, **headers: str) -> httpx.Response:
    """Use the form of the page."""
    return site.http.post("/check", files={"file": ("certificate", content)}, headers=headers)


def test_a_revoked_certificate_is_told_so_at_once_with_its_reason(public_site: PublicSite, code: str) -> None:
    assert "This certificate is genuine." in public_site.http.get(f"/check/{code}").text
    tell(public_site, code, "revocation", {"reason": REASON})

    html, facts = public_site.http.get(f"/check/{code}").text, facts_of(public_site, code)

    assert "This certificate was revoked." in html and REASON in html
    assert "genuine" not in html and "og:image" not in html
    assert (facts["status"], facts["verdict"], facts["reason"]) == ("revoked", "invalid", REASON)
    assert facts["revoked_at"] and facts["share"] == {"linkedin": None}
    assert [name for name, outcome in outcomes(facts).items() if outcome == "failed"] == ["not_revoked"]


def test_a_suspension_is_told_while_it_lasts(public_site: PublicSite, code: str) -> None:
    tell(public_site, code, "suspension", {"reason": REASON})
    suspended = public_site.http.get(f"/check/{code}").text

    headers = {"Authorization": f"Bearer {public_site.token}"}
    public_site.http.delete(f"/api/v1/certificates/{code}/suspension", headers=headers)

    assert "This certificate is suspended." in suspended and REASON in suspended
    assert "genuine" not in suspended
    assert "This certificate is genuine." in public_site.http.get(f"/check/{code}").text


def test_a_corrected_certificate_leads_to_the_one_that_holds(public_site: PublicSite, code: str) -> None:
    answer = tell(
        public_site, code, "replacement", {"data": {"Student Name": "Ada King"}, "reason": "Married"}
    )
    successor = answer["data"]["data"]["code"]
    public_site.produce(successor)

    old, new = (ReadPage(public_site.http.get(f"/check/{one}").text) for one in (code, successor))

    assert "genuine" not in old.html
    assert old.all("a", href=f"/check/{successor}") and new.all("a", href=f"/check/{code}")
    assert "This certificate is genuine." in new.one("main").text
    assert facts_of(public_site, code)["replaced_by"].endswith(f"/check/{successor}")
    assert "It has not been revoked." not in old.html and "It has not been revoked." in new.html
    assert facts_of(public_site, successor)["replaces"].endswith(f"/check/{code}")


def test_a_certificate_expires_by_itself(public_site: PublicSite, code: str) -> None:
    public_site.change(code, expires_at=utc_now() - timedelta(seconds=1))

    html, facts = public_site.http.get(f"/check/{code}").text, facts_of(public_site, code)

    assert "This certificate has expired." in html and "genuine" not in html
    assert (facts["status"], outcomes(facts)["not_expired"]) == ("expired", "failed")


def test_an_erased_certificate_was_issued_and_that_is_all_one_learns(
    public_site: PublicSite, code: str
) -> None:
    tell(public_site, code, "erasure")

    answer, facts = public_site.http.get(f"/check/{code}"), facts_of(public_site, code)

    assert answer.status_code == 200
    assert "It has not been revoked." in answer.text
    assert ADA not in answer.text and "Certificate of completion" not in answer.text
    assert "genuine" not in answer.text
    assert (facts["status"], facts["state"]) == ("erased", "erased")
    assert (facts["title"], facts["recipient"], facts["labels"]) == (None, None, {})
    assert outcomes(facts)["signature"] == "unknown"

    tell(public_site, code, "revocation", {"reason": REASON})
    text = words_of(ReadPage(public_site.http.get(f"/check/{code}").text).one("main").text)
    assert (
        "This certificate was revoked." in text
        and "The personal data of this certificate was erased." in text
    )


def test_a_file_that_was_issued_is_genuine_to_its_last_byte(public_site: PublicSite, code: str) -> None:
    pdf = public_site.http.get(f"/download/{code}.pdf").content

    page = ReadPage(hand_in(public_site, pdf).text)

    assert "This certificate is genuine." in page.one("main").text
    assert "byte for byte" in page.one("main").text
    assert page.one("a", href=f"/check/{code}").text == "See its check page"


def test_a_file_that_was_changed_is_not_to_be_relied_on(public_site: PublicSite, code: str) -> None:
    pdf = public_site.http.get(f"/download/{code}.pdf").content

    answer = hand_in(public_site, pdf + b"\n% one more line\n")
    text = words_of(ReadPage(answer.text).one("main").text)

    assert "Do not rely on this." in text and "genuine" not in text
    assert f"The first {len(pdf):,} of {len(pdf) + 17:,} bytes, which are signed." in text


def test_a_file_of_a_revoked_certificate_is_told_so_although_nothing_in_it_changed(
    public_site: PublicSite, code: str
) -> None:
    pdf = public_site.http.get(f"/download/{code}.pdf").content
    tell(public_site, code, "revocation", {"reason": REASON})

    page = ReadPage(hand_in(public_site, pdf).text)

    assert page.one("main").attributes["data-kind"] == "revoked"
    assert REASON in page.one("main").text and "genuine" not in page.html


def test_a_holder_can_prove_a_certificate_from_which_the_person_was_erased(
    public_site: PublicSite, code: str
) -> None:
    pdf = public_site.http.get(f"/download/{code}.pdf").content
    tell(public_site, code, "erasure")

    page = ReadPage(hand_in(public_site, pdf).text)

    assert page.one("main").attributes["data-kind"] == "genuine"
    assert "The personal data of this certificate was erased." in page.one("main").text


@pytest.mark.parametrize("content", [b"hello", b"{}", b"%PDF-1.7 nothing else"])
def test_what_proves_nothing_is_never_called_genuine(public_site: PublicSite, content: bytes) -> None:
    answer = hand_in(public_site, content)
    page = ReadPage(answer.text)

    assert answer.status_code == 200
    assert page.one("main").attributes["data-kind"] == "unproven"
    assert "genuine" not in answer.text


def test_a_report_speaks_the_visitors_language_under_the_strict_policy(
    public_site: PublicSite, code: str
) -> None:
    pdf = public_site.http.get(f"/download/{code}.pdf").content

    answer = hand_in(public_site, pdf, **{"Accept-Language": "ar"})

    assert 'lang="ar" dir="rtl"' in answer.text
    assert "هذه الشهادة أصلية" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "http" not in policy and "form-action 'self'" in policy
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_an_empty_file_is_called_empty_on_the_page(public_site: PublicSite) -> None:
    answer = hand_in(public_site, b"")

    assert answer.status_code == 422
    assert "This file is empty." in answer.text
