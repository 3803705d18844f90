"""Make the tables that DBOS keeps its jobs in, and let the service use them.

``certifly migrate`` runs this beside our own migrations, with the role that owns the tables. The processes
that serve and work never change a schema: they only check that it is there.
"""

import sqlalchemy as sa

from certifly.jobs.naming import SCHEMA
from certifly.jobs.queue import quieten


def migrate_jobs(database_url: str) -> None:
    """Create or upgrade the tables of DBOS. Doing it again changes nothing."""
    from dbos import DBOS

    quieten()
    DBOS.migrate(database_url, schema=SCHEMA)


def grant_jobs(connection: sa.Connection, role: str) -> None:
    """Give the service's ``role`` what it needs in the schema of DBOS, and nothing more. PostgreSQL only."""
    for statement in grants_for(role):
        connection.exec_driver_sql(statement)


def grants_for(role: str) -> list[str]:
    """The statements that let ``role`` announce and perform jobs, also after later migrations."""
    name = '"' + role.replace('"', '""') + '"'
    return [
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {SCHEMA} TO {name}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {SCHEMA} TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} GRANT USAGE, SELECT ON SEQUENCES TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} GRANT EXECUTE ON FUNCTIONS TO {name}",
    ]
