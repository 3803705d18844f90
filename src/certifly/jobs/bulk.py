"""Write many jobs with one statement for each of DBOS's tables.

DBOS builds and compiles its statements anew for every job, which on SQLite is most of what a create call
costs. Here DBOS still decides what a job's rows hold, through its own public call, but on a stand-in for the
connection that only listens; the rows of a whole group are then sent together. A test compares the rows with
those that DBOS writes itself.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

KEY = "workflow_uuid"


class Listener:
    """Takes the place of a connection while DBOS says what it would insert."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._rows: dict[sa.Table, list[Mapping[str, Any]]] = {}
        self.dialect = object()
        """Not that of DBOS's own engine, so it hands us statements instead of prepared SQL."""

    def execute(self, statement: sa.Insert, values: Mapping[str, Any]) -> "Listener":
        """Note a row instead of writing it."""
        table = statement.table
        assert isinstance(table, sa.Table), "DBOS inserts into its tables"
        self._rows.setdefault(table, []).append(values)
        return self

    def fetchone(self) -> None:
        """As if no such job had been there; if there is one, it stays as it is."""

    def get_execution_options(self) -> Mapping[str, Any]:
        """Where DBOS looks for its schema, and sets it: the connection's own."""
        return self._connection.get_execution_options()

    def execution_options(self, **options: Any) -> None:
        """See ``get_execution_options``."""
        self._connection.execution_options(**options)

    def send(self) -> None:
        """Write the rows, leaving alone those whose job exists."""
        insert: Any = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        for table, rows in self._rows.items():
            statement = insert(table).on_conflict_do_nothing(index_elements=[KEY])
            self._connection.execute(statement, rows)
