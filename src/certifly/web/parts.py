"""What a web process works with; put together once, in ``app/wiring.py``."""

from dataclasses import dataclass, field

from certifly.core.settings import Settings
from certifly.credentials.keyring import Keyring
from certifly.db.database import Database
from certifly.rendering.pool import RenderPool
from certifly.storage.blobs import BlobStore
from certifly.templates.recent import RecentTemplates


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts behind the doors that speak HTTP."""

    settings: Settings
    database: Database
    blobs: BlobStore
    renderers: RenderPool
    keyring: Keyring
    templates: RecentTemplates = field(default_factory=RecentTemplates)
