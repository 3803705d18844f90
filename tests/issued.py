"""Certificates issued straight into a database, without a server: for tests of what comes after."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from certifly.certificates.issue import issue, prepare
from certifly.certificates.request import IssueRequest
from certifly.certificates.routes import check_address
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.templates.document import parse_document
from certifly.templates.draft import create_template
from certifly.templates.publish import publish
from certifly.templates.queries import PublishedTemplate, find_published
from tests.cast import ADA, MONDAY, template_document

PUBLIC_URL = "https://certificates.example.org"


def publish_template(database: Database, tenant_id: int, **changes: Any) -> int:
    """The id of a new published template; ``changes`` are made to its document."""

    def work(db: TenantDB) -> int:
        template = create_template(db, parse_document(template_document(**changes)), now=MONDAY)
        publish(db, template, issuer_name="Lovelace Academy", check_url=f"{PUBLIC_URL}/check/x", now=MONDAY)
        return template.id

    return database.write(tenant_id, work).result()


def issue_certificates(
    database: Database,
    tenant_id: int,
    template_id: int,
    *,
    count: int = 1,
    address: str | None = None,
    public_url: str = PUBLIC_URL,
    mail_configured: bool = False,
    now: datetime = MONDAY,
) -> Sequence[int]:
    """The ids of new certificates for Ada, mailed to ``address`` if there is one."""

    def issue_each(db: TenantDB) -> int:
        return issue_one(
            db,
            find_published(db, template_id),
            address=address,
            public_url=public_url,
            mail_configured=mail_configured,
            now=now,
        )

    return database.write(tenant_id, lambda db: [issue_each(db) for _ in range(count)]).result()


def issue_one(
    db: TenantDB,
    template: PublishedTemplate | None,
    *,
    address: str | None = None,
    public_url: str = PUBLIC_URL,
    mail_configured: bool = False,
    now: datetime = MONDAY,
) -> int:
    """The id of a new certificate for Ada, from a version that was found before."""
    code = uuid.uuid4()
    data = {"Student Name": ADA} | ({"Email": address} if address else {})
    prepared = prepare(
        IssueRequest(
            template_id=template.template_id if template else None,
            data=data,
            send_email=address is not None,
        ),
        {},
        template,
        code=code,
        check_url=check_address(public_url, code),
        issuer_name="Lovelace Academy",
        fonts_dir=None,
        now=now,
    )
    certificate, _ = issue(db, prepared, mail_configured=mail_configured)
    return certificate.id
