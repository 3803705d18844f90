"""Everything one drawing needs, in one value that can be sent to another process.

The bytes are a length, a JSON header, then the assets one after the other: a background of megabytes is
copied, never encoded.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache

from certifly.rendering.fitting import Fitting
from certifly.rendering.layout import ImageElement, Layout

_LENGTH_BYTES = 8
_LAYOUTS_KEPT_MAX = 64


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text that travels inside the PDF, as an associated file (PDF/A-3): what the page says, for programs."""

    name: str
    media_type: str
    description: str
    text: str


@dataclass(frozen=True, slots=True)
class RenderJob:
    """One certificate to draw.

    ``assets`` holds the content of every asset the layout names, by that name. ``created_at`` (aware) is
    the only time the document will ever show. ``author`` is the issuer. A picture has no attachment.
    """

    layout: Layout
    fitting: Fitting
    assets: Mapping[str, bytes]
    title: str
    language: str
    author: str
    created_at: datetime
    check_url: str
    attachment: Attachment | None = None

    def to_bytes(self) -> bytes:
        header = json.dumps(
            {
                "layout": self.layout.model_dump_json(),
                "fitting": self.fitting.to_json(),
                "assets": [[name, len(content)] for name, content in self.assets.items()],
                "title": self.title,
                "language": self.language,
                "author": self.author,
                "created_at": self.created_at.isoformat(),
                "check_url": self.check_url,
                "attachment": asdict(self.attachment) if self.attachment else None,
            }
        ).encode()
        return b"".join((len(header).to_bytes(_LENGTH_BYTES), header, *self.assets.values()))

    @classmethod
    def from_bytes(cls, raw: bytes) -> "RenderJob":
        start = _LENGTH_BYTES + int.from_bytes(raw[:_LENGTH_BYTES])
        header = json.loads(raw[_LENGTH_BYTES:start])
        assets = {}
        for name, length in header["assets"]:
            assets[name] = raw[start : start + length]
            start += length
        return cls(
            layout=_layout_from_json(header["layout"]),
            fitting=Fitting.from_json(header["fitting"]),
            assets=assets,
            title=header["title"],
            language=header["language"],
            author=header["author"],
            created_at=datetime.fromisoformat(header["created_at"]),
            check_url=header["check_url"],
            attachment=Attachment(**header["attachment"]) if header["attachment"] else None,
        )


def asset_names(layout: Layout) -> list[str]:
    """The assets a job for this layout must carry, each once."""
    return list(dict.fromkeys(e.asset for e in layout.elements if isinstance(e, ImageElement)))


@lru_cache(maxsize=_LAYOUTS_KEPT_MAX)
def _layout_from_json(raw: str) -> Layout:
    """Certificates of one template version follow each other; validate their layout once."""
    return Layout.model_validate_json(raw)
