"""Say what cleaning changes in the data of a certificate, before it is issued.

Cleaning is silent when a certificate is issued: the answer shows the values as they are kept. The dry run says what was
changed and why, so that somebody can look before a name is printed.
"""

import unicodedata
from collections.abc import Iterator, Mapping

from certifly.core.damaged_text import meant_by
from certifly.templates.character_references import decode_references, references_in
from certifly.templates.document import FieldDefinition, TemplateDocument
from certifly.templates.faults import shown
from certifly.templates.markup import SEPARATOR, without_markup
from certifly.templates.sanitise import FORBIDDEN, LINE_ENDS, SPACES, sanitise

LISTED_MAX = 5


def cleaning_warnings(document: TemplateDocument, raw: Mapping[str, object]) -> dict[str, list[str]]:
    """What cleaning changes, under ``data.<key>``; nothing for a value that is kept as it is.

    ``raw`` is data that ``check_data`` took.
    """
    sent = {unicodedata.normalize("NFC", key): value for key, value in raw.items()}
    found = {
        f"data.{field.name}": list(_warnings(field, value))
        for field in document.fields.values()
        if isinstance(value := sent.get(field.name), str)
    }
    return {path: warnings for path, warnings in found.items() if warnings}


def _warnings(field: FieldDefinition, sent: str) -> Iterator[str]:
    kept = sanitise(sent, multiline=field.multiline)
    if not kept:
        if sent:
            yield f"{field.name} is blank after cleaning, so it counts as not sent."
        return

    if references := references_in(sent):
        yield f"{field.name}: character references of HTML were decoded: {_listed(references)}."
    text = decode_references(sent)
    if forbidden := list(dict.fromkeys(FORBIDDEN.findall(text))):
        points = [f"U+{ord(character):04X}" for character in forbidden]
        yield f"{field.name}: characters that cannot be printed were removed: {_listed(points)}."
        text = FORBIDDEN.sub("", text)
    if (words := without_markup(text)) != text:
        yield f"{field.name}: HTML markup was removed. What is kept: “{shown(kept)}”."
        text = words
    yield from _about_white_space(field, text.replace(SEPARATOR, ""))
    if meant := meant_by(decode_references(sent)):
        yield (
            f"{field.name} looks like UTF-8 that was read in another encoding: “{shown(kept)}” probably means "
            f"“{shown(meant)}”. If so, read the file it comes from as UTF-8 and send the text again."
        )


def _about_white_space(field: FieldDefinition, text: str) -> Iterator[str]:
    lines = [line.strip() for line in LINE_ENDS.split(text)]
    if len([line for line in lines if line]) > 1 and not field.multiline:
        remedy = " A template keeps them for a label with “multiline”." if field.type == "text" else ""
        yield f"{field.name}: line ends became spaces.{remedy}"
    tidy = [SPACES.sub(" ", line).strip(" ") for line in LINE_ENDS.split(text)]
    if tidy != LINE_ENDS.split(text) or "" in (tidy[0], tidy[-1]):
        yield f"{field.name}: white space at the ends was removed, and each run of spaces became one space."


def _listed(items: list[str]) -> str:
    more = len(items) - LISTED_MAX
    return ", ".join(items[:LISTED_MAX]) + (f" and {more} more" if more > 0 else "")
