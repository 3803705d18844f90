"""Every setting with its value and where it comes from. Secrets are told to be there, and not shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from certifly.core.settings import PREFIX, Settings

HIDDEN = "***"
DEFAULT = "default"
SECRETS = ("secret_key", "master_key")

# Up to the last @: a password may hold an @ or a / that nobody has escaped.
_PASSWORD = re.compile(r"(?<=://)([^:/@]*):.*@")
_SECRET_OPTION = re.compile(r"(?i)\b([a-z_]*(?:password|secret|token|key)[a-z_]*)=[^&\s]*")


@dataclass(frozen=True, slots=True)
class Setting:
    """``value`` as it may be shown; ``origin`` is the variable it was read from, or ``default``."""

    name: str
    value: str
    origin: str


def explain_settings(settings: Settings, environment: Mapping[str, str]) -> list[Setting]:
    """All settings in the order of the reference."""
    return [
        Setting(PREFIX + name.upper(), _shown(name, value), _origin(name, environment))
        for name, value in settings
    ]


def _shown(name: str, value: object) -> str:
    if value is None:
        return "not set"
    if name in SECRETS:
        return f"{HIDDEN} ({len(str(value))} characters)"
    if name == "timestamp_roots":
        return f"{str(value).count('BEGIN CERTIFICATE')} in PEM"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(f"{part:g}" if isinstance(part, float) else str(part) for part in value) or "none"
    return _SECRET_OPTION.sub(rf"\1={HIDDEN}", _PASSWORD.sub(rf"\1:{HIDDEN}@", str(value)))


def _origin(name: str, environment: Mapping[str, str]) -> str:
    variable = PREFIX + name.upper()
    if environment.get(variable):
        return variable
    file = environment.get(f"{variable}_FILE")
    return f"{variable}_FILE ({file})" if file else DEFAULT
