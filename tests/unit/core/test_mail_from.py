"""The address that e-mails come from is checked at the start."""

import pytest

from certifly.core.settings import Settings, SettingsInvalid

SECRET = {"CERTIFLY_SECRET_KEY": "k" * 32}


@pytest.mark.parametrize("address", ["certificates@localhost", "certificates@example.org"])
def test_a_plain_address_is_taken(address: str) -> None:
    assert Settings.from_environment(SECRET | {"CERTIFLY_MAIL_FROM": address}).mail_from == address


@pytest.mark.parametrize(
    "address", ["nobody", "Lovelace <certificates@example.org>", "a@b, c@d", "a@b\r\nBcc: eve@example.org"]
)
def test_anything_else_stops_the_start(address: str) -> None:
    with pytest.raises(SettingsInvalid, match="CERTIFLY_MAIL_FROM: must be a plain address"):
        Settings.from_environment(SECRET | {"CERTIFLY_MAIL_FROM": address})
