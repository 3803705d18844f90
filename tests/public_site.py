"""The web application of one process, over real HTTP, without a worker: the test decides when a job is done.

So a certificate stays ``recorded`` until the test produces it, and fails when the test says so. ``conftest.py``
imports the fixtures.
"""

import shutil
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI

from certifly.certificates.models import Certificate
from certifly.certificates.produce import produce, record_failure
from certifly.certificates.queries import locate
from certifly.core.clock import utc_now
from certifly.core.settings import Settings
from certifly.credentials.establish import establish_tenant
from certifly.credentials.keyring import Keyring
from certifly.db.tenant import Directory, TenantDB
from certifly.public.certificate_facts import Place
from certifly.rendering.png import encode_png
from certifly.templates.document import parse_document
from certifly.templates.draft import create_template
from certifly.templates.models import Asset
from certifly.templates.publish import publish
from certifly.tenants.scopes import SCOPES
from certifly.tenants.tokens import create_token
from certifly.web.parts import Parts
from tests.cast import ADA, ADAS_ADDRESS, MONDAY, SECRET_KEY, template_document
from tests.live import free_port
from tests.postgres import OWNER, SERVICE, Server

START_SECONDS = 30


@dataclass
class PublicSite:
    """A running web process and what the tests do behind its back."""

    base_url: str
    app: FastAPI
    http: httpx.Client
    token: str = ""
    tenant_id: int = 0

    @property
    def parts(self) -> Parts:
        """The application's own parts."""
        found: Parts = self.app.state.parts
        return found

    def publish(self, **changes: Any) -> int:
        """The id of a new published template."""

        def work(db: TenantDB) -> int:
            template = create_template(db, parse_document(template_document(**changes)), now=MONDAY)
            publish(
                db, template, issuer_name="Lovelace Academy", check_url=f"{self.base_url}/check/x", now=MONDAY
            )
            return template.id

        return self.parts.database.write(self.tenant_id, work).result()

    def add_picture(self, shade: int = 128) -> str:
        """The name of a small picture that layouts of the tenant may show."""
        content = encode_png(np.full((4, 4, 3), shade, np.uint8))
        name = self.parts.blobs.put(self.tenant_id, content)
        picture = {
            "digest": name,
            "media_type": "image/png",
            "size_bytes": len(content),
            "width": 4,
            "height": 4,
        }

        def work(db: TenantDB) -> None:
            if db.get(Asset, name) is None:
                db.add(Asset(**picture, created_at=MONDAY))

        self.parts.database.write(self.tenant_id, work).result()
        return name

    def issue(
        self, template_id: int, changes: Mapping[str, str] | None = None, *, is_produced: bool = True
    ) -> str:
        """The code of a new certificate; its files are there unless the test wants to see it without."""
        data = {"Student Name": ADA, "Course": "Analytical Engines", "Email": ADAS_ADDRESS}
        data |= changes or {}
        answer = self.http.post(
            "/api/v1/certificates",
            json={"template_id": template_id, "data": {name: value for name, value in data.items() if value}},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == 201, answer.text
        code: str = answer.json()["data"]["data"]["code"]
        if is_produced:
            self.produce(code)
        return code

    def place_of(self, code: str) -> Place:
        """Where the certificate is."""
        found = self.parts.database.read_directory(lambda rows: locate(rows, uuid.UUID(code))).result()
        assert found is not None
        return Place(found.tenant_id, found.certificate_id)

    def produce(self, code: str) -> None:
        """Do what the worker does."""
        parts = self.parts
        place = self.place_of(code)
        produce(
            parts.database,
            parts.blobs,
            parts.renderers,
            parts.keyring,
            tenant_id=place.tenant_id,
            certificate_id=place.certificate_id,
            png_at_once=False,
            mail_configured=False,
            now=MONDAY,
        )

    def fail(self, code: str) -> None:
        """Record that the files cannot be made."""
        place = self.place_of(code)
        self.parts.database.write(
            place.tenant_id,
            lambda db: record_failure(db, place.certificate_id, reason="The test said so.", now=MONDAY),
        ).result()

    def change(self, code: str, **values: Any) -> None:
        """Overwrite columns of the certificate's row."""
        place = self.place_of(code)

        def work(db: TenantDB) -> None:
            certificate = db.get(Certificate, place.certificate_id)
            for name, value in values.items():
                setattr(certificate, name, value)

        self.parts.database.write(place.tenant_id, work).result()

    def row(self, code: str) -> Certificate:
        """The certificate as it is stored now."""
        place = self.place_of(code)
        found = self.parts.database.read(
            place.tenant_id, lambda db: db.get(Certificate, place.certificate_id)
        ).result()
        assert found is not None
        return found


@contextmanager
def serving(
    folder: Path, database_url: str, *, with_tenant: bool = True, **settings: Any
) -> Iterator[PublicSite]:
    """Serve a migrated database on a free port until the end of the block."""
    # Here and not above: conftest imports this file, and few tests need the whole application.
    from certifly.app.asgi import create_app

    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    chosen = {"public_url": base_url, "files_url": str(folder / "files")} | settings
    app = create_app(Settings(database_url=database_url, secret_key=SECRET_KEY, **chosen))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="on", log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline
        time.sleep(0.01)
    with httpx.Client(base_url=base_url, timeout=30) as client:
        try:
            site = PublicSite(base_url, app, client)
            if with_tenant:
                add_tenant = partial(_add_tenant, keyring=site.parts.keyring)
                site.tenant_id, site.token = site.parts.database.write_directory(add_tenant).result()
            yield site
        finally:
            server.should_exit = True
            thread.join()


def _add_tenant(directory: Directory, keyring: Keyring) -> tuple[int, str]:
    now = utc_now()
    tenant = establish_tenant(directory, keyring, slug="lovelace", name="Lovelace Academy", now=now)
    _, secret = create_token(directory, tenant, name="tests", scopes=list(SCOPES), expires_at=None, now=now)
    return tenant.id, secret


@pytest.fixture(scope="session")
def public_sqlite(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicSite]:
    """A web process on SQLite, shared by the session."""
    folder = tmp_path_factory.mktemp("public-sqlite")
    shutil.copyfile(migrated_file, folder / "certifly.db")
    with serving(folder, f"sqlite:///{folder}/certifly.db") as site:
        yield site


@pytest.fixture(scope="session")
def public_postgres(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PublicSite]:
    """A web process on PostgreSQL, shared by the session; it connects as a role that owns nothing."""
    server: Server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("postgres_template")
    server.execute(f"CREATE DATABASE certifly_public OWNER {OWNER} TEMPLATE {template}")
    with serving(tmp_path_factory.mktemp("public-postgres"), server.url(SERVICE, "certifly_public")) as site:
        yield site


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def public_site(request: pytest.FixtureRequest) -> PublicSite:
    """A web process without a worker, on each kind of database."""
    site: PublicSite = request.getfixturevalue(f"public_{request.param}")
    return site
