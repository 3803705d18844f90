"""The template document: what an issuer designs, what a version freezes, what travels between installations.

One JSON value holds it all. It names fonts by family and pictures by digest; nothing in it belongs to a
tenant. ``parse_document`` judges what comes from outside and tells every fault at its dotted place;
``stored_document`` reads back what was judged before. Every text is in NFC, so that a label, a placeholder
and a key of a request that look alike are alike.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from certifly.rendering.check import layout_faults
from certifly.rendering.layout import LINES_MAX, Element, Layout, Page, TextElement
from certifly.rendering.placeholders import BUILT_IN, names_in
from certifly.templates import achievement as achievements
from certifly.templates.achievement import AchievementDesign
from certifly.templates.faults import Faults, shown
from certifly.templates.near import only_near
from certifly.templates.sanitise import unwritable_in
from certifly.templates.texts import Line, Strict
from certifly.templates.validity import Validity
from certifly.templates.wording import sentence

NAME_CHARACTERS_MAX = 200
FIELD_NAME_CHARACTERS_MAX = 80
TITLE_CHARACTERS_MAX = 500
LABELS_MAX = 100
EXTRA_FIELDS_MAX = 100
VALUE_CHARACTERS_DEFAULT = 500
VALUE_CHARACTERS_MAX = 5000
VALUE_LINES_MAX = LINES_MAX
"""As many lines as a text element can have."""

VALUES_MAX = 10_000
"""Most values in a document, keys and items alike; a sound one has half as many at the very most."""

DEPTH_MAX = 8
"""Deepest nesting of a document; a sound one has four levels."""

PLACEHOLDERS_LISTED_MAX = 12

_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?")
_AMBIGUOUS_IN_NAMES = re.compile(r"[.*{}]")

_ELEMENTS = {
    model.model_fields["type"].annotation.__args__[0]: model for model in get_args(get_args(Element)[0])
}
"""The models of the elements, by their "type"."""

FieldType = Literal["text", "email", "date", "number", "url"]


def _nameable(name: str) -> str:
    # A dot or an asterisk would make the dotted keys of error answers ambiguous, a brace the placeholders.
    if wrong := _AMBIGUOUS_IN_NAMES.search(name):
        raise ValueError(f"must not contain “{wrong[0]}”; none of . * {{ }} can stand in the name of a field")
    return name


def _known_language(tag: str) -> str:
    parts = _LANGUAGE.fullmatch(tag)
    if parts is None:
        raise ValueError("must be a language tag such as en, pt-BR or zh-Hant")
    language, script, region = parts[1].lower(), (parts[2] or "").title(), (parts[3] or "").upper()
    canonical = "-".join(part for part in (language, script, region) if part)
    try:
        Locale.parse(canonical, sep="-")
    except (UnknownLocaleError, ValueError):
        raise ValueError(
            "is a language we know no dates and words of; use a tag such as en, pt-BR or ar"
        ) from None
    return canonical


def _known_timezone(name: str) -> str:
    if name not in _timezones():
        raise ValueError("must be a time zone of the IANA list, such as Europe/London or UTC")
    return name


@cache
def _timezones() -> frozenset[str]:
    """Reading the list takes 40 ms."""
    return frozenset(available_timezones())


def _sound_title(text: str) -> str:
    names_in(text)
    return text


FieldName = Annotated[
    Line,
    StringConstraints(max_length=FIELD_NAME_CHARACTERS_MAX),
    AfterValidator(_nameable),
    Field(json_schema_extra={"minLength": 1, "pattern": "^[^.*{}]+$"}),
]
Language = Annotated[
    str, AfterValidator(_known_language), Field(json_schema_extra={"pattern": f"^{_LANGUAGE.pattern}$"})
]


class FieldDefinition(Strict):
    """A value a certificate carries: printed when a label, only kept when an extra field."""

    name: FieldName
    """What it is called: in requests, in placeholders, and beside its value on the check page."""
    type: FieldType
    """What its values are. A date is written ``2026-11-23``, a number ``87.5``; both are printed as the language of
    the template writes them."""
    required: bool = False
    """Whether a certificate must have it."""
    max_length: Annotated[int, Field(ge=1, le=VALUE_CHARACTERS_MAX)] = VALUE_CHARACTERS_DEFAULT
    """Most characters (Unicode code points, after cleaning) of a text, an address or a number as text."""
    multiline: bool = False
    """Whether a text keeps its line ends and is printed as lines. Without it, a line end becomes a space."""


class Recipient(Strict):
    """Which label names the recipient, and which field holds the address; either may be absent."""

    name: str | None = None
    """A label of type text: the name of the recipient."""
    email: str | None = None
    """A field of type email: where the certificate is sent."""


class TemplateDocument(Strict):
    """A design with its fields."""

    name: Annotated[Line, StringConstraints(max_length=NAME_CHARACTERS_MAX)]
    """What the template is called, among templates."""
    language: Language
    """A language tag such as ``en``, ``pt-BR`` or ``ar``: of the certificate, its e-mail and its dates."""
    timezone: Annotated[str, AfterValidator(_known_timezone)] = "UTC"
    """A name of the IANA list, such as ``Europe/London``: which day it is where the issuer is."""
    # JSON has lists, strict mode wants tuples; the fields themselves stay strict.
    labels: Annotated[tuple[FieldDefinition, ...], Field(max_length=LABELS_MAX, strict=False)] = ()
    """The fields that are printed, and public on the check page."""
    extra_fields: Annotated[
        tuple[FieldDefinition, ...], Field(max_length=EXTRA_FIELDS_MAX, strict=False)
    ] = ()
    """The fields that are only kept: never printed, never public."""
    recipient: Recipient = Recipient()
    """Which fields say who receives the certificate."""
    title: Annotated[Line, StringConstraints(max_length=TITLE_CHARACTERS_MAX), AfterValidator(_sound_title)]
    """What each certificate is called, in its PDF, its e-mail and on its check page. It may hold placeholders."""
    layout: Layout
    """The page, and what stands on it."""
    achievement: AchievementDesign | None = None
    """What its certificates say in their credentials; without it, what can be said from the name."""
    validity: Validity | None = None
    """How long certificates are valid, counted from the day of issue: to the end of the last day in ``timezone``.
    Without it they do not expire."""
    suspendable: bool = False
    """Whether its certificates can be suspended. Their credentials then have a second ``credentialStatus``, which the
    JSON schema of Open Badges 3.0 does not accept."""

    @cached_property
    def fields(self) -> Mapping[str, FieldDefinition]:
        """Labels, then extra fields, by name."""
        return {field.name: field for field in (*self.labels, *self.extra_fields)}

    @cached_property
    def label_names(self) -> frozenset[str]:
        """The names that may be printed and shown to everyone."""
        return frozenset(label.name for label in self.labels)

    def to_json(self) -> dict[str, Any]:
        """The document as JSON: defaults written out, so that a later default cannot change a version."""
        written = _tidy(self.model_dump(mode="json", exclude_none=True))
        assert isinstance(written, dict)
        return written


def stored_document(stored: Mapping[str, Any]) -> TemplateDocument:
    """A document that was judged when it was stored."""
    return TemplateDocument.model_validate(stored)


def parse_document(raw: object, *, fonts_dir: Path | None = None) -> TemplateDocument:
    """Judge a document from outside. Raises Invalid, each fault at its place (``layout.elements.3.text``).

    Fonts and places on the page are judged too; whether the pictures exist is for the tenant's door to say.
    """
    faults = Faults(subject="document")
    if _has_more_values_than(VALUES_MAX, raw):
        faults.add("document", f"The document has more than {VALUES_MAX} values. No template needs as many.")
        faults.raise_all()
    normal = _normalised(raw, (), faults)
    faults.raise_if_any()
    try:
        document = TemplateDocument.model_validate(normal)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False):
            place = _place(found["loc"])
            path = ".".join(map(str, place)) or "document"
            faults.add(path, partial(sentence, path, found, _known_keys(found["loc"])))
        faults.raise_all()

    _check_names(document, faults)
    _check_recipient(document, faults)
    _check_placeholders(document, faults)
    if document.achievement is not None:
        achievements.check_achievement(
            document.achievement,
            faults,
            labels={label.name: label for label in document.labels},
            extra_fields={field.name: field for field in document.extra_fields},
        )
    for where, messages in layout_faults(document.layout, fonts_dir=fonts_dir).items():
        for message in messages:
            faults.add(f"layout.{where}", message)
    faults.raise_if_any()

    return document


def _has_more_values_than(most: int, raw: object) -> bool:
    """Known before anything is judged: to find a hundred thousand faults would take a second."""
    waiting = [raw]
    count = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            count += len(value)
            if count > most:
                return True
            waiting.extend(value.values() if isinstance(value, dict) else value)
    return False


def _normalised(value: object, place: tuple[str | int, ...], faults: Faults) -> object:
    """Every text in NFC; what no text may hold is a fault. Keys too: they must be found as they look."""
    if len(place) > DEPTH_MAX:
        faults.add(_path(place[:DEPTH_MAX]), f"{_path(place[:DEPTH_MAX])} is nested too deeply.")
        return None
    if isinstance(value, str):
        if wrong := unwritable_in(value):
            faults.add(_path(place), f"{_path(place)} contains {wrong}.")
            return ""
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {shown(str(key)): _normalised(item, (*place, str(key)), faults) for key, item in value.items()}
    if isinstance(value, list):
        return [_normalised(item, (*place, index), faults) for index, item in enumerate(value)]
    return value


def _place(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Where in the document: the validator also names the kind of element, which is no key of ours."""
    if location[:2] == ("layout", "elements") and len(location) > 3:
        return (*location[:3], *location[4:])
    return location


def _path(place: tuple[str | int, ...]) -> str:
    return ".".join(shown(str(step)) for step in place) or "document"


def _known_keys(location: tuple[str | int, ...]) -> Iterator[str]:
    """The keys that could stand where an unknown one was found."""
    match location[:-1]:
        case ():
            yield from TemplateDocument.model_fields
        case ("labels" | "extra_fields", _):
            yield from FieldDefinition.model_fields
        case ("recipient",):
            yield from Recipient.model_fields
        case ("layout",):
            yield from Layout.model_fields
        case ("layout", "page"):
            yield from Page.model_fields
        case ("layout", "elements", _, kind):
            yield from _ELEMENTS[str(kind)].model_fields
        case ("achievement", *below):
            yield from achievements.known_keys(tuple(below))
        case ("validity",):
            yield from Validity.model_fields


def _check_names(document: TemplateDocument, faults: Faults) -> None:
    """No two fields may look like each other: one request key must mean one field."""
    seen: dict[str, str] = {}
    for group, fields in (("labels", document.labels), ("extra_fields", document.extra_fields)):
        for index, field in enumerate(fields):
            alike = unicodedata.normalize("NFKC", field.name).casefold()
            if alike in seen:
                faults.add(
                    f"{group}.{index}.name",
                    f"The field {field.name} has the same name as {seen[alike]}. Give each its own.",
                )
            seen.setdefault(alike, field.name)
            if field.multiline and field.type != "text":
                faults.add(
                    f"{group}.{index}.multiline",
                    f"{field.name} is of type {field.type}; only a text can have several lines. Leave multiline out.",
                )


def _check_recipient(document: TemplateDocument, faults: Faults) -> None:
    name, email = document.recipient.name, document.recipient.email
    if name is not None and name not in {label.name for label in document.labels if label.type == "text"}:
        faults.add(
            "recipient.name",
            f"recipient.name is {shown(name)}, which is no label of type text. Name one, or leave it out.",
        )
    elif name is not None and document.fields[name].multiline:
        faults.add(
            "recipient.name",
            f"recipient.name is {shown(name)}, which is multiline. A name is on one line: it becomes part of e-mail "
            "headers and file names. Leave multiline out of that label, or name another one.",
        )
    if email is not None and (email not in document.fields or document.fields[email].type != "email"):
        faults.add(
            "recipient.email",
            f"recipient.email is {shown(email)}, which is no field of type email. Name one, or leave it out.",
        )


def _check_placeholders(document: TemplateDocument, faults: Faults) -> None:
    texts = [("title", document.title)]
    for index, element in enumerate(document.layout.elements):
        if isinstance(element, TextElement):
            texts.append((f"layout.elements.{index}.text", element.text))
    extra = {field.name for field in document.extra_fields}
    printable = document.label_names | BUILT_IN
    for path, text in texts:
        for name in names_in(text):
            if name in extra:
                faults.add(
                    path,
                    f"{{{name}}} is an extra field: kept, but never printed. Make it a label to print it.",
                )
            elif name not in printable:
                faults.add(path, partial(_unknown_placeholder, name, printable))

    multiline = {label.name for label in document.labels if label.multiline}
    for index, element in enumerate(document.layout.elements):
        if isinstance(element, TextElement) and element.lines_max == 1:
            for name in multiline.intersection(names_in(element.text)):
                path = f"layout.elements.{index}.lines_max"
                faults.add(
                    path,
                    f"{path} is 1, and {{{name}}} is multiline. Allow the lines it may have, up to {LINES_MAX}.",
                )


def _unknown_placeholder(name: str, printable: frozenset[str]) -> str:
    near = only_near(name, printable)
    known = f"Did you mean {{{near}}}?" if near else f"There are: {_listed(printable)}."
    return f"The placeholder {{{shown(name)}}} is not a label of this template. {known}"


def _listed(names: frozenset[str]) -> str:
    some = sorted(names)[:PLACEHOLDERS_LISTED_MAX]
    return ", ".join(f"{{{name}}}" for name in some) + (" …" if len(some) < len(names) else "")


def _tidy(value: Any) -> Any:
    """297.0 millimetres are 297: the numbers come back as people write them."""
    if isinstance(value, dict):
        return {key: _tidy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
