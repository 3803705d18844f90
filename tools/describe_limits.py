"""Write down the limits that callers and operators can meet, for the handbook's page of limits.

The constants stand in the areas that keep them, which the handbook may not import. A test compares, and asks of every
limit in these modules whether it is told here or is nobody's business outside. Run it after changing one:
``python -m tools.describe_limits``.
"""

import importlib
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "src/certifly/handbook/reference/limits.json"

Limits = Mapping[str, str]
"""Constants (``module:NAME``) and what they limit. The end of a name says its unit."""

GROUPS: Mapping[str, Limits] = {
    "Requests": {
        "core.limits:REQUEST_BODY_BYTES_MAX": "Body of a call, but for those below",
        "templates.draft:DOCUMENT_BYTES_MAX": "Body that holds a template document",
        "web.decoding:DEPTH_MAX:levels": "Nesting of a JSON body",
        "web.decoding:BODY_SECONDS_MAX": "Time for a body to arrive",
        "web.connection:HEAD_BYTES_MAX": "Request line and headers",
        "web.connection:WAITING_MAX": "Requests of one connection that wait for answers to earlier ones",
        "web.connection:HEAD_SECONDS_MAX": "Time for request line and headers to arrive",
        "web.connection:TAKING_SECONDS_MAX": "Time that a client may pause while it takes an answer",
        "web.errors:FIELDS_TOLD_MAX": "Faulty fields that one answer lists; the message counts all",
        "web.negotiation:ACCEPT_CHARACTERS_MAX": "Part of an `Accept` header that is read",
        "web.negotiation:ACCEPT_LANGUAGE_CHARACTERS_MAX": "Part of an `Accept-Language` header that is read",
        "web.negotiation:LANGUAGE_TAG_CHARACTERS_MAX": "One language in it",
    },
    "Lists": {
        "core.limits:PAGE_DEFAULT": "Items of a page, unless `limit` says otherwise",
        "core.limits:PAGE_MAX": "Items of a page",
        "web.paging:CURSOR_LENGTH_MAX:characters": "Cursor",
    },
    "Idempotency": {
        "web.recorded:KEY_LENGTH_MAX:characters": "`Idempotency-Key`",
        "web.recorded:KEPT_FOR": "Time for which the answer to a key is kept",
        "web.idempotency:WAIT_SECONDS": "Time that a request waits for an earlier one with its key",
    },
    "Certificates": {
        "core.limits:DATA_KEYS_MAX": "Values of one certificate",
        "templates.document:VALUE_CHARACTERS_DEFAULT": "Text of a field, unless the template says otherwise",
        "templates.document:VALUE_CHARACTERS_MAX": "Text of a field, whatever the template says",
        "templates.document:VALUE_LINES_MAX": "Lines of a text that may have several",
        "templates.fields:SENT_CHARACTERS_MAX": "Text of a field as it is sent, before it is cleaned",
        "templates.fields:EMAIL_CHARACTERS_MAX": "E-mail address",
        "templates.fields:DIGITS_MAX:digits": "Number",
        "templates.sanitise:MARKS_IN_A_ROW_MAX": "Accents on one letter",
        "templates.sanitise:MARKUP_ROUNDS_MAX": "HTML tags nested in one another that are removed from a text",
        "certificates.issue:LIFETIME_MAX": "Time from now to `expires_at`",
        "certificates.models:REASON_CHARACTERS_MAX": "Reason of a revocation, suspension, correction or erasure",
        "core.limits:IDS_MAX": "Id of a certificate or template",
    },
    "Templates": {
        "templates.draft:TEMPLATES_MAX": "Templates of a tenant",
        "templates.publish:VERSIONS_MAX": "Published versions of a template",
        "templates.document:NAME_CHARACTERS_MAX": "Name of a template",
        "templates.document:TITLE_CHARACTERS_MAX": "Title of its certificates",
        "templates.document:LABELS_MAX": "Labels",
        "templates.document:EXTRA_FIELDS_MAX": "Extra fields",
        "templates.document:FIELD_NAME_CHARACTERS_MAX": "Name of a label or extra field",
        "templates.design_files:PICTURES_MAX": "Pictures that an imported document names by file",
        "templates.design_files:PICTURES_BYTES_MAX": "Those pictures together",
        "templates.document:VALUES_MAX": "Values in a document, keys and items alike",
        "templates.document:DEPTH_MAX:levels": "Nesting of a document",
        "templates.validity:YEARS_MAX:years": "Validity, years",
        "templates.validity:MONTHS_MAX:months": "Validity, months",
        "templates.validity:DAYS_MAX:days": "Validity, days",
    },
    "Layouts": {
        "rendering.layout:ELEMENTS_MAX": "Elements",
        "rendering.layout:PAGE_MILLIMETRES_MIN": "Side of a page, at least",
        "rendering.layout:PAGE_MILLIMETRES_MAX": "Side of a page",
        "rendering.layout:TEXT_CHARACTERS_MAX": "Text of an element, with its placeholders",
        "rendering.layout:LINES_MAX": "Lines of a text",
        "rendering.layout:TYPE_POINTS_MIN": "Size of type, at least",
        "rendering.layout:TYPE_POINTS_MAX": "Size of type",
        "rendering.layout:STROKE_POINTS_MAX": "Width of a stroke",
        "rendering.layout:QR_MILLIMETRES_MIN": "Side of a QR code, at least",
        "rendering.layout:ALT_CHARACTERS_MAX": "Description of a picture",
        "rendering.layout:FONT_NAME_CHARACTERS_MAX": "Name of a font family",
    },
    "Achievements": {
        "templates.achievement:NAME_CHARACTERS_MAX": "Name, and each skill",
        "templates.achievement:DESCRIPTION_CHARACTERS_MAX": "Description",
        "templates.achievement:CRITERIA_CHARACTERS_MAX": "Criteria",
        "templates.achievement:CODE_CHARACTERS_MAX": "Code in an outside framework",
        "templates.achievement:ALIGNMENTS_MAX": "Alignments",
        "templates.achievement:SKILLS_MAX": "Skills",
        "templates.achievement:RESULTS_MAX": "Results",
        "templates.achievement:EVIDENCE_MAX": "Evidence",
        "templates.texts:URL_CHARACTERS_MAX": "Web address",
        "templates.texts:HOST_CHARACTERS_MAX": "Host in a web address",
    },
    "Pictures": {
        "rendering.images:BYTES_MAX": "Uploaded picture",
        "rendering.bitmaps:PIXELS_MAX:pixels": "Uploaded PNG or JPEG",
        "rendering.bitmaps:SIDE_PIXELS_KEPT_MAX": "Longer side that is kept; a larger picture is made smaller",
        "rendering.svg.sanitise:BYTES_MAX": "Uploaded SVG",
        "rendering.svg.reading:ELEMENTS_MAX": "Elements of an SVG",
        "rendering.svg.reading:DEPTH_MAX:levels": "Nesting of an SVG",
        "rendering.svg.reading:ENTITIES_MAX": "Entities that an SVG declares",
        "rendering.svg.reading:ENTITY_CHARACTERS_MAX": "Text of one of them",
        "rendering.svg.reading:ENTITY_TEXT_MAX:characters": "Text that they add to the SVG",
        "rendering.svg.stylesheet:CSS_CHARACTERS_MAX:characters": "Style sheets of an SVG",
        "rendering.svg.stylesheet:RULES_MAX": "Rules in them",
        "rendering.svg.stylesheet:AT_RULE_DEPTH_MAX": "Depth of `@media` and `@supports` in them",
        "rendering.svg.stylesheet:STEPS_MAX": "Comparisons of elements with selectors",
        "rendering.svg.references:SHAPES_MAX": "Shapes of an SVG, every use counted",
        "rendering.svg.references:NESTING_MAX": "Levels of groups and references of an SVG, one inside the other",
        "rendering.svg.references:STOPS_MAX": "Colours of one gradient",
        "rendering.svg.references:SEGMENTS_MAX": "Segments of its paths, every use counted",
        "rendering.svg.effects:FILTERS_MAX": "Elements of an SVG with shadows, blurs or other filters",
        "rendering.svg.effects:REGION_MAX": "Side of a filter's region, in sides of the element or picture",
        "rendering.svg.sanitise:SIDE_MIN:units": "Side of an SVG, at least",
        "rendering.svg.sanitise:SIDE_MAX:units": "Side of an SVG",
        "api.v1.assets:UPLOAD_SECONDS_MAX": "Time for a picture to arrive",
        "templates.assets:ASSETS_MAX": "Pictures of a tenant",
    },
    "E-mail": {
        "delivery.email.queue:EMAILS_PER_CERTIFICATE_MAX": "E-mails about one certificate",
        "core.settings:RETRIES_MAX": "Waits between attempts to deliver an e-mail",
        "core.settings:RETRY_SECONDS_MAX": "Each of them",
        "delivery.email.smtp:CONNECTIONS_MAX": "Connections of a worker process to the mail server",
        "delivery.email.smtp:MESSAGES_PER_CONNECTION_MAX": "Messages over one connection",
        "delivery.email.smtp:CONNECT_SECONDS_MAX": "Time to connect to the mail server",
        "delivery.email.smtp:COMMAND_SECONDS_MAX": "Time for its answer to a command",
        "delivery.email.smtp:SEND_SECONDS_MAX": "Time for one message as a whole",
        "delivery.email.smtp:IDLE_SECONDS_MAX": "Time for which an unused connection is kept",
    },
    "Checking and downloading": {
        "verification.inspect:UPLOAD_BYTES_MAX": "File handed in to be checked",
        "public.check_upload:UPLOAD_SECONDS_MAX": "Time for it to arrive",
        "verification.inspector:PROCESSES_MAX": "Files that one web process looks into at the same time",
        "public.check_upload:CHECKS_SHARE": "Of these, from one network address",
        "public.check_upload:CHECKS_WAITING_MAX": "Files that have arrived and wait for it in one web process",
        "public.check_upload:CHECKS_WAITING_SHARE": "Of these, from one network address",
        "verification.inspector:WAIT_SECONDS": "Time that a file waits until it is looked into",
        "verification.inspector:TIMEOUT_SECONDS": "Time to look into a file",
        "verification.inspect:CREDENTIALS_MAX": "Credentials that are looked at in one file",
        "public.waiting:WAIT_SECONDS": "Time that a download waits for a file that is being made",
        "public.pictures:PICTURES_WAITING_MAX": "Pictures that wait to be drawn in one web process",
        "public.pictures:PICTURES_WAITING_SHARE": "Of these, asked for by one network address",
        "public.pictures:PICTURE_WAIT_SECONDS": "Time that a picture waits until it is drawn",
        "public.waiting:WAITERS_MAX": "Downloads that wait at once in one web process",
        "public.waiting:WAITERS_SHARE": "Of these, from one network address",
    },
    "AI clients": {
        "mcp.guard:MESSAGE_BYTES_MAX": "Message",
        "mcp.guard:CALLS_AT_ONCE_MAX": "Messages answered at once by one web process",
        "mcp.guard:ANONYMOUS_AT_ONCE_MAX": "Of these, from callers without a token",
        "mcp.guard:ANONYMOUS_AT_ONCE_SHARE": "Of these, from one network address",
        "mcp.guard:ANONYMOUS_CALLS_A_MINUTE": "Messages a minute from one address without a token",
        "mcp.guard:ANONYMOUS_CALL_BYTES": "Of these, part of a longer message that counts as one",
    },
    "Tenants and tokens": {
        "tenants.tenants:NAME_LENGTH_MAX:characters": "Name of a tenant",
        "tenants.tokens:NAME_LENGTH_MAX:characters": "Name of a token",
        "cli.token:LIFETIME_MAX": "Lifetime of a token, where it has one",
        "tenants.tokens:BELIEVED_SECONDS": "Time for which a revoked token may still be accepted",
        "credentials.import_seal:PKCS12_BYTES_MAX": "File with an imported seal",
        "credentials.import_seal:CHAIN_MAX": "Certificates above an imported seal",
    },
    "The service": {
        "core.limits:WRITE_QUEUE_MAX": "Writes that wait in one web process; more are answered with 503",
        "core.limits:WRITE_GROUP_MAX": "Writes that one commit holds",
        "core.limits:DATABASE_WAIT_SECONDS": "Time that a write waits for another process",
        "rendering.pool:WAIT_SECONDS": "Time that a drawing waits for a free render process",
        "worker.perform:RUNS_MAX": "Attempts at a job that fails for no fault of its own",
        "certificates.draw:INTERRUPTIONS_MAX": "Drawings of one certificate that may be interrupted",
        "core.settings:SECRET_KEY_BYTES_MIN": "Secret key and master key, at least",
        "core.settings:SECRET_FILE_BYTES_MAX": "Part of a `_FILE` that is read",
    },
}

INNER = frozenset(
    {
        "api.v1.assets:FORM_BYTES_MAX",
        "api.v1.assets:PICTURES_AT_ONCE_MAX",
        "core.settings:ROOTS_BYTES_MAX",
        "core.settings:TIMESTAMP_ROOTS_MAX",
        "core.settings:TRUSTED_PROXIES_MAX",
        "delivery.email.smtp:REPLY_CHARACTERS_MAX",
        "mcp.guard:ANONYMOUS_BYTES_HELD_MAX",
        "mcp.guard:BYTES_HELD_MAX",
        "public.check_upload:BYTES_HELD_MAX",
        "public.check_upload:FORM_BYTES_MAX",
        "public.waiting:PAUSE_SECONDS_MAX",
        "rendering.pool:CLOCK_SECONDS_MIN",
        "rendering.pool:JOBS_MAX",
        "templates.design_files:NAME_CHARACTERS_SHOWN_MAX",
        "templates.document:PLACEHOLDERS_LISTED_MAX",
        "templates.fields:KEY_CHARACTERS_MAX",
        "templates.fields:SUGGESTIONS_MAX",
        "verification.inspector:ANSWER_BYTES_MAX",
        "web.paging:PARAMETERS_NAMED_MAX",
        "worker.perform:REASON_LENGTH_MAX",
        "worker.perform:TELLINGS_MAX",
    }
)
"""Limits in the same modules of what we keep, name or look at: who meets them notices nothing."""

_UNITS: Mapping[str, str] = {
    "CHARACTERS": "characters",
    "SECONDS": "seconds",
    "MILLIMETRES": "mm",
    "POINTS": "points",
    "PIXELS": "pixels",
}


def describe() -> str:
    """The groups with every limit in words, as JSON."""
    groups = [
        {"title": title, "limits": [_told(constant, what) for constant, what in limits.items()]}
        for title, limits in GROUPS.items()
    ]
    return json.dumps(groups, ensure_ascii=False, indent=2) + "\n"


def value_of(constant: str) -> Any:
    """The value of ``module:NAME``, which may have a unit behind it."""
    module, name, *_ = constant.split(":")
    return getattr(importlib.import_module(f"certifly.{module}"), name)


def _told(constant: str, what: str) -> dict[str, str]:
    _, name, *unit = constant.split(":")
    return {"what": what, "limit": _in_words(value_of(constant), name, *unit)}


def _in_words(value: Any, name: str, unit: str = "") -> str:
    if isinstance(value, timedelta):
        return _duration(value)
    if "BYTES" in name.split("_"):
        return _size(value)
    units = [_UNITS[part] for part in name.split("_") if part in _UNITS]
    words = unit or (units[0] if units else "")
    if words == "seconds":
        return _duration(timedelta(seconds=value))
    return f"{value:,} {words}".strip()


def _size(value: int) -> str:
    for size, unit in ((1024**2, "MiB"), (1024, "KiB")):
        if value % size == 0:
            return f"{value // size:,} {unit}"
    return f"{value:,} bytes"


def _duration(value: timedelta) -> str:
    seconds = value.total_seconds()
    for length, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= length and seconds % length == 0:
            count = int(seconds // length)
            return f"{count:,} {word}{'s' if count > 1 else ''}"
    return f"{seconds:g} second{'s' if seconds != 1 else ''}"


if __name__ == "__main__":
    TARGET.write_text(describe(), encoding="utf-8")
