"""Hang the public door into the application."""

from fastapi import FastAPI

from certifly.public import check, downloads, health, landing
from certifly.public.pictures import Pictures
from certifly.public.waiting import WaitingRoom

PUBLIC_ROUTERS = (check.router, downloads.router, landing.router, health.router)


def install_public(app: FastAPI) -> None:
    """Add every public address, and what their requests share within one process."""
    app.state.waiting_room = WaitingRoom()
    app.state.pictures = Pictures()
    for router in PUBLIC_ROUTERS:
        app.include_router(router)
