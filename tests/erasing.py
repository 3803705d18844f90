"""What tests of erasing look at: everything that is stored of a tenant, and messages of every kind."""

from datetime import timedelta

import sqlalchemy as sa

from certifly.db.base import Base
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import (
    FAILED,
    HELD,
    PERMANENT,
    QUEUED,
    SENDING,
    SENT,
    SKIPPED,
    Email,
    EmailAttempt,
)
from tests.cast import ADAS_ADDRESS, MONDAY
from tests.certificates_at_hand import Certificates


def everything_of(certificates: Certificates) -> str:
    """Every row of every table of the tenant, as text."""

    def work(db: TenantDB) -> str:
        rows = []
        for table in Base.metadata.sorted_tables:
            if "tenant_id" in table.c and not table.name.startswith(("template", "tokens")):
                found = db.connection.execute(sa.select(table).where(table.c.tenant_id == db.tenant_id))
                rows += [f"{table.name} {dict(row)}" for row in found.mappings()]
        return "\n".join(rows)

    return certificates.read(work)


def give_emails(certificates: Certificates, certificate_id: int) -> None:
    """One message for each status a message can have, each with what a server said."""

    def work(db: TenantDB) -> None:
        for number, status in enumerate((QUEUED, HELD, SENDING, SENT, FAILED, SKIPPED)):
            email = Email(
                id=f"{certificate_id}-{status}",
                certificate_id=certificate_id,
                kind="certificate",
                recipient=ADAS_ADDRESS,
                status=status,
                reason=f"{ADAS_ADDRESS} is unknown",
                message_id=f"<{status}@example.org>",
                attempts=1,
                turn=1,
                queued_at=MONDAY + timedelta(minutes=number),
                updated_at=MONDAY,
                released_at=MONDAY,
                sent_at=MONDAY if status == SENT else None,
            )
            is_over = status != SENDING
            db.add(email)
            db.flush()
            db.add(
                EmailAttempt(
                    email_id=email.id,
                    number=1,
                    started_at=MONDAY,
                    finished_at=MONDAY if is_over else None,
                    outcome=PERMANENT if is_over else None,
                    smtp_code=550,
                    reply=f"550 5.1.1 <{ADAS_ADDRESS}> is unknown",
                )
            )

    certificates.write(work)
