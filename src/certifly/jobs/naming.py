"""What the two sides of the queue agree on: names, queues, identities, and how a job's arguments look.

The side that announces (any process that writes) and the side that works never meet; they share this file
and the tables of DBOS. A job waits in the database across upgrades, so what is written here stays readable:
arguments only ever gain members at the end.
"""

import re
from typing import NamedTuple

from certifly.db.tenant import Announcement

APPLICATION_NAME = "certifly"
APPLICATION_VERSION = "1"
"""Fixed by hand: the default, a hash of the code, would leave every job of the previous release behind."""
SCHEMA = "dbos"
"""Where the tables of DBOS live on PostgreSQL; SQLite has no schemas, there they are beside ours."""
WAKE_CHANNEL = "certifly_jobs"
"""PostgreSQL tells listening workers on this channel that jobs have come."""

_TASK = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)*")


class Arguments(NamedTuple):
    """What a job is given, in the order in which it is stored. Ids and small words, never personal data."""

    tenant_id: int
    ids: list[int | str]
    attempt: int
    run: int = 0
    """How often this job failed unexpectedly before."""
    reason: str = ""
    """Why the run before failed."""


def queue_of(task: str) -> str:
    """``emails`` of ``emails.send``: every domain waits in a queue of its own, so none holds up another."""
    return task.partition(".")[0]


def is_task(name: str) -> bool:
    """Whether this can be the name of a task: ``certificates.produce``."""
    return _TASK.fullmatch(name) is not None


def job_id(task: str, arguments: Arguments) -> str:
    """``certificates.produce:4:17:0``: the same work has the same id, so announcing it twice is harmless.

    Further runs after an unexpected failure are ``certificates.produce:4:17:0+1`` and so on.
    """
    ids = "".join(f":{part}" for part in arguments.ids)
    run = f"+{arguments.run}" if arguments.run else ""
    return f"{task}:{arguments.tenant_id}{ids}:{arguments.attempt}{run}"


def arguments_of(announcement: Announcement) -> Arguments:
    """The first run of what was announced."""
    return Arguments(announcement.tenant_id, list(announcement.arguments), announcement.attempt)
