"""What this process was told by its environment. Loads next to nothing of the parts it may then put together."""

import os

from certifly.core.logging import configure_logging
from certifly.core.settings import Settings


def load_settings() -> Settings:
    """The settings of this process, from its environment; also sets up its logs. Raises SettingsInvalid."""
    settings = Settings.from_environment(os.environ)
    configure_logging(settings.log_level)
    return settings


def check_addresses(settings: Settings) -> None:
    """Refuse to start with addresses that lead nowhere, whatever is there.

    Raises FilesAddressInvalid or MailAddressInvalid: every process that works with files or mail would end
    with one of them, again and again.
    """
    from certifly.storage.blobs import open_store

    open_store(settings.files_url)
    if settings.mail_url is not None:
        from certifly.delivery.email.server import read_mail_url

        read_mail_url(settings.mail_url)
