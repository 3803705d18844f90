"""A design as files: a document that names its pictures by file (``"asset": "logo.png"``), and those pictures.

Starters are shipped like this, and ``certifly template import`` reads it. A picture lies in the folder of its document
or below. Nothing outside the folder is read, whatever the document or a symbolic link says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certifly.core.errors import Invalid
from certifly.rendering.images import BYTES_MAX
from certifly.rendering.layout import ELEMENTS_MAX

DOCUMENT_NAME = "document.json"
PICTURES_MAX = ELEMENTS_MAX + 1
"""Different pictures of a document: one for each element, and that of the achievement."""
PICTURES_BYTES_MAX = 5 * BYTES_MAX
"""All pictures of a document together; they are held in memory until they are stored."""
NAME_CHARACTERS_SHOWN_MAX = 100

DIGEST_PREFIX = "sha256:"


@dataclass(frozen=True, slots=True)
class DesignFiles:
    """A document as it was written, and the content of the pictures that it names by file."""

    document: Mapping[str, Any]
    pictures: Mapping[str, bytes]

    def with_pictures(self, digests: Mapping[str, str]) -> dict[str, Any]:
        """The document as ``parse_document`` takes it; ``digests`` by the name of each file."""
        document = dict(self.document)
        layout, achievement = document.get("layout"), document.get("achievement")
        if isinstance(layout, dict) and isinstance(layout.get("elements"), list):
            elements = [_named(element, "asset", digests) for element in layout["elements"]]
            document["layout"] = {**layout, "elements": elements}
        if achievement is not None:
            document["achievement"] = _named(achievement, "image", digests)
        return document


def read_pictures(document: Mapping[str, Any], folder: Path) -> DesignFiles:
    """The document with the pictures that it names by file. Raises Invalid, at the place of each name that fails."""
    pictures: dict[str, bytes] = {}
    faults: dict[str, list[str]] = {}
    size = 0
    for place, name in _picture_names(document):
        if name in pictures:
            continue
        if len(pictures) + len(faults) >= PICTURES_MAX:
            raise Invalid({place: [f"A document names at most {PICTURES_MAX} pictures."]})
        try:
            pictures[name] = _read_picture(folder, name)
        except _Unreadable as error:
            shown = name if len(name) <= NAME_CHARACTERS_SHOWN_MAX else name[:NAME_CHARACTERS_SHOWN_MAX] + "…"
            faults[place] = [f"The picture {shown!r} {error}"]
            continue
        size += len(pictures[name])
        if size > PICTURES_BYTES_MAX:
            raise Invalid({place: [f"The pictures have more than {PICTURES_BYTES_MAX:,} bytes together."]})
    if faults:
        raise Invalid(faults)
    return DesignFiles(document, pictures)


def find_document(folder: Path) -> Path:
    """The document in a folder: ``document.json``, or else the only JSON file. Raises Invalid."""
    found = sorted(path for path in folder.iterdir() if path.suffix == ".json" and path.is_file())
    named = [path for path in found if path.name == DOCUMENT_NAME] or found
    if len(named) != 1:
        has = f"{len(named)} JSON files" if named else "no JSON file"
        raise Invalid(
            {str(folder): [f"The folder {folder} has {has}. Name the file of the template {DOCUMENT_NAME}."]}
        )
    if not named[0].resolve().is_relative_to(folder.resolve()):
        raise Invalid(
            {
                str(named[0]): [
                    f"{named[0]} is a link out of the folder. Copy the file itself into the folder."
                ]
            }
        )
    return named[0]


class _Unreadable(Exception):
    """A picture cannot be read; the message goes on after its name."""


def _read_picture(folder: Path, name: str) -> bytes:
    inside = folder.resolve()
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise _Unreadable("lies outside the folder of the document. Copy it into the folder.")
    try:
        path = (inside / name).resolve(strict=True)
        if not path.is_relative_to(inside):
            raise _Unreadable(
                "is a link out of the folder of the document. Copy the file itself into the folder."
            )
        if not path.is_file():
            raise _Unreadable("is not a file.")
        with path.open("rb") as file:
            content = file.read(BYTES_MAX + 1)
    except FileNotFoundError:
        raise _Unreadable(f"is not in the folder {folder}.") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise _Unreadable(f"cannot be read ({type(error).__name__}).") from None
    if len(content) > BYTES_MAX:
        raise _Unreadable(f"has more than {BYTES_MAX:,} bytes. Save it smaller.")
    return content


def _picture_names(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each place of a picture that is named by file, with the name."""
    layout, achievement = document.get("layout"), document.get("achievement")
    elements = layout.get("elements") if isinstance(layout, dict) else None
    for number, element in enumerate(elements if isinstance(elements, list) else []):
        if isinstance(element, dict) and _is_file_name(element.get("asset")):
            yield f"layout.elements.{number}.asset", element["asset"]
    if isinstance(achievement, dict) and _is_file_name(achievement.get("image")):
        yield "achievement.image", achievement["image"]


def _is_file_name(value: Any) -> bool:
    return isinstance(value, str) and value != "" and not value.startswith(DIGEST_PREFIX)


def _named(holder: Any, key: str, digests: Mapping[str, str]) -> Any:
    if not isinstance(holder, dict) or not isinstance(holder.get(key), str):
        return holder
    return {**holder, key: digests.get(holder[key], holder[key])}
