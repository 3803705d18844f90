"""One worker process: the parts its jobs need, and the loop that performs them."""

import threading

from certifly.app.wiring import open_services
from certifly.certificates.issue import PRODUCE
from certifly.core.settings import Settings
from certifly.jobs.naming import queue_of
from certifly.worker.registry import TASKS
from certifly.worker.run import run_slot

PRODUCED_AT_ONCE = 8
"""Certificates in production per render process: one is drawn while others are read, stored and claimed."""


def work_as(settings: Settings, slot: str, stop: threading.Event) -> None:
    """Perform jobs as ``slot`` until ``stop``. Raises SlotTaken when another process does so already."""
    with open_services(settings) as services:
        at_once = {queue_of(PRODUCE): PRODUCED_AT_ONCE * settings.render_processes}
        run_slot(settings.database_url, slot, TASKS, services, stop, at_once=at_once)
