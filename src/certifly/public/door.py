"""Hang the public door into the application."""

from fastapi import FastAPI

from certifly.public import check, credential_downloads, downloads, health, issuers, landing, status_lists
from certifly.public.pictures import Pictures
from certifly.public.status_lists import StatusLists
from certifly.public.waiting import WaitingRoom

PUBLIC_ROUTERS = (
    check.router,
    downloads.router,
    credential_downloads.router,
    issuers.router,
    status_lists.router,
    landing.router,
    health.router,
)


def install_public(app: FastAPI) -> None:
    """Add every public address, and what their requests share within one process."""
    app.state.waiting_room = WaitingRoom()
    app.state.pictures = Pictures()
    app.state.status_lists = StatusLists()
    for router in PUBLIC_ROUTERS:
        app.include_router(router)
