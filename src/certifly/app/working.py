"""One worker process: the parts its jobs need, and the loop that performs them."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from certifly.app.wiring import open_parts
from certifly.certificates.issue import PRODUCE
from certifly.certificates.mail_facts import read_facts
from certifly.certificates.produce import produce_lost
from certifly.core.clock import utc_now
from certifly.core.settings import Settings
from certifly.credentials.keyring import Keyring
from certifly.credentials.timestamps import TimeStamps
from certifly.db.database import Database
from certifly.delivery.email.compose import host_of
from certifly.delivery.email.queue import release_held
from certifly.delivery.email.send import ReadFacts, RestorePDF, Sender
from certifly.delivery.email.server import read_mail_url
from certifly.delivery.email.smtp import Mailer
from certifly.jobs.naming import queue_of
from certifly.rendering.pool import RenderPool
from certifly.storage.blobs import BlobStore
from certifly.tenants.tenants import list_tenants
from certifly.worker.forget import Forgetting
from certifly.worker.registry import TASKS
from certifly.worker.run import run_slot

log = logging.getLogger(__name__)

PRODUCED_AT_ONCE = 8
"""Certificates in production per render process: one is drawn while others are read, stored and claimed."""


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """What the jobs work with; each domain says in a protocol of its own which of it it needs."""

    settings: Settings
    database: Database
    blobs: BlobStore
    renderers: RenderPool
    keyring: Keyring
    timestamps: TimeStamps | None
    mailer: Mailer | None
    sender: Sender
    read_facts: ReadFacts = field(default=read_facts)
    restore_pdf: RestorePDF = field(default=produce_lost)


def work_as(settings: Settings, slot: str, stop: threading.Event) -> None:
    """Perform jobs as ``slot`` until ``stop``. Raises SlotTaken when another process does so already."""
    with open_context(settings) as context:
        if context.mailer is not None:
            release_outbox(context.database)
        at_once = {queue_of(PRODUCE): PRODUCED_AT_ONCE * settings.render_processes}
        forgetting = Forgetting(context.database)
        run_slot(
            settings.database_url,
            slot,
            TASKS,
            context,
            stop,
            at_once=at_once,
            each_round=lambda: forgetting.go_on(now=utc_now()),
        )


@contextmanager
def open_context(settings: Settings) -> Iterator[WorkerContext]:
    """Everything jobs need; closed in the reverse order."""
    host = host_of(settings.public_url)
    mailer = Mailer(read_mail_url(settings.mail_url), our_host=host) if settings.mail_url else None
    try:
        with open_parts(settings) as parts:
            yield WorkerContext(
                settings=settings,
                database=parts.database,
                blobs=parts.blobs,
                renderers=parts.renderers,
                keyring=parts.keyring,
                timestamps=TimeStamps.from_settings(
                    settings.timestamp_url, settings.pdf_signature_level, settings.timestamp_roots
                ),
                mailer=mailer,
                sender=Sender(settings.mail_from, host, settings.email_retry_seconds),
            )
    finally:
        if mailer is not None:
            mailer.close()


def release_outbox(database: Database) -> None:
    """A mail server is configured now: let go of what waited for one."""
    released = 0
    for tenant in database.read_directory(list_tenants).result():
        while count := database.write(tenant.id, lambda db: release_held(db, now=utc_now())).result():
            released += count
    if released:
        log.info("outbox_released", extra={"facts": {"emails": released}})
