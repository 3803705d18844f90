"""The demo: a tenant, a token of all scopes, the starter template and one certificate, made once and found again.

Everything a program can do goes through the server's own HTTP API, so that what is printed has been seen to
work. The token is kept in a file only its owner can read, since the database holds nothing but its digest. The file
also holds the address of this server: ``./dev certifly`` reads it there.
"""

import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from certifly.core.clock import utc_now
from certifly.core.errors import DomainError
from certifly.core.settings import Settings

TENANT_SLUG = "demo"
TENANT_NAME = "Demo Academy"
FIRST_DATA = {
    "Student Name": "Ada Lovelace",
    "Course": "Notes on the Analytical Engine",
    "Date": "1843-09-05",
}
START_SECONDS = 60.0
CALL_SECONDS = 10.0

_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Our own server is never behind the proxy that the environment may name."""


def present(
    settings: Settings, path: Path, stop: threading.Event, failed: threading.Event, *, as_json: bool
) -> None:
    """Wait for the server, make what is missing of the demo, and print where everything is.

    When that cannot be, say why, set ``failed``, and ``stop`` everything.
    """
    base_url = _own_address(settings)
    address = {"public_url": settings.public_url, "port": settings.port}
    try:
        kept = (_read(path) or _make_tenant(settings)) | address
        _keep(path, kept)
        _await_server(base_url, stop)
        if not _token_works(base_url, kept["token"]):
            kept = _make_tenant(settings) | address
            _keep(path, kept)
        if "template_id" not in kept:
            kept["template_id"] = _make_template(base_url, kept["token"])
            _keep(path, kept)
        routes = _routes_of_first(base_url, kept)
        is_new = routes is None
        if routes is None:
            routes = _issue_first(base_url, kept)
            _keep(path, kept)
    except (_DemoFailed, DomainError) as error:
        if not stop.is_set():
            click.echo(f"Error: {error}", err=True)
            failed.set()
            stop.set()
        return
    _print(settings, kept, routes, is_new=is_new, as_json=as_json)


class _DemoFailed(Exception):
    """The demo cannot be made; the message says why."""


def _own_address(settings: Settings) -> str:
    """Where this machine reaches its own server, whatever the public address is."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  read here, not listened on
    host = everywhere.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _make_tenant(settings: Settings) -> dict[str, Any]:
    from certifly.app.wiring import open_keyring
    from certifly.credentials.establish import establish_tenant
    from certifly.db.database import Database
    from certifly.db.tenant import Directory
    from certifly.tenants.models import Tenant
    from certifly.tenants.scopes import SCOPES
    from certifly.tenants.tokens import create_token

    keyring, now = open_keyring(settings), utc_now()

    def work(directory: Directory) -> str:
        tenant = directory.find_one(Tenant, Tenant.slug == TENANT_SLUG)
        if tenant is None:
            tenant = establish_tenant(directory, keyring, slug=TENANT_SLUG, name=TENANT_NAME, now=now)
        _, secret = create_token(
            directory, tenant, name="demo", scopes=list(SCOPES), expires_at=None, now=now
        )
        return secret

    database = Database(settings.database_url)
    try:
        return {"tenant": TENANT_SLUG, "token": database.write_directory(work).result()}
    finally:
        database.close()


def _make_template(base_url: str, token: str) -> str:
    from certifly.templates.starters import read_starter

    starter = read_starter()
    digests = {
        name: _call(base_url, "POST", "/api/v1/assets", token, raw=content)["data"]["id"]
        for name, content in starter.pictures.items()
    }
    created = _call(base_url, "POST", "/api/v1/templates", token, starter.with_pictures(digests))
    template_id = str(created["data"]["id"])
    _call(base_url, "POST", f"/api/v1/templates/{template_id}/publish", token, {})
    return template_id


def _routes_of_first(base_url: str, kept: dict[str, Any]) -> dict[str, str] | None:
    """The addresses of the certificate that an earlier start issued; None when there is none, or none any more."""
    code = kept.get("code")
    if code is None:
        return None
    try:
        found = _call(base_url, "GET", f"/api/v1/certificates/{code}", kept["token"])
    except _DemoFailed:
        return None  # the database was emptied
    return dict(found["data"]["data"]["routes"])


def _issue_first(base_url: str, kept: dict[str, Any]) -> dict[str, str]:
    """Issue the first certificate, and note its code."""
    body = {"template_id": int(kept["template_id"]), "data": FIRST_DATA}
    issued = _call(base_url, "POST", "/api/v1/certificates", kept["token"], body)["data"]["data"]
    kept["code"] = issued["code"]
    return dict(issued["routes"])


def _await_server(base_url: str, stop: threading.Event) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with _DIRECTLY.open(f"{base_url}/healthz", timeout=CALL_SECONDS):
                return
        except OSError:
            if stop.wait(0.05):
                break
    raise _DemoFailed(f"The server did not answer at {base_url} within {START_SECONDS:.0f} seconds.")


def _token_works(base_url: str, token: str) -> bool:
    try:
        _call(base_url, "GET", "/api/v1/me", token)
    except _DemoFailed:
        return False
    return True


def _call(
    base_url: str,
    method: str,
    path: str,
    token: str,
    body: Mapping[str, Any] | None = None,
    *,
    raw: bytes | None = None,
) -> dict[str, Any]:
    content_type = "application/json" if raw is None else "application/octet-stream"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
    data = raw if raw is not None else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base_url + path, data=data, headers=headers, method=method)
    try:
        with _DIRECTLY.open(request, timeout=CALL_SECONDS) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        raise _DemoFailed(f"{method} {path} answered {error.code}: {error.read(2000).decode()}") from None
    except OSError as error:
        raise _DemoFailed(f"{method} {path} had no answer: {error}") from None


def _read(path: Path) -> dict[str, Any] | None:
    try:
        kept = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return kept if isinstance(kept, dict) and "token" in kept else None


def _keep(path: Path, kept: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(kept, file)
    draft.replace(path)


def _print(
    settings: Settings, kept: Mapping[str, Any], routes: Mapping[str, str], *, is_new: bool, as_json: bool
) -> None:
    base_url = settings.public_url
    if as_json:
        facts = {
            "base_url": base_url,
            "token": kept["token"],
            "tenant": kept["tenant"],
            "template_id": kept["template_id"],
            "check": routes["check"],
            "pdf": routes["download_pdf"],
            "png": routes["download_png"],
        }
        click.echo(json.dumps(facts))
        return
    body = json.dumps({"template_id": int(kept["template_id"]), "data": {"Student Name": "Ada Lovelace"}})
    what = "and has issued a certificate" if is_new else "with the certificate that its first start issued"
    click.echo(f"""
Certifly is running at {base_url}, {what}:

  check page   {routes["check"]}
  PDF          {routes["download_pdf"]}
  PNG          {routes["download_png"]}
  handbook     {base_url}/docs

The demo tenant's token:

  {kept["token"]}

Issue another:

  curl -X POST {base_url}/api/v1/certificates \\
    -H 'Authorization: Bearer {kept["token"]}' \\
    -H 'Content-Type: application/json' \\
    -d '{body}'

Ctrl-C ends everything; the data stays.
""")
