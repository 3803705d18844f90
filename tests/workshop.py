"""A worker's workshop without a worker: the test says what is produced, and the render processes do what titles say."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from certifly.certificates.editions import SignedEdition, as_signed, current_edition
from certifly.certificates.models import Certificate
from certifly.certificates.produce import produce
from certifly.core.settings import Settings
from certifly.credentials.establish import establish_tenant
from certifly.credentials.keyring import Keyring
from certifly.credentials.timestamps import TimeStamps
from certifly.db.database import Database
from certifly.db.tenant import Announcement, TenantDB
from certifly.rendering.pool import RenderPool
from certifly.storage.blobs import BlobStore, open_store
from tests.cast import KEYRING, MONDAY, SECRET_KEY, TUESDAY
from tests.issued import issue_certificates, publish_template

OBEDIENT = "tests.rendering.handlers:make_obedient_pages"
"""Render processes that do what the title of a certificate says."""


@dataclass
class Workshop:
    """Tenant Lovelace and what a worker has to produce its certificates with."""

    database: Database
    blobs: BlobStore
    renderers: RenderPool
    settings: Settings
    announced: list[Announcement]
    keyring: Keyring
    timestamps: TimeStamps | None = None
    tenant_id: int = 0

    def issue(self, *, address: str | None = None, **changes: Any) -> int:
        """A new certificate of a new template."""
        template_id = publish_template(self.database, self.tenant_id, **changes)
        [certificate_id] = issue_certificates(
            self.database, self.tenant_id, template_id, address=address, mail_configured=True
        )
        return certificate_id

    def produce(
        self,
        certificate_id: int,
        *,
        png_at_once: bool = False,
        now: Any = TUESDAY,
        recheck_one_in: int = 0,
    ) -> Certificate:
        produce(
            self.database,
            self.blobs,
            self.renderers,
            self.keyring,
            tenant_id=self.tenant_id,
            certificate_id=certificate_id,
            png_at_once=png_at_once,
            mail_configured=True,
            now=now,
            timestamps=self.timestamps,
            recheck_one_in=recheck_one_in,
        )
        return self.look(certificate_id)

    def look(self, certificate_id: int) -> Certificate:
        found = self.database.read(self.tenant_id, lambda db: db.get(Certificate, certificate_id)).result()
        assert found is not None
        return found

    def change(self, certificate_id: int, work: Any) -> None:
        def on_row(db: TenantDB) -> None:
            row = db.get(Certificate, certificate_id)
            assert row is not None
            work(db, row)

        self.database.write(self.tenant_id, on_row).result()

    def jobs(self, task: str) -> list[int]:
        """The attempts of a task that were announced."""
        return [one.attempt for one in self.announced if one.task == task]

    def read(self, digest: str | None, suffix: str) -> bytes:
        assert digest is not None
        return self.blobs.get(self.tenant_id, digest, suffix)


def signed_of(db: TenantDB, row: Certificate) -> SignedEdition:
    """The edition that is recorded for a certificate."""
    edition = current_edition(db, row)
    assert edition is not None
    return as_signed(edition)


@pytest.fixture
def workshop(database_url: str, tmp_path: Path) -> Iterator[Workshop]:
    announced: list[Announcement] = []
    database = Database(database_url, before_commit=lambda _, found: announced.extend(found))
    settings = Settings(database_url=database_url, secret_key=SECRET_KEY, png_at_once=True)
    with RenderPool(1, 10, 512, handler=OBEDIENT) as renderers:
        found = Workshop(
            database, open_store(str(tmp_path / "files")), renderers, settings, announced, KEYRING
        )
        found.tenant_id = database.write_directory(
            lambda rows: establish_tenant(rows, KEYRING, slug="lovelace", name="Lovelace", now=MONDAY).id
        ).result()
        yield found
    database.close()
