"""Look at what certificates are made with: database, files, mail server, fonts, renderers, workers.

Each look is one function that returns what it found and raises nothing for the sake of the part it looks at.
"""

import time
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from certifly.app.checkup.finding import Finding, State
from certifly.app.migrate import DatabaseNewer, NotMigrated, refuse_newer
from certifly.core.clock import isoformat
from certifly.core.errors import DomainError
from certifly.core.settings import Settings
from certifly.db.engine import create_engine
from certifly.db.migrate import revision_of
from certifly.db.revision import newest_revision
from certifly.delivery.email.server import read_mail_url
from certifly.delivery.email.smtp import Mailer
from certifly.jobs.engine import create_jobs_engine
from certifly.jobs.queue import client_of
from certifly.rendering.fit import fit
from certifly.rendering.fonts import FontsUnusable, font_book
from certifly.rendering.job import RenderJob
from certifly.rendering.layout import Layout
from certifly.rendering.pool import RenderPool
from certifly.storage.blobs import open_store
from certifly.storage.errors import StorageError
from certifly.worker.slot import SESSION_NAME, SlotTaken, take_slot

JOB_WAIT_SECONDS = 60.0
"""A job that has been due for longer waits for a worker that is not there, or cannot keep up."""
BROKEN_JOBS_LISTED_MAX = 5
SAMPLE = Layout.model_validate(
    {
        "page": {"width": 100, "height": 50},
        "elements": [
            {"type": "text", "text": "Ada", "x": 5, "y": 5, "width": 60, "height": 20, "font": "EB Garamond"}
            | {"size": 24},
            {"type": "qr", "x": 70, "y": 5, "width": 20, "height": 20, "alt": "Check"},
        ],
    }
)


def look_at_public_url(settings: Settings) -> Finding:
    """Whether the address that is printed into QR codes can be reached from anywhere else."""
    if is_this_machine(settings.public_url):
        message = (
            f"{settings.public_url} leads nowhere from any other machine, and QR codes carry it for ever. "
            "Set CERTIFLY_PUBLIC_URL before the first certificate that counts."
        )
        return Finding("public address", "note", message)
    return Finding("public address", "well", f"QR codes lead to {settings.public_url}.")


def is_this_machine(public_url: str) -> bool:
    """Whether an address leads to the machine it is opened on, wherever that is."""
    return urlsplit(public_url).hostname in ("localhost", "127.0.0.1", "::1")


def look_at_proxy(settings: Settings) -> Finding:
    """Whether visitors can be told apart: with https a proxy is in front, whose word on who called must count."""
    proxies = ", ".join(settings.trusted_proxies)
    is_https = urlsplit(settings.public_url).scheme == "https"
    is_local = settings.host in ("127.0.0.1", "::1", "localhost")
    trusts_others = any(not ip_network(one).is_loopback for one in settings.trusted_proxies)
    if is_https and not trusts_others and not (is_local and proxies):
        message = (
            "CERTIFLY_PUBLIC_URL is https, so a proxy is in front of this server, but no proxy on another machine is "
            "trusted to say who called. Behind such a proxy, all visitors share the limits of one address. Name it in "
            "CERTIFLY_TRUSTED_PROXIES."
        )
        return Finding("proxy", "note", message)
    return Finding(
        "proxy", "well", f"Trusted to say who called: {proxies}." if proxies else "None is trusted."
    )


def look_at_database(settings: Settings) -> Finding:
    """Whether the database is there, has our tables, and keeps tenants apart."""
    url = sa.make_url(settings.database_url)
    # Opening an SQLite database that is not there would make an empty one.
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return Finding("database", "trouble", f"There is none at {url.database}. Make it: certifly migrate")
    engine = create_engine(settings.database_url, writes=False, connections_max=1)
    try:
        with engine.connect() as connection:
            revision = revision_of(connection)
            where = _description(connection)
            refuse_newer(revision)
            if revision != newest_revision():
                return Finding("database", "trouble", f"{where}: {NotMigrated().message}")
            fault = _role_fault(connection) if connection.dialect.name == "postgresql" else None
    except DatabaseNewer as error:
        return Finding("database", "trouble", error.message)
    finally:
        engine.dispose()
    if fault is not None:
        return Finding("database", "trouble", f"{where}: {fault}")
    return Finding("database", "well", f"{where}, at revision {revision}.")


def _description(connection: sa.Connection) -> str:
    if connection.dialect.name == "sqlite":
        path = Path(str(connection.engine.url.database))
        return f"SQLite, {path} ({path.stat().st_size / 1e6:.1f} MB)"
    version = connection.exec_driver_sql("SHOW server_version").scalar_one()
    user, name = connection.exec_driver_sql("SELECT current_user, current_database()").one()
    return f"PostgreSQL {version}, database {name} as {user}"


def _role_fault(connection: sa.Connection) -> str | None:
    """Row-level security keeps tenants apart, unless the role stands above it."""
    query = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    if connection.exec_driver_sql(query).scalar_one():
        return (
            "this role is not bound by row-level security (superuser or BYPASSRLS). Serve as a role of its own, "
            "and give the owner in CERTIFLY_DATABASE_OWNER_URL to certifly migrate."
        )
    return None


def look_at_files(settings: Settings) -> Finding:
    """Whether files can be written, read back and deleted."""
    try:
        store = open_store(settings.files_url)
        store.check()
    except (StorageError, DomainError) as error:
        return Finding("files", "trouble", error.message)
    return Finding("files", "well", f"{store.description}: written, read and deleted.")


def look_at_mail(settings: Settings) -> Finding:
    """Whether a mail server is configured and lets us in. Nothing is sent."""
    if settings.mail_url is None:
        message = "No mail server is configured (CERTIFLY_MAIL_URL): e-mails wait in the outbox."
        return Finding("mail", "note", message)
    try:
        server = read_mail_url(settings.mail_url)
    except DomainError as error:
        return Finding("mail", "trouble", error.message)
    mailer = Mailer(server, our_host=urlsplit(settings.public_url).hostname or "localhost")
    try:
        outcome = mailer.check()
    finally:
        mailer.close()
    state: State = "well" if outcome.kind == "accepted" else "trouble"
    return Finding("mail", state, outcome.reply)


def look_at_fonts(settings: Settings) -> Finding:
    """Whether the shipped fonts, and the operator's, can be used."""
    try:
        book = font_book(settings.fonts_dir)
    except FontsUnusable as error:
        return Finding("fonts", "trouble", str(error))
    more = f", with those of {settings.fonts_dir}" if settings.fonts_dir else ""
    return Finding("fonts", "well", f"{len(book.families)} families{more}.")


def look_at_rendering(settings: Settings) -> Finding:
    """Whether a render process starts and draws, within the limits that are set."""
    job = RenderJob(
        layout=SAMPLE,
        fitting=fit(SAMPLE, {}, fonts_dir=settings.fonts_dir),
        assets={},
        title="Checkup",
        language="en",
        author="Certifly",
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
        check_url=settings.public_url,
    )
    begun = time.monotonic()
    try:
        with RenderPool(
            1, settings.render_timeout_seconds, settings.render_memory_mb, fonts_dir=settings.fonts_dir
        ) as pool:
            size = len(pool.render(job, "pdf"))
    except DomainError as error:
        return Finding("rendering", "trouble", error.message)
    return Finding("rendering", "well", f"Drew a PDF of {size} bytes in {time.monotonic() - begun:.1f} s.")


def look_at_workers(settings: Settings, *, now: datetime) -> Finding:
    """Whether jobs are performed: who works, what waits, and what was given up."""
    working = _slots_at_work(settings)
    engine = create_jobs_engine(settings.database_url, connections_max=1)
    client = client_of(engine)
    try:
        waiting = client.list_workflows(status="ENQUEUED", limit=1, load_input=False, load_output=False)
        broken = client.list_workflows(
            status="ERROR", limit=BROKEN_JOBS_LISTED_MAX, sort_desc=True, load_input=False, load_output=False
        )
    finally:
        client.destroy()
        engine.dispose()

    at_work = f"{working} worker slot{'s' if working != 1 else ''} at work."
    since = min((job.created_at for job in waiting if job.created_at is not None), default=None)
    if since is not None and now.timestamp() - since / 1000 > JOB_WAIT_SECONDS:
        moment = isoformat(datetime.fromtimestamp(since / 1000, UTC))
        remedy = "Start one: certifly work" if not working else "More slots may help: CERTIFLY_WORKER_SLOTS"
        return Finding("workers", "trouble", f"{at_work} Jobs have been waiting since {moment}. {remedy}")
    if broken:
        message = f"{at_work} Jobs were given up after every attempt; the log says why. See the details."
        return Finding("workers", "trouble", message, tuple(job.workflow_id for job in broken))
    if not working:
        return Finding("workers", "note", f"{at_work} Start one: certifly work, or certifly run")
    return Finding("workers", "well", f"{at_work} Nothing waits for long.")


def _slots_at_work(settings: Settings) -> int:
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        prefix = f"{Path(str(url.database)).name}-slot-"
        locks = Path(str(url.database)).parent.glob(f"{prefix}*.lock")
        return sum(_is_held(settings, lock.name.removeprefix(prefix).removesuffix(".lock")) for lock in locks)
    engine = create_engine(settings.database_url, writes=False, connections_max=1)
    try:
        with engine.connect() as connection:
            query = (
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' "
                "AND granted AND datname = current_database() AND starts_with(application_name, :name)"
            )
            return int(connection.execute(sa.text(query), {"name": SESSION_NAME}).scalar_one())
    finally:
        engine.dispose()


def _is_held(settings: Settings, slot: str) -> bool:
    try:
        take_slot(settings.database_url, slot).release()
    except SlotTaken:
        return True
    return False
