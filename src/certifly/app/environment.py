"""What this process was told by its environment. Loads nothing of the parts it may then put together."""

import os

from certifly.core.logging import configure_logging
from certifly.core.settings import Settings


def load_settings() -> Settings:
    """The settings of this process, from its environment; also sets up its logs. Raises SettingsInvalid."""
    settings = Settings.from_environment(os.environ)
    configure_logging(settings.log_level)
    return settings
