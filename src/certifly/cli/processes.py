"""``migrate``, ``serve``, ``work`` and ``run``: the processes of an installation."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import click

from certifly.cli.answers import json_option, tell
from certifly.core.errors import DomainError

supervisor_option = click.option(
    "--supervisor", type=int, help="Id of the process that started this one; end when it does.", hidden=True
)


class CannotListen(DomainError):
    """The address to listen on is taken, or not ours."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"Cannot listen on {host}:{port}: {reason}. Choose another with --port or CERTIFLY_PORT."
        )


@click.command()
@json_option
def migrate(as_json: bool) -> None:
    """Create or upgrade the database."""
    from certifly.app.environment import load_settings
    from certifly.app.migrate import migrate_all

    tell({"revision": migrate_all(load_settings())}, as_json=as_json)


@click.command()
@click.option("--host", help="Address to listen on (CERTIFLY_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (CERTIFLY_PORT).")
@supervisor_option
def serve(host: str | None, port: int | None, supervisor: int | None) -> None:
    """Serve HTTP: the API and the public pages."""
    import uvicorn

    from certifly.app.asgi import create_app
    from certifly.app.environment import check_addresses, load_settings
    from certifly.app.migrate import require_migrated
    from certifly.web.connection import Connection

    settings = load_settings()
    check_addresses(settings)
    require_migrated(settings)
    address = (host or settings.host, port or settings.port)
    check_address_is_free(*address)
    if supervisor is not None:
        _end_with(supervisor)
    uvicorn.run(
        create_app(settings),
        host=address[0],
        port=address[1],
        loop="uvloop",
        http=Connection,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
        forwarded_allow_ips=list(settings.trusted_proxies),
    )


@click.command()
@click.option(
    "--slots", type=click.IntRange(1, 64), help="Worker processes to keep alive (CERTIFLY_WORKER_SLOTS)."
)
@click.option("--slot", help="Work as this one slot, in this process.", hidden=True)
@supervisor_option
def work(slots: int | None, slot: str | None, supervisor: int | None) -> None:
    """Produce files and send e-mails."""
    from certifly.app.environment import check_addresses, load_settings
    from certifly.app.migrate import require_migrated
    from certifly.worker.supervise import end_with_parent, stop_on_signals, supervise

    settings = load_settings()
    check_addresses(settings)
    require_migrated(settings)
    stop = stop_on_signals()
    if slot is None:
        sys.exit(supervise(_workers(settings.worker_name, slots or settings.worker_slots), stop))

    from certifly.app.working import work_as

    if supervisor is not None:
        end_with_parent(stop, parent=supervisor)
    work_as(settings, slot, stop)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (CERTIFLY_PORT).")
@click.option(
    "--demo", type=click.Path(path_type=Path), help="Keep a demo tenant, with its token in this file."
)
@click.option("--json", "as_json", is_flag=True, help="Print the demo's addresses as one JSON line.")
def run(port: int | None, demo: Path | None, as_json: bool) -> None:
    """Serve and work together.

    The database is made if it is not there. With --demo a tenant, a token, a template and a first certificate are
    made as well, once, and their addresses are printed.
    """
    _settle_addresses(port)

    # The processes started below load nearly everything themselves; this one, which they wait for, next to nothing.
    from certifly.app.environment import check_addresses, load_settings
    from certifly.db.revision import is_surely_current
    from certifly.worker.supervise import stop_on_signals, supervise

    settings = load_settings()
    check_addresses(settings)
    check_address_is_free(settings.host, settings.port)
    if not is_surely_current(settings.database_url):
        from certifly.app.migrate import is_migrated, migrate_all

        if not is_migrated(settings):
            migrate_all(settings)
    stop, demo_failed = stop_on_signals(), threading.Event()
    commands = {"web": _supervised("serve")} | _workers(settings.worker_name, settings.worker_slots)
    if demo is not None:
        from certifly.cli.demo import present

        arguments = (settings, demo, stop, demo_failed)
        threading.Thread(target=present, args=arguments, kwargs={"as_json": as_json}, daemon=True).start()
    ended = supervise(commands, stop)
    sys.exit(1 if demo_failed.is_set() else ended)


def check_address_is_free(host: str, port: int) -> None:
    """Raise CannotListen now and with a remedy, rather than from within the server."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise CannotListen(host, port, os.strerror(error.errno) if error.errno else str(error)) from error


def _settle_addresses(port: int | None) -> None:
    """What the processes that are started shall agree on, where the operator has said nothing."""
    settled = str(port or os.environ.get("CERTIFLY_PORT") or 8000)
    defaults = {
        "CERTIFLY_PUBLIC_URL": f"http://localhost:{settled}",
        # Two instances on one machine may share a database, but never a worker slot.
        "CERTIFLY_WORKER_NAME": f"port-{settled}",
    }
    os.environ["CERTIFLY_PORT"] = settled
    for name, value in defaults.items():
        if not os.environ.get(name) and not os.environ.get(f"{name}_FILE"):
            os.environ[name] = value


def _workers(name: str, slots: int) -> dict[str, Sequence[str]]:
    names = [f"{name}-{number}" for number in range(1, slots + 1)]
    return {slot: _supervised("work", "--slot", slot) for slot in names}


def _supervised(*arguments: str) -> Sequence[str]:
    """A command of ours that this process keeps alive, and that does not outlive it."""
    return (sys.executable, "-m", "certifly", *arguments, "--supervisor", str(os.getpid()))


def _end_with(supervisor: int) -> None:
    """A web process that outlives a killed supervisor would hold the port against the next one."""
    from certifly.worker.supervise import end_with_parent

    orphaned = threading.Event()
    end_with_parent(orphaned, parent=supervisor)

    def leave() -> None:
        orphaned.wait()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=leave, name="certifly-leave", daemon=True).start()
