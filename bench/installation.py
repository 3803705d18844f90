"""Installations to measure: a database in a temporary folder, with tenants and published templates in it."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from certifly.app.migrate import migrate_all
from certifly.app.wiring import open_keyring
from certifly.core.clock import utc_now
from certifly.core.settings import Settings
from certifly.credentials.establish import establish_tenant
from certifly.credentials.keyring import Keyring
from certifly.db.database import Database
from certifly.db.tenant import Directory, TenantDB
from certifly.templates.document import parse_document
from certifly.templates.draft import create_template
from certifly.templates.publish import publish
from certifly.tenants.scopes import SCOPES
from certifly.tenants.tokens import create_token
from tests.live import free_port

SERVER_CORE, CLIENT_CORE = "0", "1"
START_SECONDS = 30


@dataclass
class Bench:
    """A migrated database with one tenant, and the environment its processes start with."""

    folder: Path
    settings: Settings
    environment: dict[str, str]
    tenant_id: int = 0
    token: str = ""
    templates: list[int] = field(default_factory=list)

    def open(self) -> Database:
        """The database, as a process of its own would have it; no jobs are enqueued."""
        return Database(self.settings.database_url)


@contextmanager
def bench_installation(documents: Sequence[Mapping[str, Any]], **settings: Any) -> Iterator[Bench]:
    """A fresh installation on SQLite whose one tenant has these templates published."""
    with tempfile.TemporaryDirectory(prefix="certifly-bench-") as name:
        folder, port = Path(name), free_port()
        facts: dict[str, Any] = {
            "database_url": f"sqlite:///{folder}/certifly.db",
            "files_url": str(folder / "files"),
            "public_url": f"http://127.0.0.1:{port}",
            "port": port,
            "secret_key": "bench" * 8,
            "log_level": "warning",
        } | settings
        bench = Bench(
            folder,
            Settings(**facts),
            os.environ | {f"CERTIFLY_{k.upper()}": str(v) for k, v in facts.items()},
        )
        migrate_all(bench.settings)
        database = bench.open()
        bench.tenant_id, bench.token = database.write_directory(
            partial(_make_tenant, keyring=open_keyring(bench.settings))
        ).result()
        for document in documents:
            bench.templates.append(database.write(bench.tenant_id, partial(_publish, document)).result())
        database.close()
        yield bench


def _make_tenant(directory: Directory, keyring: Keyring) -> tuple[int, str]:
    now = utc_now()
    tenant = establish_tenant(directory, keyring, slug="bench", name="Lovelace Academy", now=now)
    _, secret = create_token(directory, tenant, name="bench", scopes=list(SCOPES), expires_at=None, now=now)
    return tenant.id, secret


def _publish(document: Mapping[str, Any], db: TenantDB) -> int:
    now = utc_now()
    template = create_template(db, parse_document(dict(document)), now=now)
    db.flush()
    publish(
        db,
        template,
        issuer_name="Lovelace Academy",
        check_url="http://127.0.0.1:8000/check/" + "0" * 36,
        now=now,
    )
    return template.id


@contextmanager
def process(
    arguments: Sequence[str], environment: Mapping[str, str], *, core: str | None = None
) -> Iterator[int]:
    """A process of ours, on one core if it is named; yields its id, and ends it."""
    pinned = ["taskset", "-c", core] if core else []
    running = subprocess.Popen([*pinned, sys.executable, *arguments], env=dict(environment))
    try:
        yield running.pid
    finally:
        running.terminate()
        running.wait(30)


def await_port(port: int, path: str = "/healthz") -> None:
    """Wait until a server answers, with whatever."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"no server on port {port}")
