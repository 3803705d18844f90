"""Promise work for after the commit.

A domain announces a task by name; who performs it is the worker's affair. The job exists exactly when the
unit of work that announced it is committed.
"""

from certifly.db.tenant import Announcement, TenantDB
from certifly.jobs.naming import is_task


def announce_later(
    db: TenantDB, task: str, *ids: int | str, delay_seconds: float = 0.0, attempt: int = 0
) -> None:
    """Put ``task`` for these rows into its queue when this unit of work commits, due after ``delay_seconds``.

    Task, tenant, ids and attempt are the job's identity: announcing the same again does nothing, also when
    the first has long finished. To have work done once more, count ``attempt`` up in the row. Delays have a
    grain of one second.
    """
    assert is_task(task), f"{task!r} is not a task name like certificates.produce"
    assert not any(":" in part or "+" in part for part in ids if isinstance(part, str)), (
        "ids join with colons"
    )
    assert delay_seconds >= 0 and attempt >= 0

    db.announcements.append(Announcement(task, db.tenant_id, tuple(ids), delay_seconds, attempt))
