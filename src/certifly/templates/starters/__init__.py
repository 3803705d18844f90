"""Templates to start from: documents and pictures as files, shipped with the package.

A document names its pictures by file (``ground.svg``); ``install_starter`` stores them as the tenant's own and
puts their digests in. Nothing about an installed starter is special: it can be changed like any template.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

CERTIFICATE_OF_COMPLETION = "certificate-of-completion"
STARTERS = (CERTIFICATE_OF_COMPLETION,)

_DOCUMENT = "document.json"


@dataclass(frozen=True, slots=True)
class Starter:
    """A design that waits for its pictures to be stored."""

    name: str
    raw: Mapping[str, Any]
    pictures: Mapping[str, bytes]

    def with_pictures(self, digests: Mapping[str, str]) -> dict[str, Any]:
        """The document as ``parse_document`` takes it; ``digests`` by the file name of each picture."""
        layout = self.raw["layout"]
        elements = [
            element | {"asset": digests[element["asset"]]} if element["type"] == "image" else element
            for element in layout["elements"]
        ]
        return {**self.raw, "layout": {**layout, "elements": elements}}


def read_starter(name: str = CERTIFICATE_OF_COMPLETION) -> Starter:
    """A starter as it is shipped."""
    assert name in STARTERS, "starters are named in the code only"
    folder = files(__package__) / name
    pictures = {file.name: file.read_bytes() for file in folder.iterdir() if file.name != _DOCUMENT}
    return Starter(name, json.loads((folder / _DOCUMENT).read_text("utf-8")), pictures)
