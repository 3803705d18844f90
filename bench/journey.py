"""The whole way of 2,000 certificates through one worker process: to the PDF stored, and to the mail accepted.

``./dev bench journey``: the certificates are issued first, with the worker stopped; then it starts, and the
clock runs from its first rendered certificate to its last, beside the same certificates rendered and nothing else.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.installation import Bench, await_port, bench_installation, process
from bench.load import http_request, run_load
from certifly.certificates.draw import make_job, with_pictures
from certifly.certificates.models import FAILED, RENDERED, Certificate
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import SENT, Email
from certifly.rendering.job import RenderJob
from certifly.rendering.pool import RenderPool
from certifly.storage.blobs import open_store
from certifly.templates.queries import get_version
from tests.cast import template_document
from tests.live import free_port

CERTIFICATES = 2_000
SAMPLES = 300
LOOK_SECONDS = 0.1


class Counting:
    """A mail server that takes everything and counts it."""

    def __init__(self) -> None:
        self.accepted = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Accept a message."""
        self.accepted += 1
        return "250 OK"


def issue(bench: Bench, *, count: int, send_email: bool) -> None:
    """Issue so many certificates through the published call, each to another person."""
    template_id = bench.templates[0]

    def request(number: int) -> bytes:
        data = {
            "Student Name": f"Ada Lovelace {number}",
            "Course": "Notes",
            "Email": f"ada{number}@example.org",
        }
        body = json.dumps({"template_id": template_id, "data": data, "send_email": send_email}).encode()
        return http_request("POST", "/api/v1/certificates", token=bench.token, body=body)

    load = run_load(bench.settings.port, request, answers=count, connections=16)
    assert set(load.statuses) == {201}, load.statuses


def follow(database: Database, tenant_id: int, model: Any, reached: Any, *, count: int) -> float:
    """Seconds from the first of ``count`` rows that reached a state to the last."""
    query = sa.select(sa.func.count()).select_from(model).where(reached)
    started = 0.0
    while True:
        done = database.read(tenant_id, lambda db: db.connection.execute(query).scalar_one()).result()
        if done and not started:
            started = time.perf_counter()
        if done >= count:
            return time.perf_counter() - started
        time.sleep(LOOK_SECONDS)


def rendering_alone(bench: Bench, database: Database) -> float:
    """Certificates a second through one render process, with everything else left out."""
    jobs = jobs_of(bench, database, SAMPLES)
    with RenderPool(1, 60, 1024) as pool:
        for job in jobs[:50]:
            pool.render(job, "pdf")
        started = time.perf_counter()
        for job in jobs:
            pool.render(job, "pdf")
        return len(jobs) / (time.perf_counter() - started)


def jobs_of(bench: Bench, database: Database, count: int) -> list[Any]:
    """The render jobs of the first certificates."""

    def work(db: TenantDB) -> list[Any]:
        return [_job(db, c) for c in db.find(Certificate, order_by=[Certificate.id], limit=count)]

    blobs = open_store(bench.settings.files_url)
    jobs = database.read(bench.tenant_id, work).result()
    return [with_pictures(job, blobs, tenant_id=bench.tenant_id) for job in jobs]


def steps(bench: Bench, database: Database) -> dict[str, float]:
    """Milliseconds of each part of producing one certificate, one after the other."""
    blobs = open_store(bench.settings.files_url)
    jobs = jobs_of(bench, database, SAMPLES)
    taken: dict[str, list[float]] = {}

    def clock(name: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        result = work()
        taken.setdefault(name, []).append((time.perf_counter() - started) * 1000)
        return result

    def read(number: int) -> Any:
        return database.read(bench.tenant_id, partial(_job_of, number)).result()

    def record() -> Any:
        return database.write(bench.tenant_id, lambda db: db.next_id("bench")).result()

    with RenderPool(1, 60, 1024) as pool:
        for number, job in enumerate(jobs, start=1):
            clock("read the row", partial(read, number))
            pdf = clock("render", partial(pool.render, job, "pdf"))
            clock("store (fsync)", partial(blobs.put, bench.tenant_id, pdf, ".pdf"))
            clock("record (commit)", record)
    return {name: statistics.median(values) for name, values in taken.items()}


def _job_of(number: int, db: TenantDB) -> Any:
    certificate = db.get(Certificate, number)
    assert certificate is not None, "it was issued"
    return _job(db, certificate)


def _job(db: TenantDB, certificate: Certificate) -> RenderJob:
    document = get_version(db, certificate.template_id, certificate.template_version).document
    return make_job(certificate, document)


def main() -> None:
    """Measure with and without e-mail."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CERTIFICATES
    mail_server = Counting()
    controller = Controller(mail_server, hostname="127.0.0.1", port=free_port())
    controller.start()
    mail_url = f"smtp://127.0.0.1:{controller.port}"
    for title, send_email in (("201 to PDF stored", False), ("201 to mail accepted", True)):
        with bench_installation([template_document()], mail_url=mail_url) as bench:
            with process(["-m", "certifly", "serve"], bench.environment):
                await_port(bench.settings.port)
                issue(bench, count=count, send_email=send_email)
            database = bench.open()
            with process(["-m", "certifly", "work", "--slots", "1"], bench.environment):
                model, reached = (
                    (Email, Email.status == SENT)
                    if send_email
                    else (Certificate, Certificate.state == RENDERED)
                )
                seconds = follow(database, bench.tenant_id, model, reached, count=count)
            failed = database.read(
                bench.tenant_id, lambda db: len(db.find(Certificate, Certificate.state == FAILED))
            )
            assert not failed.result(), "certificates failed"
            alone = rendering_alone(bench, database)
            print(
                f"{title:22} {count / seconds:6.0f}/s   rendering alone {alone:6.0f}/s"
                f"   ratio {count / seconds / alone:.2f}",
                flush=True,
            )
            if not send_email:
                for name, milliseconds in steps(bench, database).items():
                    print(f"    {name:18} {milliseconds:6.2f} ms")
            database.close()
    print(f"the mail server accepted {mail_server.accepted} messages")
    controller.stop()


if __name__ == "__main__":
    main()
