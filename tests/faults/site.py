"""An installation whose web and worker are real processes that a test may kill at any moment."""

import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httpx

from certifly.app.migrate import migrate_all
from certifly.certificates.models import RENDERED, Certificate, Edition
from certifly.core.settings import Settings
from certifly.credentials.models import SigningKey
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import SENT, Email
from certifly.jobs.engine import create_jobs_engine
from certifly.jobs.queue import client_of
from certifly.storage.blobs import open_store
from tests.cast import SECRET_KEY
from tests.live import Caller, Installation, await_answer, environment_for, free_port
from tests.mail_server import Inbox

LAUNCHER = Path(__file__).with_name("launcher.py")
SERVE = ("serve",)
WORK = ("work", "--slot", "one")
SETTLE_SECONDS = 120.0

Process = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Site:
    """A folder with everything an installation keeps, and how to start its processes."""

    folder: Path
    port: int
    mail_port: int

    @property
    def database_url(self) -> str:
        """The SQLite database."""
        return f"sqlite:///{self.folder}/certifly.db"

    def start(self, command: tuple[str, ...], *, fault_at: str = "", commits: Path | None = None) -> Process:
        """Start web or worker, through the launcher when it is to kill itself or to count its commits."""
        environment = environment_for(
            self.folder, self.database_url, self.port, mail_url=f"smtp://127.0.0.1:{self.mail_port}"
        )
        program = ["-m", "certifly"]
        if fault_at or commits:
            program = [str(LAUNCHER)]
            environment |= {"FAULT_AT": fault_at, "FAULT_COMMITS": str(commits or "")}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *program, *command], env=environment, stdout=log, stderr=log
            )

    @contextmanager
    def running(self, command: tuple[str, ...], **options: Any) -> Iterator[Process]:
        """A process that is killed, if it still lives, at the end of the block."""
        process = self.start(command, **options)
        try:
            yield process
        finally:
            kill(process)

    @contextmanager
    def calling(self, caller: Caller | None = None) -> Iterator[Caller]:
        """A tenant of this installation, new or the one that ``caller`` is in the installation it was copied from."""
        base_url = f"http://127.0.0.1:{self.port}"
        installation = Installation(base_url, self.database_url, {}, self.folder / "log")
        try:
            if caller is None:
                yield installation.new_tenant()
            else:
                yield replace(caller, http=installation.client(caller.token))
        finally:
            installation.close_clients()

    def await_web(self, process: Process) -> None:
        """Wait until the web process answers."""
        await_answer(f"http://127.0.0.1:{self.port}/healthz", process, self.folder / "log")

    def copy(self, folder: Path, *, mail_port: int) -> "Site":
        """The same installation in another folder; its processes must not run."""
        shutil.copytree(self.folder, folder)
        return Site(folder, free_port(), mail_port)

    def open_jobs(self) -> dict[str, str]:
        """Jobs that have not succeeded (yet), with their status."""
        engine = create_jobs_engine(self.database_url, connections_max=1)
        statuses = ["ENQUEUED", "PENDING", "DELAYED", "ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "CANCELLED"]
        jobs = client_of(engine).list_workflows(status=statuses, load_input=False, load_output=False)
        engine.dispose()
        return {job.workflow_id: job.status for job in jobs}


def make_site(folder: Path, *, mail_port: int) -> Site:
    """A migrated installation without a tenant."""
    site = Site(folder, free_port(), mail_port)
    migrate_all(Settings(database_url=site.database_url, secret_key=SECRET_KEY))
    return site


def kill(process: Process) -> None:
    """End a process as a power cut would."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def issue(caller: Caller, template_id: int, number: int) -> httpx.Response:
    """Ask for certificate ``number``, mailed to an address that is its own; the same key every time."""
    body = {
        "template_id": template_id,
        "data": {"Student Name": f"Ada {number}", "Email": f"ada-{number}@example.org"},
        "send_email": True,
    }
    return caller.http.post(
        "/api/v1/certificates", json=body, headers={"Idempotency-Key": f"certificate-{number}"}
    )


@dataclass(frozen=True)
class Ledger:
    """What an installation has in the end."""

    certificates: list[Certificate]
    emails: list[Email]
    editions: list[Edition]
    key_ids: set[str]
    lost_files: list[int]
    """Certificates whose PDF cannot be read, or is not the one that was signed."""


def read_ledger(site: Site, tenant_id: int) -> Ledger:
    """Read everything of a tenant from its database and its files."""
    blobs = open_store(str(site.folder / "files"))

    def work(db: TenantDB) -> tuple[list[Certificate], list[Email], list[Edition], set[str]]:
        return db.find(Certificate), db.find(Email), db.find(Edition), {key.id for key in db.find(SigningKey)}

    database = Database(site.database_url)
    certificates, emails, editions, key_ids = database.read(tenant_id, work).result()
    database.close()
    signed = {(edition.certificate_id, edition.pdf_digest) for edition in editions}
    lost = [
        certificate.id
        for certificate in certificates
        if certificate.pdf_digest is None
        or (certificate.id, certificate.pdf_digest) not in signed
        or not blobs.get(tenant_id, certificate.pdf_digest, ".pdf").startswith(b"%PDF")
    ]
    return Ledger(certificates, emails, editions, key_ids, lost)


def await_settled(site: Site, tenant_id: int, *, emails: int) -> None:
    """Wait until every job has succeeded and so many e-mails are sent; say what is not when that takes too long."""
    deadline = time.monotonic() + SETTLE_SECONDS

    def work(db: TenantDB) -> tuple[list[int], int]:
        unrendered = db.find(Certificate, Certificate.state != RENDERED)
        return [certificate.id for certificate in unrendered], len(db.find(Email, Email.status == SENT))

    database = Database(site.database_url)
    try:
        while True:
            unrendered, sent = database.read(tenant_id, work).result()
            jobs = site.open_jobs()
            if not unrendered and not jobs and sent == emails:
                return
            assert time.monotonic() < deadline, f"{unrendered=} {sent=} {jobs=} {site.folder}"
            time.sleep(0.05)
    finally:
        database.close()


def message_ids(inbox: Inbox) -> Mapping[str, Counter[str]]:
    """For every recipient, the Message-IDs that reached the mail server and how often each did."""
    found: dict[str, Counter[str]] = {}
    for message in list(inbox.messages):
        headers = message_from_bytes(message.content)
        found.setdefault(message.recipient, Counter())[str(headers["Message-ID"])] += 1
    return found


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Return when it is so; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)
