"""The jobs of certificates, as the worker runs them."""

from typing import Protocol

from certifly.certificates.produce import produce, record_failure
from certifly.core.clock import utc_now
from certifly.core.settings import Settings
from certifly.db.database import Database
from certifly.rendering.pool import RenderPool
from certifly.storage.blobs import BlobStore


class ProductionContext(Protocol):
    """What producing needs of the process it runs in."""

    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def blobs(self) -> BlobStore: ...
    @property
    def renderers(self) -> RenderPool: ...


def run_produce(context: ProductionContext, tenant_id: int, certificate_id: int, *, attempt: int) -> None:  # noqa: ARG001
    """Draw and store the files of one certificate."""
    produce(
        context.database,
        context.blobs,
        context.renderers,
        tenant_id=tenant_id,
        certificate_id=certificate_id,
        png_at_once=context.settings.png_at_once,
        mail_configured=context.settings.mail_url is not None,
        now=utc_now(),
    )


def fail_produce(
    context: ProductionContext,
    tenant_id: int,
    certificate_id: int,
    *,
    attempt: int,  # noqa: ARG001
    reason: str,
) -> None:
    """Every run of the job ended in trouble that is not the certificate's: record it for the operator."""
    context.database.write(
        tenant_id, lambda db: record_failure(db, certificate_id, reason=reason, now=utc_now())
    ).result()
