"""What the units of one transaction share, so that thirty certificates cost little more than one.

New rows wait here and are sent together; counters are counted in memory and stored once. Nothing waits longer
than until the next question that could see it, and never beyond the commit. When a unit fails, the whole
transaction is undone, and what waited here goes with it.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from certifly.db.base import Base

_TAKE_FIRST = sa.text(
    "INSERT INTO counters (tenant_id, name, value) VALUES (:tenant_id, :name, :step) "
    "ON CONFLICT (tenant_id, name) DO UPDATE SET value = counters.value + :step RETURNING value"
)
_STORE = sa.text("UPDATE counters SET value = :value WHERE tenant_id = :tenant_id AND name = :name")
_SET_TENANT = sa.text("SELECT set_config('certifly.tenant', :tenant_id, true)")


class Batch:
    """The unsent part of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.facts: dict[object, object] = {}
        """What a unit has found out that holds for its neighbours too, until a mapped row is changed."""
        self._is_postgres = connection.dialect.name == "postgresql"
        self._tenant_id: int | None = None
        self._rows: dict[type[Base], list[Mapping[str, Any]]] = {}
        self._counters: dict[tuple[int, str], int] = {}
        self._unsent_counters: set[tuple[int, str]] = set()

    def enter(self, tenant_id: int) -> None:
        """Work for this tenant from now on; row-level security will see to it."""
        if self._is_postgres and tenant_id != self._tenant_id:
            self.send()  # rows of the tenant before could not be written any more
            self.connection.execute(_SET_TENANT, {"tenant_id": str(tenant_id)})
        self._tenant_id = tenant_id

    def hold(self, model: type[Base], row: Mapping[str, Any]) -> None:
        """Keep a new row for the next sending. Tables are sent in the order of their first row."""
        self._rows.setdefault(model, []).append(row)

    def count(self, tenant_id: int, name: str, step: int) -> int:
        """The next value of a counter. The first in a transaction locks the counter until the commit."""
        key = (tenant_id, name)
        if key not in self._counters:
            parameters = {"tenant_id": tenant_id, "name": name, "step": step}
            self._counters[key] = int(self.connection.execute(_TAKE_FIRST, parameters).scalar_one())
        else:
            self._counters[key] += step
            self._unsent_counters.add(key)
        return self._counters[key]

    def send(self) -> None:
        """Write everything that waits."""
        if self._unsent_counters:
            values = [
                {"tenant_id": tenant_id, "name": name, "value": self._counters[tenant_id, name]}
                for tenant_id, name in sorted(self._unsent_counters)
            ]
            self._unsent_counters.clear()
            self.connection.execute(_STORE, values)
        if self._rows:
            waiting, self._rows = self._rows, {}
            for model, rows in waiting.items():
                self.connection.execute(sa.insert(model), rows)
