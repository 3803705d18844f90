"""One worker process: the parts its jobs need, and the loop that performs them."""

import threading

from certifly.app.wiring import open_services
from certifly.core.settings import Settings
from certifly.worker.registry import TASKS
from certifly.worker.run import run_slot


def work_as(settings: Settings, slot: str, stop: threading.Event) -> None:
    """Perform jobs as ``slot`` until ``stop``. Raises SlotTaken when another process does so already."""
    with open_services(settings) as services:
        at_once = {"produce": settings.render_processes + 1}
        run_slot(settings.database_url, slot, TASKS, services, stop, at_once=at_once)
