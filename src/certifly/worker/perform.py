"""Perform one job, and see to it that a job which fails unexpectedly is neither lost nor tried for ever.

A job runs at most RUNS_MAX times, with growing waits. Then its domain is told once more, as a job of the
same kind: ``failed`` may meet the same trouble (a database that is away) and deserves the same patience.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from certifly.core.errors import DomainError
from certifly.jobs.naming import Arguments, job_id, queue_of
from certifly.jobs.queue import options_of
from certifly.worker.task import Task

if TYPE_CHECKING:
    from dbos import DBOSClient

log = logging.getLogger(__name__)

RUNS_MAX = 5
"""Runs of a job before its domain is told that it cannot be done."""
TELLINGS_MAX = 5
"""Attempts to tell the domain so."""
BACK_OFF_SECONDS = (2.0, 10.0, 60.0, 300.0)
"""Waits before the second run and those that follow; the last one also before every later one."""
REASON_LENGTH_MAX = 500
PARKED_SECONDS = 1.0
"""Wait between attempts to put a job back into the queue."""


class Performer:
    """Runs jobs with a context, and knows which are under way."""

    def __init__(
        self, tasks: Mapping[str, Task], context: Any, client: "DBOSClient", *, ended: Callable[[str], None]
    ) -> None:
        self._tasks = tasks
        self._context = context
        self._client = client
        self._ended = ended
        self._under_way: set[str] = set()
        self._lock = threading.Lock()

    @property
    def under_way(self) -> frozenset[str]:
        """The ids of the jobs that run at this moment."""
        with self._lock:
            return frozenset(self._under_way)

    def perform(self, name: str, arguments: Arguments) -> None:
        """Run a task, or tell its domain that it failed for good.

        Returns when the outcome, or the next run, is stored. Raises only when all patience is at an end:
        the job then stays visible as an error.
        """
        current = job_id(name, arguments)
        with self._lock:
            self._under_way.add(current)
        try:
            self._call(name, arguments)
        except Exception as error:
            following = after_failure(arguments, error)
            facts = {"job": current, "run": arguments.run + 1}
            if following is None:
                log.critical("job_abandoned", exc_info=True, extra={"facts": facts})
                raise
            level = logging.ERROR if following.run >= RUNS_MAX else logging.WARNING
            log.log(level, "job_failed", exc_info=True, extra={"facts": facts})
            self.put_back(name, following)
        finally:
            with self._lock:
                self._under_way.discard(current)
            self._ended(queue_of(name))

    def put_back(self, name: str, arguments: Arguments) -> None:
        """Store another run of a job, however long the database is away.

        This job is marked as finished only after that, so being killed here means: it runs again.
        """
        options = options_of(name, arguments, delay_seconds=wait_before(arguments.run))
        while True:
            try:
                self._client.enqueue(options, *arguments)
                return
            except Exception:
                log.error("job_not_stored", exc_info=True, extra={"facts": {"job": options["workflow_id"]}})
                threading.Event().wait(PARKED_SECONDS)

    def _call(self, name: str, arguments: Arguments) -> None:
        task = self._tasks[name]
        tenant_id, ids, attempt, run, reason = arguments
        if run < RUNS_MAX:
            task.run(self._context, tenant_id, *ids, attempt=attempt)
        else:
            task.failed(self._context, tenant_id, *ids, attempt=attempt, reason=reason)


def after_failure(arguments: Arguments, error: Exception) -> Arguments | None:
    """The run that follows a failed one, or None when there is none left."""
    if arguments.run + 1 >= RUNS_MAX + TELLINGS_MAX:
        return None
    # While the domain is being told, the reason stays that of the work, not of the telling.
    reason = arguments.reason if arguments.run >= RUNS_MAX else reason_of(error)
    return arguments._replace(run=arguments.run + 1, reason=reason)


def reason_of(error: Exception) -> str:
    """What an operator may read: our own words, or the kind of error. A foreign text may quote a person."""
    text = error.message if isinstance(error, DomainError) else f"Unexpected error ({type(error).__name__})."
    return text[:REASON_LENGTH_MAX]


def wait_before(run: int) -> float:
    """Seconds before this run; the domain is told without delay the first time."""
    if run == RUNS_MAX:
        return 0.0
    return BACK_OFF_SECONDS[min(run, len(BACK_OFF_SECONDS)) - 1]
