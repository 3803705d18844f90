"""What the create call does when its template does not stand still."""

from typing import Any

import httpx
import pytest

from certifly.db.tenant import TenantDB
from certifly.templates.draft import change_template
from certifly.templates.publish import publish
from certifly.templates.queries import get_template
from tests.cast import ADA, TUESDAY
from tests.public_site import PublicSite

NAME = {"name": "Student Name", "type": "text", "required": True}
DATE = {"name": "Date", "type": "date"}


def create(site: PublicSite, body: dict[str, Any]) -> httpx.Response:
    return site.http.post(
        "/api/v1/certificates", json=body, headers={"Authorization": f"Bearer {site.token}"}
    )


def publish_again(db: TenantDB, template_id: int, **changes: Any) -> None:
    template = get_template(db, template_id)
    change_template(db, template, changes, now=TUESDAY)
    publish(db, template, issuer_name="Lovelace Academy", check_url="https://example.org/", now=TUESDAY)


def test_a_template_that_is_published_again_and_again_is_a_503(
    public_site: PublicSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    template_id = public_site.publish()
    monkeypatch.setattr("certifly.api.v1.certificates.PREPARATIONS_MAX", 0)

    answer = create(public_site, {"template_id": template_id, "data": {"Student Name": ADA}})

    assert answer.status_code == 503
    assert answer.json()["code"] == "overloaded"
    assert int(answer.headers["retry-after"]) >= 1


def test_a_version_that_another_process_has_replaced_refuses_nothing(public_site: PublicSite) -> None:
    course = {"name": "Course", "type": "text"}
    template_id = public_site.publish(labels=[NAME, course | {"required": True}, DATE])
    public_site.issue(template_id, is_produced=False)  # from now on the web process knows that version
    in_no_need = {"template_id": template_id, "data": {"Student Name": ADA}}
    assert create(public_site, in_no_need).status_code == 422

    public_site.parts.database.write(
        public_site.tenant_id, lambda db: publish_again(db, template_id, labels=[NAME, course, DATE])
    ).result()

    assert create(public_site, in_no_need).status_code == 201


def test_what_another_process_has_archived_is_not_judged_by_its_last_version(public_site: PublicSite) -> None:
    template_id = public_site.publish()
    public_site.issue(template_id, is_produced=False)

    public_site.parts.database.write(
        public_site.tenant_id,
        lambda db: change_template(db, get_template(db, template_id), {"archived": True}, now=TUESDAY),
    ).result()

    answer = create(public_site, {"template_id": template_id, "data": {}})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["template_id"])
