"""The published call: what it answers, what it refuses, and in which words."""

import json
import re
import uuid
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.cast import ADA, ADAS_ADDRESS
from tests.live import Caller, Installation

CREATE = "/api/v1/certificates"


@pytest.fixture
def template_id(tenant: Caller) -> int:
    return tenant.publish_template()


def post(tenant: Caller, body: Any, **options: Any) -> httpx.Response:
    return tenant.http.post(CREATE, json=body, **options)


def refused(answer: httpx.Response) -> dict[str, list[str]]:
    """The faults of a 422."""
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert list(body) == ["message", "errors", "code", "request_id"]
    assert body["code"] == "invalid"
    first = next(iter(body["errors"].values()))[0]
    assert body["message"].startswith(first)
    return dict(body["errors"])


def test_a_certificate_has_the_seven_published_fields(tenant: Caller, template_id: int) -> None:
    answer = post(tenant, {"template_id": template_id, "data": {"Student Name": ADA}})

    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert list(body) == ["data", "meta"]
    assert list(body["data"]) == ["id", "type", "data"]
    assert body["data"]["type"] == "certificates"
    assert re.fullmatch("[1-9][0-9]*", body["data"]["id"])
    certificate = body["data"]["data"]
    assert set(certificate) == {
        "code",
        "data",
        "routes",
        "created_at",
        "updated_at",
        "is_rendered",
        "template_id",
    }
    assert uuid.UUID(certificate["code"]).version == 4
    assert certificate["data"] == {"Student Name": ADA}
    assert certificate["is_rendered"] is False
    assert certificate["template_id"] == str(template_id)
    for moment in (certificate["created_at"], certificate["updated_at"]):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", moment)
        assert datetime.fromisoformat(moment).utcoffset() is not None
    assert body["meta"] == []


def test_the_routes_are_addresses_that_work(tenant: Caller, live: Installation, template_id: int) -> None:
    routes = tenant.issue(template_id)["data"]["data"]["routes"]
    anyone = live.client()

    assert set(routes) == {"check", "download_pdf", "download_png"}
    assert all(address.startswith(live.base_url) for address in routes.values())
    assert anyone.get(routes["check"]).status_code == 200
    assert anyone.get(routes["download_pdf"]).content.startswith(b"%PDF-")
    assert anyone.get(routes["download_png"]).content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "written", [lambda i: i, str, lambda i: f" {i} "], ids=["number", "string", "blanks"]
)
def test_a_template_id_is_taken_as_a_number_or_a_string(
    tenant: Caller, template_id: int, written: Any
) -> None:
    answer = post(tenant, {"template_id": written(template_id), "data": {"Student Name": ADA}})

    assert answer.status_code == 201
    assert answer.json()["data"]["data"]["template_id"] == str(template_id)


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        0,
        -1,
        1.0,
        1.5,
        "",
        "one",
        "1.0",
        "0x1",
        "１",
        2**53,
        str(2**53),
        10**300,
        [],
        {},
        [1],
        "{{template_id}}",
    ],
    ids=repr,
)
def test_what_is_no_template_id_is_refused(tenant: Caller, template_id: int, value: Any) -> None:
    assert list(refused(post(tenant, {"template_id": value, "data": {"Student Name": ADA}}))) == [
        "template_id"
    ]


def test_every_fault_is_told_at_once_under_its_dotted_key(tenant: Caller, template_id: int) -> None:
    body = {
        "template_id": template_id,
        "send_emial": True,
        "send_email": "yes",
        "data": {"Studnet Name": ADA, "Course": 7, "Date": "yesterday", "Email": "nowhere"},
    }

    faults = refused(post(tenant, body))

    assert set(faults) == {
        "send_emial",
        "send_email",
        "data.Student Name",
        "data.Studnet Name",
        "data.Course",
        "data.Date",
        "data.Email",
    }
    assert "Did you mean send_email?" in faults["send_emial"][0]
    assert "Did you mean Student Name?" in faults["data.Studnet Name"][0]


@pytest.mark.parametrize("value", ["", "   ", "\u200b\u202e", "<b></b>", None])
def test_a_required_label_that_is_blank_is_missing(tenant: Caller, template_id: int, value: Any) -> None:
    faults = refused(post(tenant, {"template_id": template_id, "data": {"Student Name": value}}))

    assert list(faults) == ["data.Student Name"]


@pytest.mark.parametrize("data", [[], {}])
def test_an_empty_list_is_an_empty_map_as_php_writes_it(tenant: Caller, template_id: int, data: Any) -> None:
    assert list(refused(post(tenant, {"template_id": template_id, "data": data}))) == ["data.Student Name"]


@pytest.mark.parametrize("data", [None, "Ada", 7, True, [ADA]])
def test_data_that_is_no_map_is_refused(tenant: Caller, template_id: int, data: Any) -> None:
    assert list(refused(post(tenant, {"template_id": template_id, "data": data}))) == ["data"]


@pytest.mark.parametrize("value", [None, False])
def test_send_email_null_or_false_sends_nothing(tenant: Caller, template_id: int, value: Any) -> None:
    body = {"template_id": template_id, "data": {"Student Name": ADA}, "send_email": value}

    assert post(tenant, body).json()["meta"] == []


@pytest.mark.parametrize("value", ["true", 1, 0, [], {}])
def test_send_email_is_a_boolean(tenant: Caller, template_id: int, value: Any) -> None:
    body = {"template_id": template_id, "data": {"Student Name": ADA}, "send_email": value}

    assert list(refused(post(tenant, body))) == ["send_email"]


@pytest.mark.parametrize(
    "name", ["O'Brien", "A < B", "José", "محمد", "Zoë “Z” Quark", "李小龙", "สมชาย", "👩🏽‍🎓 Ada"]
)
def test_a_name_comes_through_unharmed(tenant: Caller, template_id: int, name: str) -> None:
    answer = post(tenant, {"template_id": template_id, "data": {"Student Name": name}})

    assert answer.status_code == 201, answer.text
    assert answer.json()["data"]["data"]["data"]["Student Name"] == name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Ada \t\n Lovelace ", ADA),
        ("<b>Ada</b> <!-- the first --><i>Lovelace</i>", ADA),
        ("Ada <di<b>v>Lovelace", ADA),
        ("Ada&nbsp;Love&#108;ace", ADA),
        ("\u202eAda Lovelace\u0000", ADA),
        ("Jose\u0301", "José"),
    ],
)
def test_strings_are_cleaned(tenant: Caller, template_id: int, sent: str, kept: str) -> None:
    answer = post(tenant, {"template_id": template_id, "data": {"Student Name": sent}})

    assert answer.json()["data"]["data"]["data"]["Student Name"] == kept


@pytest.mark.parametrize(
    "sent",
    [
        "Ada <scr<b>ipt>alert(1)</script>",
        "Ada <scr<b>ipt>Lovelace",
        "Ada <style>Lovelace",
        "Ada L\ufffdvelace",
    ],
)
def test_a_string_that_cannot_be_cleaned_is_refused(tenant: Caller, template_id: int, sent: str) -> None:
    answer = post(tenant, {"template_id": template_id, "data": {"Student Name": sent}})

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["data.Student Name"]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (rb'{"template_id": 1, "template_id": 2, "data": {}}', "template_id"),
        (rb'{"template_id": 1, "data": {"Student Name": "a", "Student Name": "b"}}', "Student Name"),
        (rb'{"template_id": 1, "data": {"Student Name": NaN}}', "body"),
        (rb'{"template_id": 1, "data": {"Student Name": 1e999}}', "body"),
        (rb"{'template_id': 1}", "body"),
        (rb"[]", "body"),
        (rb"null", "body"),
        (rb"7", "body"),
        (rb'"\"{}\""', "body"),
        (b"\xff\xfe{}", "body"),
        (b"[" * 100_000, "body"),
        (b'{"data":' * 60 + b"1" + b"}" * 60, "body"),
        (b"1" * 5000, "body"),
    ],
)
def test_a_body_that_is_not_one_clear_object_is_refused(tenant: Caller, raw: bytes, field: str) -> None:
    answer = tenant.http.post(CREATE, content=raw, headers={"Content-Type": "application/json"})

    assert list(refused(answer)) == [field]


def test_a_lone_surrogate_is_refused(tenant: Caller, template_id: int) -> None:
    raw = json.dumps({"template_id": template_id, "data": {"Student Name": "Ada \ud800"}})
    assert list(refused(tenant.http.post(CREATE, content=raw))) == ["data.Student Name"]

    raw = json.dumps({"template_id": template_id, "data": {"Student Name": ADA, "\ud800": "x"}})
    assert len(refused(tenant.http.post(CREATE, content=raw))) == 1


def test_a_value_may_be_as_long_as_its_field_says_and_no_longer(tenant: Caller) -> None:
    template_id = tenant.publish_template(
        labels=[
            {"name": "Student Name", "type": "text", "required": True, "max_length": 20},
            {"name": "Course", "type": "text"},
            {"name": "Date", "type": "date"},
        ]
    )

    def issue(**data: str) -> httpx.Response:
        return post(tenant, {"template_id": template_id, "data": {"Student Name": ADA} | data})

    assert issue(**{"Student Name": "i" * 20}).status_code == 201
    assert list(refused(issue(**{"Student Name": "i" * 21}))) == ["data.Student Name"]
    assert list(refused(issue(Course="i" * 501))) == ["data.Course"]


def test_text_that_cannot_be_made_to_fit_is_refused_before_issuing(tenant: Caller, template_id: int) -> None:
    before = tenant.http.get(CREATE).json()["data"]

    faults = refused(post(tenant, {"template_id": template_id, "data": {"Student Name": "W" * 118}}))

    assert list(faults) == ["data.Student Name"]
    assert tenant.http.get(CREATE).json()["data"] == before


def test_a_character_no_font_has_is_refused_and_named(tenant: Caller, template_id: int) -> None:
    faults = refused(post(tenant, {"template_id": template_id, "data": {"Student Name": "Ada \U000119a0"}}))

    assert list(faults) == ["data.Student Name"]


def test_an_extra_field_that_cannot_be_drawn_is_no_fault(tenant: Caller) -> None:
    template_id = tenant.publish_template(
        extra_fields=[{"name": "Email", "type": "email"}, {"name": "Note", "type": "text"}]
    )

    data = {"Student Name": ADA, "Note": "\U000119a0 " + "long " * 50}
    assert post(tenant, {"template_id": template_id, "data": data}).status_code == 201


def test_draft_archived_unknown_and_foreign_templates_are_refused_alike(
    tenant: Caller, live: Installation
) -> None:
    from tests.cast import template_document

    draft = tenant.http.post("/api/v1/templates", json=template_document()).json()["data"]["id"]
    archived = tenant.publish_template()
    assert tenant.http.patch(f"/api/v1/templates/{archived}", json={"archived": True}).status_code == 200
    other = live.new_tenant()
    foreign = [other.publish_template() for _ in range(4)][-1]

    answers = [
        post(tenant, {"template_id": template_id, "data": {"Student Name": ADA}}).json()
        for template_id in (draft, archived, 999_999, foreign)
    ]

    assert all(answer["errors"] == answers[0]["errors"] for answer in answers)
    assert list(answers[0]["errors"]) == ["template_id"]


def test_without_a_mail_server_an_email_is_held(tenant: Caller, template_id: int) -> None:
    answer = tenant.issue(template_id, data={"Student Name": ADA, "Email": ADAS_ADDRESS}, send_email=True)

    delivery = answer["meta"]["email_delivery"]
    assert set(delivery) == {"id", "status", "recipient", "queued_at", "reason"}
    assert delivery["status"] == "held"
    assert delivery["recipient"] == ADAS_ADDRESS
    assert "CERTIFLY_MAIL_URL" in delivery["reason"]


def test_without_an_address_an_email_is_skipped_and_says_what_to_add(
    tenant: Caller, template_id: int
) -> None:
    delivery = tenant.issue(template_id, send_email=True)["meta"]["email_delivery"]

    assert delivery["status"] == "skipped"
    assert delivery["recipient"] is None
    assert "Email" in delivery["reason"]


def test_a_template_without_an_email_field_skips_too(tenant: Caller) -> None:
    template_id = tenant.publish_template(extra_fields=[], recipient={"name": "Student Name"})

    delivery = tenant.issue(template_id, send_email=True)["meta"]["email_delivery"]

    assert delivery["status"] == "skipped"
    assert "recipient.email" in delivery["reason"]


def test_a_body_may_be_as_large_as_the_limit_and_no_larger(tenant: Caller, template_id: int) -> None:
    body = json.dumps({"template_id": template_id, "data": {"Student Name": ADA}}).encode()
    full = body + b" " * (256 * 1024 - len(body))

    assert tenant.http.post(CREATE, content=full).status_code == 201
    answer = tenant.http.post(CREATE, content=full + b" ")
    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"
    chunks = iter([full, b" "])  # without a Content-Length
    assert tenant.http.post(CREATE, content=chunks).status_code == 413


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=UTF-8", 201),
        ("application/vnd.example+json", 201),
        ("", 201),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/json; charset=utf-16", 415),
    ],
)
def test_only_json_is_read(tenant: Caller, template_id: int, content_type: str, status: int) -> None:
    body = json.dumps({"template_id": template_id, "data": {"Student Name": ADA}}).encode()

    answer = tenant.http.post(CREATE, content=body, headers={"Content-Type": content_type})

    assert answer.status_code == status


def test_the_published_version_is_used_at_once_after_publishing_again(
    tenant: Caller, template_id: int
) -> None:
    first = tenant.issue(template_id)["data"]["id"]
    document = tenant.http.get(f"/api/v1/templates/{template_id}").json()["data"]["data"]["document"]
    document["labels"][1]["required"] = True
    assert tenant.http.patch(f"/api/v1/templates/{template_id}", json=document).status_code == 200
    assert post(tenant, {"template_id": template_id, "data": {"Student Name": ADA}}).status_code == 201

    assert tenant.http.post(f"/api/v1/templates/{template_id}/publish", json={}).status_code == 200

    assert list(refused(post(tenant, {"template_id": template_id, "data": {"Student Name": ADA}}))) == [
        "data.Course"
    ]
    second = tenant.issue(template_id, data={"Student Name": ADA, "Course": "Notes"})["data"]["id"]
    versions = [
        tenant.http.get(f"{CREATE}/{certificate}").json()["data"]["data"]["template_version"]
        for certificate in (first, second)
    ]
    assert versions == [1, 2]
