"""A certificate that cannot be rendered, as its issuer, its recipient and its operator see it, until it is mended."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from certifly.rendering.png import encode_png
from certifly.storage.blobs import place_of
from tests.cast import template_document
from tests.live import Caller, Installation, running

pytestmark = pytest.mark.long


def command(installation: Installation, *arguments: str) -> dict[str, Any]:
    """What a command says on the same installation, with ``--json``."""
    done = subprocess.run(
        [sys.executable, "-m", "certifly", *arguments, "--json"],
        env=installation.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def upload(tenant: Caller, picture: bytes) -> str:
    answer = tenant.http.post("/api/v1/assets", content=picture, headers={"Content-Type": "image/png"})
    assert answer.status_code in (200, 201), answer.text
    name: str = answer.json()["data"]["id"]
    return name


@pytest.fixture
def picture() -> bytes:
    """One that no other test has uploaded."""
    return encode_png(np.frombuffer(os.urandom(48), np.uint8).reshape(4, 4, 3))


def test_a_certificate_whose_picture_is_lost_has_failed_until_it_is_back(
    live: Installation, tenant: Caller, picture: bytes
) -> None:
    name = upload(tenant, picture)
    layout = template_document()["layout"]
    layout["elements"].append(
        {"type": "image", "asset": name, "decorative": True, "x": 10, "y": 10, "width": 20, "height": 20}
    )
    template_id = tenant.publish_template(layout=layout)
    (Path(live.environment["CERTIFLY_FILES_URL"]) / place_of(tenant.tenant_id, name, "")).unlink()

    # The issuer: told at once that it is stored, then that it failed, and why.
    created = tenant.issue(template_id)["data"]
    failed = tenant.await_rendered(created["id"])
    assert (failed["status"], failed["is_rendered"]) == ("failed", False)
    assert name in failed["failure"] and "POST /api/v1/assets" in failed["failure"]

    # The recipient: it is valid, and there is no file; no word of why.
    routes = created["data"]["routes"]
    assert httpx.get(routes["check"], headers={"Accept": "text/html"}).status_code == 200
    for route in ("download_pdf", "download_png"):
        answer = httpx.get(routes[route])
        assert (answer.status_code, answer.json()["code"]) == (409, "certificate_failed")
        assert name not in answer.text

    # The operator: doctor and log.
    findings = {one["part"]: one for one in command(live, "doctor")["findings"]}
    assert findings["failed certificates"]["state"] == "trouble"
    assert "certifly render --failed" in findings["failed certificates"]["message"]
    cases = findings["failed certificates"]["details"]
    assert any(name in case for case in cases) or cases[-1].startswith("and "), "other tests fail some too"
    lines = [json.loads(line) for line in live.log.read_text().splitlines()]
    assert [
        line["error"]
        for line in lines
        if line["message"] == "certificate_failed" and line["tenant_id"] == tenant.tenant_id
    ] == ["PictureLost"]

    # Asking again without mending anything changes nothing.
    assert command(live, "render", "--failed", "--tenant", tenant.slug) == {"queued": 1}
    assert tenant.await_rendered(created["id"])["status"] == "failed"

    assert upload(tenant, picture) == name
    assert command(live, "render", "--failed", "--tenant", tenant.slug) == {"queued": 1}
    mended = tenant.await_rendered(created["id"])
    assert (mended["status"], mended["failure"], mended["is_rendered"]) == ("rendered", None, True)
    assert httpx.get(routes["download_pdf"]).content.startswith(b"%PDF")
    assert command(live, "render", "--failed", "--tenant", tenant.slug) == {"queued": 0}


def test_a_limit_too_tight_fails_and_a_wider_one_mends(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/certifly.db"
    with running(tmp_path, url) as installation:
        tenant = installation.new_tenant()
        template_id = tenant.publish_template()

    with running(tmp_path, url, render_timeout_seconds="0.001") as installation:
        tenant.http = installation.client(tenant.token)
        created = tenant.issue(template_id)["data"]
        failed = tenant.await_rendered(created["id"])
        assert failed["status"] == "failed"
        assert "raise CERTIFLY_RENDER_TIMEOUT_SECONDS" in failed["failure"]

    with running(tmp_path, url) as installation:
        tenant.http = installation.client(tenant.token)
        path = f"/api/v1/certificates/{created['id']}/render"
        assert tenant.http.post(path, json={}).json()["data"]["data"]["status"] == "recorded"
        assert tenant.await_rendered(created["id"])["status"] == "rendered"
