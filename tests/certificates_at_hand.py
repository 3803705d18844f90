"""Certificates straight in a database, and what becomes of them, without a server or a worker."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from certifly.certificates.editions import SignedEdition, record_edition
from certifly.certificates.erase import erase
from certifly.certificates.history import HistoryEntry, list_history
from certifly.certificates.issue import PreparedCertificate
from certifly.certificates.models import RENDERED, Certificate
from certifly.certificates.queries import get_certificate_to_change
from certifly.certificates.replace import ReplacementRequest, prepare_replacement, replace
from certifly.certificates.revoke import revoke
from certifly.certificates.routes import check_address
from certifly.certificates.suspend import reinstate, suspend
from certifly.db.database import Database
from certifly.db.tenant import Announcement, TenantDB
from certifly.storage.blobs import name_of
from certifly.templates.queries import get_version
from tests.cast import MONDAY
from tests.issued import PUBLIC_URL, issue_certificates, publish_template

T = TypeVar("T")


@dataclass
class Certificates:
    """A tenant's certificates for Ada; ``announced`` holds the jobs that were promised."""

    database: Database
    tenant_id: int
    announced: list[Announcement] = field(default_factory=list)
    _template_id: int | None = None

    def issue(
        self, *, address: str | None = None, mail_configured: bool = False, now: datetime = MONDAY
    ) -> int:
        """The id of a new certificate, of one template for all."""
        if self._template_id is None:
            self._template_id = publish_template(self.database, self.tenant_id, suspendable=True)
        [certificate_id] = issue_certificates(
            self.database,
            self.tenant_id,
            self._template_id,
            address=address,
            mail_configured=mail_configured,
            now=now,
        )
        return certificate_id

    def look(self, certificate_id: int) -> Certificate:
        """The row as it is stored now."""
        found = self.read(lambda db: db.get(Certificate, certificate_id))
        assert found is not None
        return found

    def history(self, certificate_id: int) -> list[HistoryEntry]:
        """Everything that happened to it, the issue included."""
        row = self.look(certificate_id)
        return list(self.read(lambda db: list_history(db, row, after=None, limit=100)))

    def change(self, certificate_id: int, work: Callable[[TenantDB, Certificate], T]) -> T:
        """What a door does: one unit of work on the row, read to be changed."""
        return self.write(lambda db: work(db, get_certificate_to_change(db, str(certificate_id))))

    def revoke(self, certificate_id: int, reason: str, *, actor: str | None = None, now: datetime) -> None:
        """Withdraw it for good."""
        self.change(certificate_id, lambda db, row: revoke(db, row, reason=reason, actor=actor, now=now))

    def suspend(self, certificate_id: int, reason: str, *, actor: str | None = None, now: datetime) -> None:
        """Withdraw it for a while."""
        self.change(certificate_id, lambda db, row: suspend(db, row, reason=reason, actor=actor, now=now))

    def reinstate(self, certificate_id: int, *, actor: str | None = None, now: datetime) -> None:
        """Let it hold again."""
        self.change(certificate_id, lambda db, row: reinstate(db, row, actor=actor, now=now))

    def erase(
        self, certificate_id: int, reason: str | None = None, *, actor: str | None = None, now: datetime
    ) -> None:
        """Take the person out of it."""
        self.change(certificate_id, lambda db, row: erase(db, row, reason=reason, actor=actor, now=now))

    def replace(
        self,
        certificate_id: int,
        changes: Mapping[str, Any],
        *,
        reason: str | None = None,
        expires_at: datetime | None = None,
        send_email: bool = False,
        now: datetime,
    ) -> int:
        """Correct it; the id of the new one."""
        prepared = self.prepare_replacement(
            certificate_id, changes, reason=reason, expires_at=expires_at, send_email=send_email, now=now
        )
        return self.change(
            certificate_id,
            lambda db, row: (
                replace(db, row, prepared, reason=reason, actor="registry", mail_configured=False, now=now)[
                    0
                ].id
            ),
        )

    def prepare_replacement(
        self,
        certificate_id: int,
        changes: Mapping[str, Any],
        *,
        reason: str | None = None,
        expires_at: datetime | None = None,
        send_email: bool = False,
        now: datetime,
    ) -> PreparedCertificate:
        """What a door does before it asks the writer."""
        row = self.look(certificate_id)
        code = uuid.uuid4()
        return prepare_replacement(
            row,
            self.read(lambda db: get_version(db, row.template_id, row.template_version)),
            ReplacementRequest(changes, reason, send_email, expires_at),
            {},
            code=code,
            check_url=check_address(PUBLIC_URL, code),
            issuer_name="Lovelace Academy",
            fonts_dir=None,
            now=now,
        )

    def set(self, certificate_id: int, **values: Any) -> None:
        """Overwrite columns of the row."""

        def work(_: TenantDB, row: Certificate) -> None:
            for name, value in values.items():
                setattr(row, name, value)

        self.change(certificate_id, work)

    def sign(self, certificate_id: int, *, number: int = 1) -> SignedEdition:
        """Give it the edition and the files that producing would, without drawing them."""
        signed = signed_edition(certificate_id, number=number)

        def work(db: TenantDB, row: Certificate) -> None:
            record_edition(db, certificate_id, signed, pdf_digest=digest_of(certificate_id, number, "pdf"))
            row.state, row.edition = RENDERED, number
            row.pdf_digest = digest_of(certificate_id, number, "pdf")
            row.png_digest = digest_of(certificate_id, number, "png")
            row.svg_digest = digest_of(certificate_id, number, "svg")

        self.change(certificate_id, work)
        return signed

    def jobs(self, task: str) -> list[tuple[int | str, ...]]:
        """The arguments of every job of a task that was announced."""
        return [one.arguments for one in self.announced if one.task == task]

    def read(self, work: Callable[[TenantDB], T]) -> T:
        """Read the tenant's rows."""
        return self.database.read(self.tenant_id, work).result()

    def write(self, work: Callable[[TenantDB], T]) -> T:
        """Change the tenant's rows."""
        return self.database.write(self.tenant_id, work).result()


def signed_edition(certificate_id: int, *, number: int = 1) -> SignedEdition:
    """An edition as signing would make it, but for the signatures."""
    return SignedEdition(
        number=number,
        signed_at=MONDAY,
        proof_key="proof-1",
        token_key="token-1",
        seal_key="seal-1",
        credential=f'{{"of":{certificate_id},"edition":{number},"name":"Ada Lovelace"}}',
        credential_jwt=f"header.{certificate_id}.{number}",
    )


def digest_of(certificate_id: int, edition: int, kind: str) -> str:
    """The name of a file that ``Certificates.sign`` pretends to have made."""
    return name_of(f"{kind} {edition} of {certificate_id}".encode())
