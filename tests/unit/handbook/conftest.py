"""A handbook of an installation that lives below a path, as behind a proxy that serves other things too."""

import pytest

from certifly.app.asgi import describe
from certifly.core.settings import Settings
from certifly.handbook.contents import Handbook
from certifly.handbook.facts import Installation
from tests.cast import SECRET_KEY

PUBLIC_URL = "https://certificates.example.org/gateway"


@pytest.fixture(scope="session")
def handbook() -> Handbook:
    """Every page there is."""
    return Handbook(
        Installation(PUBLIC_URL, describe(Settings(secret_key=SECRET_KEY, public_url=PUBLIC_URL)))
    )
