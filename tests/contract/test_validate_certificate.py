"""The dry run of the create call: it refuses what that refuses, in the same words, and leaves no trace."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certifly.db.tenant import TenantDB
from certifly.templates.draft import change_template
from certifly.templates.publish import publish
from certifly.templates.queries import get_template
from tests.bodies import BAD, GOOD, filled_in
from tests.cast import ADA, ADAS_ADDRESS, TUESDAY, template_document, text_element
from tests.live import Caller, Installation
from tests.postgres import Server
from tests.public_site import PublicSite, serving

CREATE = "/api/v1/certificates"
VALIDATE = "/api/v1/certificates/validate"

LABELS: list[dict[str, Any]] = [
    {"name": "Student Name", "type": "text", "required": True, "max_length": 120},
    {"name": "Course", "type": "text"},
    {"name": "Date", "type": "date"},
    {"name": "Score", "type": "number"},
    {"name": "Link", "type": "url"},
]


def post(site: PublicSite, path: str, body: bytes, **headers: str) -> httpx.Response:
    return site.http.post(
        path,
        content=body,
        headers={"Authorization": f"Bearer {site.token}", "Content-Type": "application/json"} | headers,
    )


def validated(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    answer = caller.http.post(VALIDATE, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    """All that an error answer says, in its order, but for the id of the request."""
    assert answer.status_code >= 400, answer.text
    assert list(answer.json()) == ["message", "errors", "code", "request_id"]
    return (
        answer.status_code,
        answer.headers["content-type"],
        re.sub('"request_id": "[^"]*"', "", answer.text),
    )


@pytest.fixture
def template_id(public_site: PublicSite) -> int:
    return public_site.publish(labels=LABELS, validity={"years": 2})


@pytest.mark.parametrize("body", GOOD.values(), ids=GOOD.keys())
def test_what_the_create_call_issues_is_told_before(
    public_site: PublicSite, template_id: int, body: bytes
) -> None:
    asked = filled_in(body, template_id)

    told = post(public_site, VALIDATE, asked)
    issued = post(public_site, CREATE, asked)

    assert (told.status_code, issued.status_code) == (200, 201), told.text + issued.text
    validation, certificate = told.json(), issued.json()
    assert list(validation) == ["data", "meta"]
    assert (validation["data"]["id"], validation["data"]["type"]) == (None, "validations")
    foretold = validation["data"]["data"]
    full = public_site.http.get(
        f"{CREATE}/{certificate['data']['id']}", headers={"Authorization": f"Bearer {public_site.token}"}
    ).json()["data"]["data"]
    assert list(foretold["data"].items()) == list(full["data"].items())
    for field in ("template_id", "template_version"):
        assert foretold[field] == full[field]
    moments = [datetime.fromisoformat(one["expires_at"]) for one in (foretold, full)]
    assert moments[0] <= moments[1] <= moments[0] + timedelta(days=1)  # a day may have begun in between
    delivery = certificate["meta"]["email_delivery"] if certificate["meta"] else None
    prospect = validation["meta"]["email_delivery"] if validation["meta"] else None
    assert (delivery is None) == (prospect is None)
    if delivery is not None and prospect is not None:
        assert list(prospect) == ["would_be", "recipient", "reason"]
        assert prospect == {
            "would_be": delivery["status"],
            "recipient": delivery["recipient"],
            "reason": delivery["reason"],
        }


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_what_the_create_call_refuses_is_refused_in_the_same_words(
    public_site: PublicSite, template_id: int, body: bytes
) -> None:
    asked = filled_in(body, template_id)

    assert refusal(post(public_site, VALIDATE, asked)) == refusal(post(public_site, CREATE, asked))


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Encoding": "gzip"},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": ""},
        {"Accept": "application/problem+json", "Content-Type": "text/plain"},
    ],
    ids=str,
)
def test_a_request_that_is_not_read_is_refused_in_the_same_words(
    public_site: PublicSite, headers: dict[str, str]
) -> None:
    told, refused = (post(public_site, path, b"{}", **headers) for path in (VALIDATE, CREATE))

    assert told.status_code == refused.status_code >= 400
    assert {**told.json(), "request_id": ""} == {**refused.json(), "request_id": ""}
    assert told.headers["content-type"] == refused.headers["content-type"]
    assert told.headers.get("www-authenticate") == refused.headers.get("www-authenticate")


def test_a_deciding_header_sent_twice_is_refused(public_site: PublicSite) -> None:
    twice = [("Authorization", f"Bearer {public_site.token}"), ("Content-Type", "application/json")] * 2

    told, refused = (
        public_site.http.post(path, content=b"{}", headers=twice[:1] + twice[1::2])
        for path in (VALIDATE, CREATE)
    )

    assert refusal(told) == refusal(refused)
    assert told.status_code == 400


values: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.sampled_from([ADA, "2026-11-23", "2026-02-30", "87.50", "https://example.org", ADAS_ADDRESS, "a@b"])
    | st.just([])
)
names = st.sampled_from([label["name"] for label in LABELS] + ["Email"]) | st.text(max_size=10)
asked_things = st.fixed_dictionaries(
    {"data": st.dictionaries(names, values, max_size=6) | values},
    optional={"send_email": values, "expires_at": values, "send_emial": values},
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(asked=asked_things)
def test_whatever_is_asked_both_say_the_same(public_sqlite: PublicSite, asked: dict[str, Any]) -> None:
    body = json.dumps(asked | {"template_id": template_for_everything(public_sqlite)}).encode()

    told, issued = post(public_sqlite, VALIDATE, body), post(public_sqlite, CREATE, body)

    if issued.status_code == 201:
        assert told.status_code == 200, told.text
        assert told.json()["data"]["data"]["data"] == issued.json()["data"]["data"]["data"]
    else:
        assert refusal(told) == refusal(issued)


_templates: dict[str, int] = {}


def template_for_everything(site: PublicSite) -> int:
    """One template for all the examples of a property."""
    if site.base_url not in _templates:
        _templates[site.base_url] = site.publish(labels=LABELS)
    return _templates[site.base_url]


@pytest.fixture
def every_row(public_site: PublicSite, request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    """A way to all tables of the installation, past the service and its row-level security."""
    url = public_site.parts.database.url
    if url.startswith("postgresql"):
        server: Server = request.getfixturevalue("postgres_server")
        url = server.url("postgres", "certifly_public").replace("postgresql:", "postgresql+psycopg:")
    engine = sa.create_engine(url)
    yield engine
    engine.dispose()


def contents(engine: sa.Engine) -> dict[str, list[str]]:
    """Every row of every table, but for when a token was last used."""
    inspector = sa.inspect(engine)
    found = {}
    with engine.connect() as connection:
        for schema in inspector.get_schema_names():
            if schema in ("information_schema", "pg_catalog"):
                continue
            for name in inspector.get_table_names(schema):
                table = sa.Table(name, sa.MetaData(), schema=schema, autoload_with=engine)
                columns = [column for column in table.columns if column.name != "last_used_at"]
                rows = connection.execute(sa.select(*columns))
                found[f"{schema}.{name}"] = sorted(repr(tuple(row)) for row in rows)
    return found


def test_nothing_is_stored_queued_or_counted(
    public_site: PublicSite, template_id: int, every_row: sa.Engine
) -> None:
    first = post(public_site, CREATE, filled_in(GOOD["the name alone"], template_id)).json()["data"]["id"]
    before = contents(every_row)
    assert sum(len(rows) for rows in before.values()) > 10
    assert any("workflow_status" in name and rows for name, rows in before.items())

    for body in (GOOD | BAD).values():
        post(public_site, VALIDATE, filled_in(body, template_id), **{"Idempotency-Key": "monday"})

    assert contents(every_row) == before
    second = post(public_site, CREATE, filled_in(GOOD["the name alone"], template_id)).json()["data"]["id"]
    assert int(second) == int(first) + 1
    assert contents(every_row) != before


def test_an_idempotency_key_is_not_looked_at(public_site: PublicSite, template_id: int) -> None:
    key = {"Idempotency-Key": f"key-{template_id}"}
    one, other = (filled_in(GOOD[name], template_id) for name in ("the name alone", "what is to be cleaned"))

    assert post(public_site, VALIDATE, one, **key).status_code == 200
    issued = post(public_site, CREATE, other, **key)
    assert issued.status_code == 201
    assert "idempotent-replayed" not in issued.headers

    again = post(public_site, VALIDATE, one, **key)
    assert (again.status_code, again.json()["data"]["type"]) == (200, "validations")
    assert "idempotent-replayed" not in again.headers
    assert post(public_site, VALIDATE, one, **{"Idempotency-Key": "k" * 256}).status_code == 200


def test_the_version_of_this_moment_is_asked_whoever_published_it(
    public_site: PublicSite, template_id: int
) -> None:
    body = filled_in(GOOD["the name alone"], template_id)
    assert post(public_site, CREATE, body).status_code == 201  # this process knows version 1 from now on

    def behind_its_back(**changes: Any) -> None:
        def work(db: TenantDB) -> None:
            template = get_template(db, template_id)
            change_template(db, template, changes, now=TUESDAY)
            if not changes.get("archived"):
                publish(db, template, issuer_name="Lovelace", check_url="https://example.org/", now=TUESDAY)

        public_site.parts.database.write(public_site.tenant_id, work).result()

    behind_its_back(title="Well done, {Student Name}")
    told = post(public_site, VALIDATE, body).json()["data"]["data"]
    assert (told["template_version"], told["title"]) == (2, f"Well done, {ADA}")

    behind_its_back(labels=[*LABELS, {"name": "Level", "type": "text", "required": True}])
    assert list(post(public_site, VALIDATE, body).json()["errors"]) == ["data.Level"]

    behind_its_back(archived=True)
    assert list(post(public_site, VALIDATE, body).json()["errors"]) == ["template_id"]


def test_draft_archived_unknown_and_foreign_templates_are_refused_alike(
    tenant: Caller, live: Installation
) -> None:
    draft = tenant.http.post("/api/v1/templates", json=template_document()).json()["data"]["id"]
    archived = tenant.publish_template()
    assert tenant.http.patch(f"/api/v1/templates/{archived}", json={"archived": True}).status_code == 200
    other = live.new_tenant()
    foreign = [other.publish_template() for _ in range(4)][-1]

    refusals = {
        refusal(tenant.http.post(VALIDATE, json={"template_id": one, "data": {"Student Name": ADA}}))
        for one in (draft, archived, 999_999, foreign)
    }

    assert len(refusals) == 1
    assert '"template_id"' in refusals.pop()[2]


def test_who_may_not_issue_may_not_ask(live: Installation) -> None:
    writer = live.new_tenant(scopes=["certificates.write", "templates.write"])
    body = {"template_id": writer.publish_template(), "data": {"Student Name": ADA}}
    others = ["certificates.read", "certificates.revoke", "templates.read", "templates.write"]

    refused = live.new_tenant(scopes=others).http.post(VALIDATE, json=body)

    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert 'scope="certificates.write"' in refused.headers["www-authenticate"]
    assert writer.http.post(VALIDATE, json=body).status_code == 200


def test_title_recipient_and_expiry_are_told(tenant: Caller) -> None:
    template_id = tenant.publish_template(title="{Course} for {Student Name} ({certificate.code})")
    data = {"Student Name": f" {ADA} ", "Course": "Engines", "Email": "ada@EXAMPLE.org"}

    told = validated(
        tenant, {"template_id": template_id, "data": data, "expires_at": "2099-01-31T12:00:00+01:00"}
    )

    assert told == {
        "data": {
            "id": None,
            "type": "validations",
            "data": {
                "template_id": str(template_id),
                "template_version": 1,
                "data": {"Student Name": ADA, "Course": "Engines", "Email": "ada@example.org"},
                "title": f"Engines for {ADA} (88888888-8888-4888-8888-888888888888)",
                "recipient": {"name": ADA, "email": "ada@example.org"},
                "expires_at": "2099-01-31T11:00:00.000000Z",
                "warnings": {
                    "data.Student Name": [
                        "Student Name: white space at the ends was removed, and each run of spaces became one space."
                    ]
                },
            },
        },
        "meta": [],
    }


def test_a_template_without_a_recipient_has_none_to_tell(tenant: Caller) -> None:
    template_id = tenant.publish_template(extra_fields=[], recipient={})

    told = validated(tenant, {"template_id": template_id, "data": {"Student Name": ADA}, "send_email": True})

    assert told["data"]["data"]["recipient"] == {"name": None, "email": None}
    assert told["data"]["data"]["expires_at"] is None
    assert told["meta"]["email_delivery"]["would_be"] == "skipped"
    assert "recipient.email" in told["meta"]["email_delivery"]["reason"]


@pytest.mark.parametrize(("mail_url", "status"), [(None, "held"), ("smtp://127.0.0.1:9", "queued")])
def test_what_would_become_of_the_email_depends_on_the_mail_server(
    migrated_file: Path, tmp_path: Path, mail_url: str | None, status: str
) -> None:
    shutil.copyfile(migrated_file, tmp_path / "certifly.db")
    with serving(tmp_path, f"sqlite:///{tmp_path}/certifly.db", mail_url=mail_url) as site:
        body = filled_in(GOOD["every kind of value"], site.publish(labels=LABELS))

        prospect = post(site, VALIDATE, body).json()["meta"]["email_delivery"]
        delivery = post(site, CREATE, body).json()["meta"]["email_delivery"]

    assert (prospect["would_be"], prospect["recipient"]) == (status, ADAS_ADDRESS)
    assert (delivery["status"], delivery["reason"]) == (status, prospect["reason"])


def test_room_for_the_code_is_found_before_the_code_is(tenant: Caller) -> None:
    layout = template_document()["layout"]
    layout["elements"][3] = text_element("{certificate.code}", y=190, height=8, size=8, size_min=8, width=56)
    template_id = tenant.publish_template(layout=layout)
    body = {"template_id": template_id, "data": {"Student Name": ADA}}

    validated(tenant, body)

    assert {tenant.http.post(CREATE, json=body).status_code for _ in range(20)} == {201}


def test_a_body_may_be_as_large_as_the_limit_and_no_larger(tenant: Caller) -> None:
    body = json.dumps({"template_id": tenant.publish_template(), "data": {"Student Name": ADA}}).encode()
    full = body + b" " * (256 * 1024 - len(body))

    assert tenant.http.post(VALIDATE, content=full).status_code == 200
    assert tenant.http.post(VALIDATE, content=full + b" ").status_code == 413


def test_its_address_is_not_that_of_a_certificate(tenant: Caller) -> None:
    answer = tenant.http.get(VALIDATE)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert tenant.http.get(f"{CREATE}/validated").status_code == 404


def test_what_cleaning_changes_is_a_warning_and_what_is_issued_is_what_was_told(
    public_site: PublicSite, template_id: int
) -> None:
    data = {"Student Name": "Brian O&#039;Conner", "Course": "<p>Maths</p><p>Use &amp;lt; in HTML</p>"}
    body = json.dumps({"template_id": template_id, "data": data}).encode()

    told = post(public_site, VALIDATE, body).json()["data"]["data"]
    issued = post(public_site, CREATE, body).json()["data"]["data"]

    assert told["data"] == {"Student Name": "Brian O'Conner", "Course": "Maths Use &lt; in HTML"}
    assert issued["data"] == {"Student Name": "Brian O'Conner"} | told["data"]
    assert told["warnings"] == {
        "data.Student Name": ["Student Name: character references of HTML were decoded: &#039;."],
        "data.Course": [
            "Course: character references of HTML were decoded: &amp;.",
            "Course: HTML markup was removed. What is kept: “Maths Use &lt; in HTML”.",
        ],
    }


def test_without_anything_to_warn_of_the_warnings_are_an_empty_object(
    public_site: PublicSite, template_id: int
) -> None:
    body = json.dumps({"template_id": template_id, "data": {"Student Name": ADA}}).encode()

    assert '"warnings": {}' in json.dumps(post(public_site, VALIDATE, body).json())
