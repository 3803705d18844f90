"""``migrate``, ``serve``, ``work`` and ``run``: the processes of an installation."""

import json
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import click

SERVE = ("-m", "certifly", "serve")
WORK = ("-m", "certifly", "work", "--slot")
GIVE_UP_EXIT = 78


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
def migrate(as_json: bool) -> None:
    """Create or upgrade the database."""
    from certifly.app.migrate import migrate_all
    from certifly.app.wiring import load_settings

    revision = migrate_all(load_settings())
    click.echo(json.dumps({"revision": revision}) if as_json else f"The database is at revision {revision}.")


@click.command()
@click.option("--host", help="Address to listen on (CERTIFLY_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (CERTIFLY_PORT).")
def serve(host: str | None, port: int | None) -> None:
    """Serve HTTP: the API and the public pages."""
    import uvicorn

    from certifly.app.asgi import create_app
    from certifly.app.migrate import require_migrated
    from certifly.app.wiring import load_settings

    settings = load_settings()
    require_migrated(settings)
    uvicorn.run(
        create_app(settings),
        host=host or settings.host,
        port=port or settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


@click.command()
@click.option(
    "--slots", type=click.IntRange(1, 64), help="Worker processes to keep alive (CERTIFLY_WORKER_SLOTS)."
)
@click.option("--slot", help="Work as this one slot, in this process.", hidden=True)
def work(slots: int | None, slot: str | None) -> None:
    """Produce files and send e-mails."""
    from certifly.app.migrate import require_migrated
    from certifly.app.wiring import load_settings
    from certifly.worker.run import stop_on_signals
    from certifly.worker.supervise import end_with_parent, supervise

    settings = load_settings()
    require_migrated(settings)
    stop = stop_on_signals()
    if slot is None:
        sys.exit(supervise(_workers(settings.worker_name, slots or settings.worker_slots), stop))

    from certifly.app.working import work_as

    end_with_parent(stop)
    work_as(settings, slot, stop)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (CERTIFLY_PORT).")
@click.option(
    "--demo", type=click.Path(path_type=Path), help="Keep a demo tenant, with its token in this file."
)
@click.option("--json", "as_json", is_flag=True, help="Print the demo's addresses as one JSON line.")
def run(port: int | None, demo: Path | None, as_json: bool) -> None:
    """Serve and work together, on a database that is made if it is not there."""
    if port is not None:
        os.environ["CERTIFLY_PORT"] = str(port)
    settled_port = os.environ.get("CERTIFLY_PORT") or "8000"
    os.environ.setdefault("CERTIFLY_PUBLIC_URL", f"http://localhost:{settled_port}")
    # Two instances on one machine may share a database, but never a worker slot.
    os.environ.setdefault("CERTIFLY_WORKER_NAME", f"port-{settled_port}")

    from certifly.app.migrate import is_migrated, migrate_all
    from certifly.app.wiring import load_settings
    from certifly.worker.run import stop_on_signals
    from certifly.worker.supervise import supervise

    settings = load_settings()
    if not is_migrated(settings):
        migrate_all(settings)
    stop = stop_on_signals()
    commands = {"web": (sys.executable, *SERVE)} | dict(_workers(settings.worker_name, settings.worker_slots))
    if demo is not None:
        from certifly.cli.demo import present

        threading.Thread(
            target=present, args=(settings, demo, stop), kwargs={"as_json": as_json}, daemon=True
        ).start()
    sys.exit(supervise(commands, stop))


def _workers(name: str, slots: int) -> Mapping[str, tuple[str, ...]]:
    return {f"{name}-{number}": (sys.executable, *WORK, f"{name}-{number}") for number in range(1, slots + 1)}
