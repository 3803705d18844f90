"""Every setting: its meaning is the docstring of the field, its bounds are those that the start checks."""

import re
from collections.abc import Mapping
from typing import Any

from certifly.core.settings import PREFIX, Settings
from certifly.handbook.page import Page
from certifly.handbook.reference.schema_words import Reader
from certifly.handbook.reference.tables import code, one_line

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Needed": ("secret_key", "public_url"),
    "Data and files": ("database_url", "database_owner_url", "files_url"),
    "E-mail": ("mail_url", "mail_from", "email_retry_seconds"),
    "Keys and signatures": (
        "master_key",
        "timestamp_url",
        "timestamp_roots",
        "pdf_signature_level",
        "recheck_one_in",
    ),
    "Serving": ("host", "port", "trusted_proxies", "rate_limit_per_minute", "log_level"),
    "Work and rendering": (
        "worker_slots",
        "worker_name",
        "render_processes",
        "render_timeout_seconds",
        "render_memory_mb",
        "png_at_once",
        "fonts_dir",
    ),
}
"""In the order of reading. A setting that stands in none comes under "Others"."""

_INTRODUCTION = """\
# Settings

Everything an operator can choose is an environment variable. `certifly` reads them once, at the start; a wrong or
unknown one stops the start, with one message that names every fault and, for a name that is nearly right, the right
one. An empty variable counts as one that is not set.

For each there is a second form with `_FILE` behind its name, for secrets that should not stand in an environment:
`CERTIFLY_SECRET_KEY_FILE=/run/secrets/certifly` reads the value from that file. Set one form, not both.
[`certifly doctor`](/docs/reference/commands#certifly-doctor) shows whether what they name can be used.
"""


def settings_page() -> Page:
    """The page of every setting."""
    schema = Settings.model_json_schema()
    read = Reader(schema)
    grouped = {name for names in GROUPS.values() for name in names}
    others = tuple(name for name in Settings.model_fields if name not in grouped)
    parts = [_INTRODUCTION]
    for title, names in (*GROUPS.items(), ("Others", others)):
        if names:
            parts.append(f"## {title}\n")
        parts += [_setting(name, schema["properties"][name], read) for name in names]
    return Page(
        "reference/settings",
        "Settings",
        "Every CERTIFLY_* variable: what it may be, its default, and what it does.",
        "\n".join(parts),
    )


def _setting(name: str, told: Mapping[str, Any], read: Reader) -> str:
    meaning = _with_variables(one_line(told["description"]))
    return f"### {code(_variable(name))}\n\n{meaning}\n\nValue: {_value(told, read)}. Default: {_default(told)}.\n"


def _with_variables(text: str) -> str:
    """The text with variables where the code names fields."""
    return re.sub(r"`([a-z_]+)`", lambda found: code(_variable(found[1])), text)


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}" if name in Settings.model_fields else name


def _value(told: Mapping[str, Any], read: Reader) -> str:
    """What may stand in the variable: nothing of JSON's null, which is a variable that is not set."""
    words = read.words(told).removesuffix(" or null")
    if told.get("type") == "array":
        return f"{read.words(told['items'])}, comma separated, at most {told['maxItems']}"
    return words


def _default(told: Mapping[str, Any]) -> str:
    if "default" not in told:
        return "none, it must be set"
    value = told["default"]
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return code(str(value).lower())
    values = value if isinstance(value, list) else [value]
    return code(",".join(f"{one:g}" if isinstance(one, float) else str(one) for one in values))
