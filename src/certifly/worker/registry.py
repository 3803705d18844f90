"""Every kind of job there is, and the domain functions that perform it."""

from certifly.certificates.issue import PRODUCE
from certifly.certificates.tasks import fail_produce, run_produce
from certifly.delivery.email.queue import SEND
from certifly.delivery.email.tasks import fail_send, run_send
from certifly.worker.task import Task

TASKS = {
    PRODUCE: Task(run=run_produce, failed=fail_produce),
    SEND: Task(run=run_send, failed=fail_send),
}
