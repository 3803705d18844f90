"""The common ground of every table.

Rows of a tenant carry ``tenant_id`` first in their primary key, and point at each other with
``(tenant_id, id)`` foreign keys, so that a row cannot refer to another tenant's row.
"""

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from certifly.db.types import BigId


class Base(DeclarativeBase):
    """Every mapped class; one naming convention, so that migrations can name constraints."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class TenantOwned:
    """Mixin for a table whose rows belong to one tenant; on PostgreSQL it is under row-level security."""

    tenant_id: Mapped[int] = mapped_column(
        BigId, sa.ForeignKey("tenants.id"), primary_key=True, autoincrement=False, sort_order=-10
    )


class Counter(TenantOwned, Base):
    """The last id given to a kind of row of a tenant: decimal ids count per tenant, without gaps in between."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigId)
