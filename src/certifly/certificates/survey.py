"""What an operator wants to know of a tenant's certificates as a whole, in one pass over them.

Reads every row, about a second for each million: for ``doctor``, not for a request.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from certifly.certificates.models import RECORDED, Certificate
from certifly.certificates.routes import check_address
from certifly.db.tenant import TenantDB
from certifly.db.types import UTCDateTime

ENDING_LENGTH = len(check_address("", uuid.UUID(int=0)))
"""Every check address ends alike; what stands before is the public address it was made with."""


@dataclass(frozen=True, slots=True)
class Printed:
    """Certificates whose QR codes lead to one public address."""

    public_url: str
    certificates: int
    first_at: datetime
    last_at: datetime
    unrendered: int
    """How many of them wait since before the moment asked for, and have neither file nor failure."""


def survey(db: TenantDB, *, recorded_before: datetime) -> list[Printed]:
    """The tenant's certificates by the public address they carry, oldest first.

    One that is produced again, because it failed or is signed anew, waits since then and not since it was issued.
    """
    length = sa.func.length(Certificate.check_url) - ENDING_LENGTH
    public_url = sa.func.substr(Certificate.check_url, 1, length)
    is_late = (Certificate.state == RECORDED) & (Certificate.updated_at < recorded_before)
    first_at = sa.func.min(Certificate.created_at, type_=UTCDateTime())
    query = (
        sa.select(
            public_url,
            sa.func.count(),
            first_at,
            sa.func.max(Certificate.created_at, type_=UTCDateTime()),
            sa.func.sum(sa.case((is_late, 1), else_=0)),
        )
        .where(Certificate.tenant_id == db.tenant_id)
        .group_by(public_url)
        .order_by(first_at)
    )
    return [Printed(*row) for row in db.connection.execute(query)]
