"""Every kind of job there is, and the domain functions that perform it."""

from certifly.certificates.issue import PRODUCE
from certifly.certificates.shred import SHRED
from certifly.certificates.sign_anew import RENEW
from certifly.certificates.tasks import (
    fail_produce,
    fail_renew,
    fail_shred,
    run_produce,
    run_renew,
    run_shred,
)
from certifly.delivery.email.queue import SEND
from certifly.delivery.email.tasks import fail_send, run_send
from certifly.worker.task import Task

TASKS = {
    PRODUCE: Task(run=run_produce, failed=fail_produce),
    RENEW: Task(run=run_renew, failed=fail_renew),
    SHRED: Task(run=run_shred, failed=fail_shred),
    SEND: Task(run=run_send, failed=fail_send),
}
