"""Every tool, driven by the official client over HTTP in both eras of the protocol, with and without tokens."""

import base64
import uuid
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError

from certifly.mcp.catalogue import TOOLS
from certifly.mcp.tool import Tool
from certifly.mcp.tools_for_everyone import FILE_BYTES_MAX, RESULTS_MAX
from certifly.public.check_upload import Uploads
from certifly.tenants.scopes import SCOPES
from certifly.verification.inspector import Inspector
from tests.ai_client import PATH, AIClient, client_of, in_both_eras, token_with
from tests.cast import ADA, ADAS_ADDRESS, MONDAY
from tests.public_site import PublicSite
from tests.rendering.test_qr_reading import saved, sheet

NOBODYS_CODE = "00000000-0000-4000-8000-000000000000"
WITH_A_SCOPE = [tool for tool in TOOLS.values() if tool.scope is not None]
DATA = {"Student Name": ADA, "Email": ADAS_ADDRESS}
BECAME = ["failed", "expired", "revoked", "suspended", "replaced", "erased"]

with_a_scope = pytest.mark.parametrize("tool", WITH_A_SCOPE, ids=[tool.name for tool in WITH_A_SCOPE])
with_a_token = pytest.mark.parametrize(
    "tool",
    [tool for tool in TOOLS.values() if tool.needs_token],
    ids=[tool.name for tool in TOOLS.values() if tool.needs_token],
)


@pytest.fixture
def site(public_sqlite: PublicSite) -> PublicSite:
    return public_sqlite


@pytest.fixture
def reader(site: PublicSite) -> str:
    """A token that reads, and does nothing else."""
    return token_with(site, "certificates.read", "templates.read")


def bearer(site: PublicSite) -> dict[str, str]:
    """The header of a caller who may do everything."""
    return {"Authorization": f"Bearer {site.token}"}


def arguments_of(tool: Tool, **known: Any) -> dict[str, Any]:
    """Arguments that the tool takes, as far as it can tell."""
    usual: dict[str, Any] = {
        "template_id": 1,
        "certificate": NOBODYS_CODE,
        "data": DATA,
        "idempotency_key": str(uuid.uuid4()),
        "reason": "Issued in error.",
    }
    wanted = {one.name for one in tool.arguments if one.required}
    return {name: value for name, value in (usual | known).items() if name in wanted}


@in_both_eras
def test_every_tool_is_listed_with_its_words_and_how_much_it_does(site: PublicSite, era: str) -> None:
    listed = client_of(site, None, era).run(lambda client: client.list_tools()).tools

    assert [tool.name for tool in listed] == list(TOOLS)
    for tool in listed:
        assert tool.annotations is not None and tool.description
        assert tool.annotations.read_only_hint is (TOOLS[tool.name].effect.value == "reads")
        assert tool.input_schema["additionalProperties"] is False


@in_both_eras
def test_a_client_is_told_where_it_is(site: PublicSite, era: str) -> None:
    async def look(client: Any) -> tuple[str, str]:
        return client.server_info.name, client.instructions

    name, instructions = client_of(site, None, era).run(look)

    assert name == "certifly"
    assert site.base_url in instructions and "idempotency_key" in instructions


@in_both_eras
def test_anyone_searches_the_handbook_and_reads_a_page(site: PublicSite, era: str) -> None:
    client = client_of(site, None, era)

    found = client.facts("search_handbook", query="idempotency key", limit=3)["results"]
    page = client.call("read_handbook_page", path=found[0]["path"])

    assert 1 <= len(found) <= 3 and all(one["url"].startswith(site.base_url) for one in found)
    assert not page.is_error and page.text.startswith("> For clean Markdown of any page")
    assert f"{site.base_url}/_mcp/server" in page.text


def test_a_page_is_found_by_whatever_names_it(site: PublicSite) -> None:
    client = client_of(site, None)
    path = client.facts("search_handbook", query="errors")["results"][0]["path"]
    page = client.call("read_handbook_page", path=path).text

    for named in (
        f"{path}.md",
        f"/docs/{path}",
        f"{site.base_url}/docs/{path}#x",
        f"certifly://handbook/{path}",
    ):
        assert client.call("read_handbook_page", path=named).text == page
    assert client.call("read_handbook_page").text == client.call("read_handbook_page", path="/docs").text


def test_what_the_handbook_does_not_hold_is_told(site: PublicSite) -> None:
    client = client_of(site, None)

    assert client.call("search_handbook", query="zzzzqqqq").facts == {"results": []}
    assert not client.call("search_handbook", query="certificate", limit=RESULTS_MAX).is_error
    assert "at most 25" in client.refusal("search_handbook", query="certificate", limit=RESULTS_MAX + 1)
    assert "no such page" in client.refusal("read_handbook_page", path="guides/nothing")
    assert "search_handbook" in client.refusal("read_handbook_page", path="../../etc/passwd")


@in_both_eras
def test_anyone_checks_a_certificate_by_code_or_address(site: PublicSite, era: str) -> None:
    code = site.issue(site.publish())
    client = client_of(site, None, era)

    by_code = client.facts("verify_certificate", certificate=code)
    by_address = client.facts("verify_certificate", certificate=f"  {site.base_url}/check/{code.upper()} ")

    assert by_code == by_address
    assert by_code["verdict"] == "valid" and by_code["recipient"] == ADA
    assert by_code["check_url"] == f"{site.base_url}/check/{code}"
    assert "Email" not in str(by_code)


def test_an_address_of_somebody_else_is_not_vouched_for(site: PublicSite) -> None:
    code = site.issue(site.publish())
    host = site.base_url.partition("://")[2]
    client = client_of(site, None)

    def is_doubted(address: str) -> bool:
        return "not one of this installation" in client.call("verify_certificate", certificate=address).text

    assert is_doubted(f"https://forged.example/check/{code}")
    assert is_doubted(f"forged.example/check/{code}")
    assert is_doubted(f"{host}.forged.example/check/{code}")
    assert is_doubted(f"forged.example/?at=http://{host}/check/{code}")
    assert not is_doubted(f"{site.base_url}/check/{code}")
    assert not is_doubted(f"{host}/check/{code}")
    assert not is_doubted(code)


def test_a_code_that_nobody_has_is_refused_in_words(site: PublicSite) -> None:
    client = client_of(site, None)

    assert "No certificate has this code." in client.refusal("verify_certificate", certificate=NOBODYS_CODE)
    assert "holds no code" in client.refusal("verify_certificate", certificate="my diploma")


@in_both_eras
def test_anyone_checks_a_file(site: PublicSite, era: str) -> None:
    code = site.issue(site.publish())
    pdf = site.http.get(f"/download/{code}.pdf").content
    client = client_of(site, None, era)

    genuine = client.facts("verify_file", content_base64=base64.b64encode(pdf).decode())
    forged = pdf.replace(b"/Type", b"/Tybe", 1)
    altered = client.facts("verify_file", content_base64=base64.b64encode(forged).decode())

    assert genuine["verdict"] == "valid"
    assert altered["verdict"] == "invalid"


@in_both_eras
def test_a_copy_without_a_proof_leads_to_the_certificate(site: PublicSite, era: str) -> None:
    code = site.issue(site.publish())
    client = client_of(site, None, era)
    own = f"{site.base_url}/check/{code}"
    texts = (own, f"{site.base_url}/check/{uuid.uuid4()}", f"https://evil.example/check/{code}")
    copies = [base64.b64encode(saved(sheet(text), "JPEG")).decode() for text in texts]

    copy, forged, elsewhere = [client.call("verify_file", content_base64=content) for content in copies]

    assert copy.facts["verdict"] == "unknown"
    assert copy.facts["qr_codes"][0] | {"text": ""} == {
        "text": "", "leads_to": "certificate", "code": code, "address": own
    }  # fmt: skip
    assert f"Compare the file with {own}" in copy.text
    assert forged.facts["verdict"] == "invalid"
    assert "which does not exist" in forged.text
    assert elsewhere.facts["certificate"] is None
    assert "do not follow it" in elsewhere.text
    assert "evil.example" not in elsewhere.text.partition("{")[0]  # before the facts


@in_both_eras
def test_a_busy_server_asks_to_try_again_and_says_nothing_of_the_file(site: PublicSite, era: str) -> None:
    uploads: Uploads = site.app.state.uploads
    site.app.state.uploads = Uploads(inspector=Inspector(1.0, child="tests.inspections.sleeps"))
    try:
        said = client_of(site, None, era).refusal(
            "verify_file", content_base64=base64.b64encode(b"x").decode()
        )
    finally:
        site.app.state.uploads = uploads

    assert "The server is busy" in said
    assert "This says nothing about the file." in said
    assert "Wait 10 seconds, then repeat the same call." in said


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_file_is_named_as_such(site: PublicSite, content: str) -> None:
    assert "This file is empty." in client_of(site, None).refusal("verify_file", content_base64=content)


def test_a_file_is_taken_up_to_its_limit(site: PublicSite) -> None:
    client = client_of(site, None)

    largest = client.call("verify_file", content_base64=base64.b64encode(bytes(FILE_BYTES_MAX)).decode())
    too_large = client.refusal(
        "verify_file", content_base64=base64.b64encode(bytes(FILE_BYTES_MAX + 1)).decode()
    )

    assert not largest.is_error
    assert f"at most {FILE_BYTES_MAX} are taken here" in too_large
    assert "is not Base64" in client.refusal("verify_file", content_base64="data:application/pdf,x")


@in_both_eras
def test_a_token_tells_whose_it_is(site: PublicSite, era: str, reader: str) -> None:
    said = client_of(site, reader, era).call("who_am_i")

    assert said.facts["tenant"]["slug"] == "lovelace"
    assert said.facts["token"]["scopes"] == ["certificates.read", "templates.read"]
    assert "You act for Lovelace Academy" in said.text


@in_both_eras
def test_a_certificate_is_tried_issued_found_and_looked_at(site: PublicSite, era: str) -> None:
    client = client_of(site, site.token, era)
    site.publish()  # an older one, so that there is a next page
    template_id = site.publish(name=f"Engines, {era}")

    templates = client.facts("list_templates", status="published", limit=1)
    schema = client.facts("get_template_schema", template_id=template_id)["schema"]
    tried = client.call("validate_certificate", template_id=str(template_id), data=DATA, send_email=True)
    issued = client.facts(
        "issue_certificate",
        template_id=template_id,
        data=DATA,
        idempotency_key=str(uuid.uuid4()),
        expires_at="2090-01-01T00:00:00Z",
    )
    found = client.facts("find_certificates", template_id=template_id)
    by_id = client.facts("get_certificate", certificate=issued["id"])
    by_code = client.facts("get_certificate", certificate=issued["code"])

    assert templates["templates"][0]["name"] == f"Engines, {era}" and templates["next_cursor"]
    assert "Student Name" in schema["properties"]
    assert not tried.is_error and "Nothing was stored" in tried.text
    assert tried.facts["data"] == DATA and tried.facts["email_delivery"]["would_be"] == "held"
    assert issued["data"] == DATA and issued["routes"]["check"] == f"{site.base_url}/check/{issued['code']}"
    assert [one["id"] for one in found["certificates"]] == [issued["id"]]
    assert by_id == by_code and by_id["status"] == "recorded" and by_id["expires_at"].startswith("2090")


@in_both_eras
def test_a_certificate_is_withdrawn_and_corrected(site: PublicSite, era: str) -> None:
    client = client_of(site, site.token, era)
    certificate = site.issue(site.publish(suspendable=True))

    suspended = client.facts("suspend_certificate", certificate=certificate, reason="In question.")
    reinstated = client.facts("reinstate_certificate", certificate=certificate)
    corrected = client.facts(
        "replace_certificate",
        certificate=certificate,
        data={"Student Name": "Ada King"},
        idempotency_key=str(uuid.uuid4()),
    )
    revoked = client.facts("revoke_certificate", certificate=corrected["id"], reason="Issued in error.")

    assert (suspended["status"], suspended["suspension_reason"]) == ("suspended", "In question.")
    assert reinstated["status"] != "suspended"
    assert corrected["replaces"] == reinstated["id"] and corrected["data"]["Student Name"] == "Ada King"
    assert (revoked["status"], revoked["revocation_reason"]) == ("revoked", "Issued in error.")


def test_whatever_became_of_a_certificate_is_told_in_facts_that_fit_their_schema(site: PublicSite) -> None:
    client = client_of(site, site.token)
    template_id = site.publish(suspendable=True)
    codes = {status: site.issue(template_id, is_produced=status != "failed") for status in BECAME}
    site.fail(codes["failed"])
    site.change(codes["expired"], expires_at=MONDAY)
    client.facts("revoke_certificate", certificate=codes["revoked"], reason="Issued in error.")
    client.facts("suspend_certificate", certificate=codes["suspended"], reason="In question.")
    changes = {"data": {"Student Name": "Ada King"}, "idempotency_key": str(uuid.uuid4())}
    client.facts("replace_certificate", certificate=codes["replaced"], **changes)
    site.http.post(f"/api/v1/certificates/{codes['erased']}/erasure", headers=bearer(site), json={})

    # The client holds the facts against the schema.
    seen = {status: client.facts("get_certificate", certificate=code) for status, code in codes.items()}
    checked = {status: client.facts("verify_certificate", certificate=code) for status, code in codes.items()}
    listed = client.facts("find_certificates", template_id=template_id, limit=100)["certificates"]

    assert [facts["status"] for facts in seen.values()] == BECAME
    assert [facts["status"] for facts in checked.values()] == BECAME
    assert {facts["verdict"] for facts in checked.values()} == {"invalid", "unknown"}
    assert {facts["code"] for facts in listed} >= set(codes.values())


@in_both_eras
def test_a_certificate_is_sent_again_and_its_mails_are_seen(site: PublicSite, era: str) -> None:
    client = client_of(site, site.token, era)
    certificate = site.issue(site.publish())

    sent = client.call("send_certificate_email", certificate=certificate, to="ada@example.com")
    emails = client.facts("list_certificate_emails", certificate=certificate, limit=5)

    assert not sent.is_error and sent.facts["recipient"] == "ada@example.com"
    assert [one["id"] for one in emails["emails"]] == [sent.facts["id"]]


def test_an_empty_list_is_told_as_one(site: PublicSite) -> None:
    client = client_of(site, token_with(site, *SCOPES, slug="newcomer"))

    assert "There is no such template" in client.call("list_templates").text
    assert "There is none." in client.call("find_certificates").text


def test_a_page_leads_to_the_next(site: PublicSite) -> None:
    client = client_of(site, site.token)
    template_id = site.publish()
    codes = [site.issue(template_id, is_produced=False) for _ in range(3)]

    first = client.facts("find_certificates", template_id=template_id, limit=2)
    rest = client.facts("find_certificates", template_id=template_id, limit=2, cursor=first["next_cursor"])

    shown = [one["code"] for one in (*first["certificates"], *rest["certificates"])]
    assert shown == codes[::-1] and rest["next_cursor"] is None


@in_both_eras
def test_one_key_makes_one_certificate(site: PublicSite, era: str) -> None:
    client = client_of(site, site.token, era)
    template_id = site.publish()
    arguments = {"template_id": template_id, "data": DATA, "idempotency_key": str(uuid.uuid4())}

    first = client.call("issue_certificate", **arguments)
    again = client.call("issue_certificate", **arguments)
    other = client.refusal("issue_certificate", **(arguments | {"data": {"Student Name": "Grace"}}))

    assert again.facts == first.facts and "nothing new was made" in again.text
    assert "Idempotency-Key" in other
    assert len(client.facts("find_certificates", template_id=template_id)["certificates"]) == 1


def test_what_stands_against_a_certificate_is_told_field_by_field(site: PublicSite) -> None:
    client = client_of(site, site.token)
    arguments = {"template_id": site.publish(), "data": {"Student": ADA, "Date": "tomorrow"}}

    tried = client.refusal("validate_certificate", **arguments)
    issued = client.refusal("issue_certificate", **arguments, idempotency_key="one")

    for words in (tried, issued):
        assert "- data.Student: " in words and "- data.Date: " in words and "- data.Student Name: " in words
        assert "Error code: invalid (HTTP 422)" in words


@with_a_token
@in_both_eras
def test_without_a_token_a_tool_says_where_one_goes(site: PublicSite, era: str, tool: Tool) -> None:
    words = client_of(site, None, era).refusal(tool.name, **arguments_of(tool))

    assert (
        "Send a token" in words and "Authorization: Bearer" in words and "token_missing (HTTP 401)" in words
    )


@with_a_token
def test_a_token_that_is_none_is_refused(site: PublicSite, tool: Tool) -> None:
    words = client_of(site, "certifly_nonsense").refusal(tool.name, **arguments_of(tool))

    assert "This token is not valid" in words and "nonsense" not in words


@with_a_scope
@in_both_eras
def test_without_its_scope_a_tool_names_the_scope(site: PublicSite, era: str, tool: Tool) -> None:
    others = [scope for scope in SCOPES if scope != tool.scope]

    words = client_of(site, token_with(site, *others), era).refusal(tool.name, **arguments_of(tool))

    assert f"Missing scope: {tool.scope}." in words and f"--scope {tool.scope}" in words
    assert "scope_missing (HTTP 403)" in words


@with_a_scope
def test_a_token_that_reads_can_do_no_more(site: PublicSite, reader: str, tool: Tool) -> None:
    said = client_of(site, reader).call(tool.name, **arguments_of(tool))

    assert tool.scope is not None
    assert ("scope_missing" in said.text) is not tool.scope.endswith(".read")


@with_a_scope
def test_with_its_scope_alone_a_tool_is_not_refused_for_it(site: PublicSite, tool: Tool) -> None:
    assert tool.scope is not None
    said = client_of(site, token_with(site, tool.scope)).call(tool.name, **arguments_of(tool))

    assert "HTTP 401" not in said.text and "HTTP 403" not in said.text


@in_both_eras
def test_arguments_are_read_strictly(site: PublicSite, era: str) -> None:
    client = client_of(site, site.token, era)

    assert "Did you mean certificate?" in client.refusal("get_certificate", certificate_id=1)
    assert "certificate is required" in client.refusal("get_certificate", certificate=None)
    assert "must be text in double quotes or a whole number" in client.refusal(
        "get_certificate", certificate=True
    )
    assert "is not written as it must be" in client.refusal("get_certificate", certificate="../templates")
    assert "is not written as it must be" in client.refusal("get_template_schema", template_id="1/../2")
    assert "must be one of draft, published, archived" in client.refusal("list_templates", status="live")
    assert "must be true or false" in client.refusal(
        "validate_certificate", template_id=1, data={}, send_email="yes"
    )
    assert "must be an object" in client.refusal("validate_certificate", template_id=1, data=[1])
    assert "at least 1 and at most 100" in client.refusal("find_certificates", limit=0)
    assert "takes none" in client.refusal("who_am_i", verbose=True)


def test_what_only_the_api_knows_is_the_apis_to_say(site: PublicSite) -> None:
    client = client_of(site, site.token)

    assert "created_from must be a moment" in client.refusal("find_certificates", created_from="yesterday")
    assert "HTTP 404" in client.refusal("get_certificate", certificate=999_999)
    assert "cursor" in client.refusal("find_certificates", cursor="AAAA")


def test_a_conflict_leads_to_the_handbook(site: PublicSite) -> None:
    certificate = site.issue(site.publish())
    client = client_of(site, site.token)
    client.facts("revoke_certificate", certificate=certificate, reason="Issued in error.")

    words = client.refusal("suspend_certificate", certificate=certificate, reason="In question.")

    assert "search_handbook explains the error code certificate_revoked" in words


def test_one_that_cannot_be_suspended_is_refused_with_what_to_do_instead(site: PublicSite) -> None:
    certificate = site.issue(site.publish())

    words = client_of(site, site.token).refusal(
        "suspend_certificate", certificate=certificate, reason="In question."
    )

    assert "Revoke it instead" in words and '"suspendable": true' in words
    assert "search_handbook explains the error code certificate_not_suspendable" in words


def test_a_tool_that_is_none_is_an_error_that_names_those_there_are(site: PublicSite) -> None:
    with pytest.raises(MCPError, match=r"There is no tool delete_everything\. There are: search_handbook"):
        client_of(site, None).call("delete_everything")


def test_the_token_may_be_sent_once_only(site: PublicSite) -> None:
    twice = (("Authorization", f"Bearer {site.token}"), ("Authorization", "Bearer other"))

    assert "header_repeated" in AIClient(site.base_url + PATH, headers=twice).refusal("who_am_i")
