"""Hang the handbook into the application."""

from fastapi import FastAPI

from certifly.handbook import routes, search_route
from certifly.handbook.contents import Handbook
from certifly.handbook.facts import Installation
from certifly.handbook.shelf import Shelf

HANDBOOK_ROUTERS = (search_route.router, routes.router)


def install_handbook(app: FastAPI, installation: Installation) -> None:
    """Add every address of the handbook. Its pages are made when somebody first reads them."""
    app.state.handbook = Shelf(Handbook(installation))
    for router in HANDBOOK_ROUTERS:
        app.include_router(router)
