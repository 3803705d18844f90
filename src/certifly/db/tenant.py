"""The doors to rows: ``TenantDB`` for what a tenant owns, ``Directory`` for what finds the tenant.

``TenantDB`` is the only object through which tenant tables are reached. It adds the tenant to every key it
reads or writes; on PostgreSQL row-level security says the same again, and fails closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from certifly.db.base import Base, Counter, TenantOwned
from certifly.db.batch import Batch

M = TypeVar("M", bound=Base)

_LOCK_TENANT = sa.text("SELECT id FROM tenants WHERE id = :tenant_id FOR NO KEY UPDATE")


@dataclass(frozen=True, slots=True)
class Announcement:
    """A job that shall exist exactly when the unit of work that announced it is committed."""

    task: str
    tenant_id: int
    arguments: tuple[int | str, ...]
    delay_seconds: float = 0.0
    attempt: int = 0


class Rows:
    """What both doors share: a session on the unit's connection, and whether anything was written."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.announcements: list[Announcement] = []
        self._wrote = False
        self._opened: Session | None = None

    @property
    def wrote(self) -> bool:
        """Whether this unit changed, or may have changed, a row."""
        return self._wrote or bool(self.announcements) or self._has_changes()

    @property
    def connection(self) -> sa.Connection:
        """The transaction's connection, for statements the door has no words for; sees every earlier write.

        What is done with it is not seen here, so the unit counts as one that wrote.
        """
        self._send()
        self._wrote = True
        return self.batch.connection

    def flush(self) -> None:
        """Send changed objects to the database. New rows of ``insert`` go with them, or at the commit."""
        if self._has_changes():
            self._wrote = True
            self.batch.facts.clear()
            self.batch.send()
            self._session.flush()

    @property
    def _session(self) -> Session:
        # Made when first needed: the create call gets along without one.
        if self._opened is None:
            self._opened = Session(
                bind=self.batch.connection, join_transaction_mode="rollback_only", expire_on_commit=False
            )
        return self._opened

    def _has_changes(self) -> bool:
        session = self._opened
        return session is not None and bool(session.new or session.dirty or session.deleted)

    def _send(self) -> None:
        self.flush()
        self.batch.send()

    def close(self) -> None:
        """Let go of the loaded objects; the connection stays with its owner."""
        if self._opened is not None:
            self._opened.close()


class TenantDB(Rows):
    """One tenant's rows inside one unit of work."""

    def __init__(self, batch: Batch, tenant_id: int) -> None:
        super().__init__(batch)
        self.tenant_id = tenant_id
        batch.enter(tenant_id)

    @property
    def directory(self) -> "Directory":
        """The tables that find tenants, in the same transaction."""
        return Directory(self.batch)

    def get(self, model: type[M], *key: object) -> M | None:
        """The row of this tenant with this key (the key without the tenant), or None."""
        assert issubclass(model, TenantOwned)
        self._send()
        return self._session.get(model, (self.tenant_id, *key))

    def find(
        self,
        model: type[M],
        *conditions: sa.ColumnElement[bool],
        order_by: Sequence[Any] = (),
        limit: int | None = None,
    ) -> list[M]:
        """This tenant's rows that meet every condition."""
        self._send()
        query = self._own(model).where(*conditions).order_by(*order_by).limit(limit)
        return list(self._session.scalars(query))

    def find_one(self, model: type[M], *conditions: sa.ColumnElement[bool]) -> M | None:
        """The one row of this tenant that meets every condition, or None."""
        self._send()
        return self._session.scalars(self._own(model).where(*conditions).limit(2)).one_or_none()

    def add(self, row: Base) -> None:
        """Store a new row as this tenant's."""
        assert isinstance(row, TenantOwned)
        row.tenant_id = self.tenant_id
        self._session.add(row)

    def insert(self, model: type[Base], **values: object) -> None:
        """Store a new row without making an object of it: the fast way, for the create call.

        A constraint it breaks shows at the commit, and fails this unit alone.
        """
        assert issubclass(model, TenantOwned)
        self._wrote = True
        self.batch.hold(model, {"tenant_id": self.tenant_id, **values})

    def register(self, model: type[Base], **values: object) -> None:
        """Store a row of the directory, by which this tenant will be found."""
        assert not issubclass(model, TenantOwned)
        self._wrote = True
        self.batch.hold(model, {"tenant_id": self.tenant_id, **values})

    def remove(self, model: type[Base], *conditions: sa.ColumnElement[bool]) -> int:
        """Delete this tenant's rows that meet every condition; returns how many there were."""
        assert issubclass(model, TenantOwned)
        statement = sa.delete(model).where(model.tenant_id == self.tenant_id, *conditions)
        return self.connection.execute(statement).rowcount

    def next_id(self, counter: str, *, step: int = 1) -> int:
        """The next decimal id of this kind of row; with ``step`` the last of so many taken at once."""
        self._wrote = True
        return self.batch.count(self.tenant_id, counter, step)

    def last_id(self, counter: str) -> int:
        """The last id given to this kind of row, 0 before the first: how many there ever were."""
        # Not through the session, which would go on showing the row as it was when first asked for.
        query = sa.select(Counter.value).where(Counter.tenant_id == self.tenant_id, Counter.name == counter)
        self._send()
        return self.batch.connection.execute(query).scalar_one_or_none() or 0

    def lock(self) -> None:
        """Let no other process write for this tenant until the commit.

        SQLite has one writer anyway. On PostgreSQL two processes would otherwise both find that an
        idempotency key is new.
        """
        connection = self.batch.connection
        if connection.dialect.name == "postgresql":
            connection.execute(_LOCK_TENANT, {"tenant_id": self.tenant_id})

    def _own(self, model: type[M]) -> sa.Select[M]:
        assert issubclass(model, TenantOwned)
        return sa.select(model).where(model.tenant_id == self.tenant_id)


class Directory(Rows):
    """The tables that find a tenant: tenants, tokens, the codes of certificates. Nothing personal is in them."""

    def get(self, model: type[M], *key: object) -> M | None:
        """The row with this primary key, or None."""
        assert not issubclass(model, TenantOwned)
        self._send()
        return self._session.get(model, tuple(key))

    def find(
        self,
        model: type[M],
        *conditions: sa.ColumnElement[bool],
        order_by: Sequence[Any] = (),
        limit: int | None = None,
    ) -> list[M]:
        """The rows that meet every condition."""
        assert not issubclass(model, TenantOwned)
        self._send()
        return list(
            self._session.scalars(sa.select(model).where(*conditions).order_by(*order_by).limit(limit))
        )

    def find_one(self, model: type[M], *conditions: sa.ColumnElement[bool]) -> M | None:
        """The one row that meets every condition, or None."""
        rows = self.find(model, *conditions, limit=2)
        assert len(rows) < 2, "asked for one row, found more"
        return rows[0] if rows else None

    def add(self, row: Base) -> None:
        """Store a new row."""
        assert not isinstance(row, TenantOwned)
        self._session.add(row)
