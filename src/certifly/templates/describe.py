"""Templates and pictures as the API shows them."""

from typing import Any

from certifly.core.clock import isoformat
from certifly.templates.models import Asset, Template


def describe(template: Template) -> dict[str, Any]:
    """What a list shows of a template."""
    return {
        "name": template.name,
        "status": template.status,
        "version": template.published_version,
        "has_unpublished_changes": template.document_digest != template.published_digest,
        "created_at": isoformat(template.created_at),
        "updated_at": isoformat(template.updated_at),
        "published_at": isoformat(template.published_at) if template.published_at else None,
    }


def describe_fully(template: Template) -> dict[str, Any]:
    """The same with the draft; inside the unit of work, where the document can be loaded."""
    return describe(template) | {"document": template.document}


def describe_asset(asset: Asset) -> dict[str, Any]:
    """A picture."""
    return {
        "digest": asset.digest,
        "media_type": asset.media_type,
        "bytes": asset.size_bytes,
        "width": asset.width,
        "height": asset.height,
        "created_at": isoformat(asset.created_at),
    }
