"""What the create call does when its template does not stand still."""

import pytest

from tests.cast import ADA
from tests.public_site import PublicSite


def test_a_template_that_is_published_again_and_again_is_a_503(
    public_site: PublicSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    template_id = public_site.publish()
    monkeypatch.setattr("certifly.api.v1.certificates.PREPARATIONS_MAX", 0)

    answer = public_site.http.post(
        "/api/v1/certificates",
        json={"template_id": template_id, "data": {"Student Name": ADA}},
        headers={"Authorization": f"Bearer {public_site.token}"},
    )

    assert answer.status_code == 503
    assert answer.json()["code"] == "overloaded"
    assert int(answer.headers["retry-after"]) >= 1
