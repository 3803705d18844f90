"""Find jobs that nobody is working on although they are marked as begun, and put them back.

Three ways lead there: their worker was killed (its slot's lock is free), the database failed between
claiming and starting them, or they have killed their worker so often that DBOS set them aside. Besides,
finished jobs are forgotten after a while.
"""

import logging
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from certifly.core.clock import isoformat
from certifly.jobs.naming import Arguments, queue_of
from certifly.worker.perform import RUNS_MAX, Performer
from certifly.worker.slot import SlotTaken, take_slot

if TYPE_CHECKING:
    from dbos import WorkflowStatus

log = logging.getLogger(__name__)

RECOVERIES_MAX = 20
"""Times a job may be begun by a worker that then dies, before it is taken for the cause."""
STRAY_SECONDS = 60.0
"""How long a job may be marked as ours without being under way, before it is put back."""
KEEP_DONE = timedelta(days=1)
KEEP_ERRORS = timedelta(days=30)
PURGE_BATCH = 1000
LIST_MAX = 10_000
"""More jobs than all slots together can have begun."""
KILLER_REASON = "The worker ended each time this was tried."


class Sweeper:
    """Does the rounds for one slot."""

    def __init__(self, database_url: str, slot: str, performer: Performer) -> None:
        self._database_url = database_url
        self._slot = slot
        self._performer = performer
        self._strays: dict[str, float] = {}

    def sweep(self) -> None:
        """One round; each slot does them, and they do not get into each other's way."""
        begun = _list("PENDING")
        self.recover_orphans({job.executor_id for job in begun if job.executor_id} - {self._slot})
        self.put_back_strays({job.workflow_id: job.name for job in begun if job.executor_id == self._slot})
        self.give_up_killers()

    def recover_orphans(self, slots: set[str]) -> None:
        """Put the jobs of every dead slot back into their queues."""
        from dbos import DBOS

        for slot in sorted(slots):
            try:
                lock = take_slot(self._database_url, slot)
            except SlotTaken:
                continue
            with lock:  # nobody can begin to work as this slot while its jobs are moved
                # Not the public resume_workflows: that forgets how often a job was begun before.
                recovered = DBOS._recover_pending_workflows([slot])
            log.warning("jobs_recovered", extra={"facts": {"slot": slot, "jobs": len(recovered)}})

    def put_back_strays(self, ours: dict[str, str], *, now: float | None = None) -> None:
        """Put back jobs that have been marked as ours for long without being under way."""
        from dbos import DBOS

        moment = time.monotonic() if now is None else now
        idle = ours.keys() - self._performer.under_way
        self._strays = {job: self._strays.get(job, moment) for job in idle}
        for job, since in self._strays.items():
            if moment - since >= STRAY_SECONDS:
                log.warning("job_stray", extra={"facts": {"job": job}})
                DBOS.resume_workflow(job, queue_name=queue_of(ours[job]))

    def give_up_killers(self) -> None:
        """Tell the domains of jobs that were set aside for killing their workers."""
        from dbos import DBOS

        for job in _list("MAX_RECOVERY_ATTEMPTS_EXCEEDED", inputs=True):
            assert job.input is not None
            arguments = Arguments(*job.input["args"])
            if arguments.run >= RUNS_MAX:
                log.critical("job_abandoned", extra={"facts": {"job": job.workflow_id}})
            else:
                log.error("job_killed_workers", extra={"facts": {"job": job.workflow_id}})
                self._performer.put_back(job.name, arguments._replace(run=RUNS_MAX, reason=KILLER_REASON))
            DBOS.delete_workflow(job.workflow_id)


def purge(*, now: datetime) -> int:
    """Forget jobs that finished long ago; returns how many."""
    return _purge(["SUCCESS", "CANCELLED"], now - KEEP_DONE) + _purge(["ERROR"], now - KEEP_ERRORS)


def _purge(statuses: list[str], before: datetime) -> int:
    from dbos import DBOS

    purged = 0
    while True:
        jobs = DBOS.list_workflows(
            status=statuses,
            completed_before=isoformat(before),
            limit=PURGE_BATCH,
            load_input=False,
            load_output=False,
        )
        if jobs:
            DBOS.delete_workflows([job.workflow_id for job in jobs])
        purged += len(jobs)
        if len(jobs) < PURGE_BATCH:
            return purged


def _list(status: str, *, inputs: bool = False) -> "list[WorkflowStatus]":
    from dbos import DBOS

    return DBOS.list_workflows(status=status, limit=LIST_MAX, load_input=inputs, load_output=False)
