"""A running installation: web and worker as real processes, called over real HTTP.

One is started for a session on each kind of database; a test gets tenants of its own in it, so that tests
neither wait for a start nor see each other's rows.
"""

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from certifly.core.clock import utc_now
from certifly.credentials.establish import establish_tenant
from certifly.db.database import Database
from certifly.db.tenant import Directory
from certifly.tenants.scopes import SCOPES
from certifly.tenants.tokens import create_token
from tests.cast import KEYRING, SECRET_KEY, template_document

START_SECONDS = 60
RENDER_SECONDS = 30

_numbers = itertools.count(1)


@dataclass
class Caller:
    """A tenant of a running installation, calling with one of its tokens."""

    tenant_id: int
    slug: str
    token: str
    http: httpx.Client

    def publish_template(self, **changes: Any) -> int:
        """The id of a new published template."""
        created = self.http.post("/api/v1/templates", json=template_document(**changes))
        assert created.status_code == 201, created.text
        template_id = int(created.json()["data"]["id"])
        published = self.http.post(f"/api/v1/templates/{template_id}/publish", json={})
        assert published.status_code == 200, published.text
        return template_id

    def issue(
        self, template_id: int, *, headers: Mapping[str, str] | None = None, **body: Any
    ) -> dict[str, Any]:
        """A certificate, as the 201 describes it."""
        request = {"template_id": template_id, "data": {"Student Name": "Ada Lovelace"}} | body
        answer = self.http.post("/api/v1/certificates", json=request, headers=dict(headers or {}))
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def await_rendered(self, certificate_id: str) -> dict[str, Any]:
        """The certificate once its job has ended, rendered or failed."""
        deadline = time.monotonic() + RENDER_SECONDS
        while True:
            found: dict[str, Any] = self.http.get(f"/api/v1/certificates/{certificate_id}").json()["data"][
                "data"
            ]
            if found["status"] != "recorded":
                return found
            assert time.monotonic() < deadline, f"certificate {certificate_id} was not rendered"
            time.sleep(0.05)


@dataclass
class Installation:
    """Processes that serve one database."""

    base_url: str
    database_url: str
    environment: dict[str, str]
    log: Path
    _clients: list[httpx.Client] = field(default_factory=list)

    def new_tenant(self, *, scopes: list[str] | None = None, slug: str | None = None) -> Caller:
        """A tenant nobody else has, with a token of these scopes (all of them without)."""
        slug = slug or f"tenant-{os.getpid()}-{next(_numbers)}"

        def work(directory: Directory) -> tuple[int, str]:
            now = utc_now()
            tenant = establish_tenant(directory, KEYRING, slug=slug, name="Lovelace Academy", now=now)
            _, secret = create_token(
                directory, tenant, name="tests", scopes=scopes or list(SCOPES), expires_at=None, now=now
            )
            return tenant.id, secret

        tenant_id, token = self.on_database(lambda database: database.write_directory(work).result())
        return Caller(tenant_id, slug, token, self.client(token))

    def client(self, token: str | None = None) -> httpx.Client:
        """An HTTP client of this installation; closed with it."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = httpx.Client(base_url=self.base_url, headers=headers, timeout=30)
        self._clients.append(client)
        return client

    def on_database(self, work: Any) -> Any:
        """Run ``work`` on the installation's own database, from outside its processes."""
        database = Database(self.database_url)
        try:
            return work(database)
        finally:
            database.close()

    def close_clients(self) -> None:
        """Let every connection go."""
        for client in self._clients:
            client.close()


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment_for(folder: Path, database_url: str, port: int, **settings: str) -> dict[str, str]:
    """What a process of an installation in ``folder`` finds in its environment."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CERTIFLY_")}
    return inherited | {
        "PYTHONPATH": os.pathsep.join(["src", *filter(None, [os.environ.get("PYTHONPATH")])]),
        "CERTIFLY_DATABASE_URL": database_url,
        "CERTIFLY_FILES_URL": str(folder / "files"),
        "CERTIFLY_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CERTIFLY_PORT": str(port),
        "CERTIFLY_SECRET_KEY": SECRET_KEY,
        "CERTIFLY_WORKER_NAME": f"port-{port}",
        **{f"CERTIFLY_{name.upper()}": value for name, value in settings.items()},
    }


@contextmanager
def running(folder: Path, database_url: str, **settings: str) -> Iterator[Installation]:
    """Start ``certifly run`` in ``folder`` and wait until it answers; end it afterwards."""
    port = free_port()
    environment = environment_for(folder, database_url, port, **settings)
    log = folder / "log.jsonl"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "certifly", "run"], env=environment, stdout=stream, stderr=stream
        )
    installation = Installation(f"http://127.0.0.1:{port}", database_url, environment, log)
    try:
        await_answer(installation.base_url + "/healthz", process, log)
        yield installation
    finally:
        installation.close_clients()
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def await_answer(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until ``url`` answers with success."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(url).is_success:
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
