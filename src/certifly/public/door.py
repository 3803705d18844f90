"""Hang the public door into the application."""

from fastapi import FastAPI

from certifly.core.settings import Settings
from certifly.public import (
    check,
    check_upload,
    credential_downloads,
    downloads,
    health,
    issuers,
    landing,
    status_lists,
)
from certifly.public.answers import error_page
from certifly.public.check_upload import Uploads
from certifly.public.pictures import Pictures
from certifly.public.status_lists import StatusLists
from certifly.public.waiting import WaitingRoom
from certifly.verification.inspector import Inspector

PUBLIC_ROUTERS = (
    check.router,
    check_upload.router,
    downloads.router,
    credential_downloads.router,
    issuers.router,
    status_lists.router,
    landing.router,
    health.router,
)


def install_public(app: FastAPI, settings: Settings) -> None:
    """Add every public address, and what their requests share within one process."""
    app.state.waiting_room = WaitingRoom()
    app.state.pictures = Pictures(settings.render_processes)
    app.state.status_lists = StatusLists()
    app.state.uploads = Uploads(inspector=Inspector(timestamp_roots=settings.timestamp_roots))
    app.state.error_page = error_page
    for router in PUBLIC_ROUTERS:
        app.include_router(router)
