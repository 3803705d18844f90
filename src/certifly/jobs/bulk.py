"""Write many jobs with one statement for each of DBOS's tables.

DBOS builds and compiles its statements anew for every job, which on SQLite was most of what a create call
cost. Here DBOS says once for each task what the rows of a job hold: through its own public call, on a stand-in for
the connection that only listens. Further jobs of the task are cast from that mould, and those of a whole
commit are sent together. A test compares the rows with those that DBOS writes itself.
"""

import json
import random
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from certifly.jobs.naming import Arguments, job_id

KEY = "workflow_uuid"

Rows = dict[sa.Table, list[Mapping[str, Any]]]
Enqueue = Callable[["Listener"], object]
"""Has DBOS enqueue a job on a listener."""


class Listener:
    """Takes the place of a connection while DBOS says what it would insert."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.rows: Rows = {}
        self.options: Mapping[str, Any] = {}
        self.dialect = object()
        """Not that of DBOS's own engine, so it hands us statements instead of prepared SQL."""

    def execute(self, statement: sa.Insert, values: Mapping[str, Any]) -> "Listener":
        """Note a row instead of writing it."""
        table = statement.table
        assert isinstance(table, sa.Table), "DBOS inserts into its tables"
        self.rows.setdefault(table, []).append(values)
        return self

    def fetchone(self) -> None:
        """As if no such job had been there; if there is one, it stays as it is."""

    def get_execution_options(self) -> Mapping[str, Any]:
        """Where DBOS looks for its schema, and sets it: the connection's own."""
        return self._connection.get_execution_options()

    def execution_options(self, **options: Any) -> None:
        """See ``get_execution_options``."""
        self.options = options
        self._connection.execution_options(**options)


class Moulds:
    """The rows of a job, by task; for jobs that are due at once."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[sa.Table, Mapping[str, Any]]]] = {}
        self._options: Mapping[str, Any] = {}

    def cast(self, connection: sa.Connection, task: str, arguments: Arguments, enqueue: Enqueue) -> Rows:
        """The rows of one job. The first of a task is asked of DBOS, by ``enqueue``."""
        mould = self._rows.get(task)
        if mould is None:
            listener = Listener(connection)
            enqueue(listener)
            self._options = listener.options
            self._rows[task] = [(table, row) for table, rows in listener.rows.items() for row in rows]
            return listener.rows
        # Where the tables are is told to each connection; DBOS has told it to the first one only.
        connection.execution_options(**self._options)
        changes = {
            KEY: job_id(task, arguments),
            # Tells this insert from another of the same job; nobody must be unable to guess it.
            "creator_xid": str(uuid.UUID(int=random.getrandbits(128), version=4)),
            "inputs": _encoded(arguments),
        }
        return {
            table: [{column: changes.get(column, value) for column, value in row.items()}]
            for table, row in mould
        }


def send(connection: sa.Connection, jobs: Iterable[Rows]) -> None:
    """Write the rows of many jobs, leaving alone those whose job exists."""
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    together: Rows = {}
    for job in jobs:
        for table, rows in job.items():
            together.setdefault(table, []).extend(rows)
    for table, rows in together.items():
        connection.execute(insert(table).on_conflict_do_nothing(index_elements=[KEY]), rows)


def _encoded(arguments: Arguments) -> str:
    """As DBOS's portable serializer writes them."""
    return json.dumps({"namedArgs": {}, "positionalArgs": list(arguments)}, separators=(",", ":"))
