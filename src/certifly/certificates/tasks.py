"""The jobs of certificates, as the worker runs them."""

import logging
from typing import Protocol

from certifly.certificates.produce import produce, record_failure
from certifly.certificates.shred import AGAIN_SECONDS, shred, shred_later
from certifly.certificates.sign_anew import renew
from certifly.core.clock import utc_now
from certifly.core.settings import Settings
from certifly.credentials.keyring import Keyring
from certifly.credentials.timestamps import TimeStamps
from certifly.db.database import Database
from certifly.rendering.pool import RenderPool
from certifly.storage.blobs import BlobStore

log = logging.getLogger(__name__)


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
    @property
    def keyring(self) -> Keyring: ...
    @property
    def timestamps(self) -> TimeStamps | None: ...


def run_produce(context: ProductionContext, tenant_id: int, certificate_id: int, *, attempt: int) -> None:  # noqa: ARG001
    """Sign, draw and store the files of one certificate."""
    produce(
        context.database,
        context.blobs,
        context.renderers,
        context.keyring,
        tenant_id=tenant_id,
        certificate_id=certificate_id,
        png_at_once=context.settings.png_at_once,
        mail_configured=context.settings.mail_url is not None,
        now=utc_now(),
        timestamps=context.timestamps,
        recheck_one_in=context.settings.recheck_one_in,
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


def run_renew(context: ProductionContext, tenant_id: int, *, attempt: int) -> None:  # noqa: ARG001
    """Have every certificate that a withdrawn key has signed signed anew."""
    count = renew(context.database, tenant_id=tenant_id, now=utc_now())
    log.info("certificates_renewed", extra={"facts": {"tenant_id": tenant_id, "certificates": count}})


def fail_renew(context: ProductionContext, tenant_id: int, *, attempt: int, reason: str) -> None:  # noqa: ARG001
    """Every run ended in trouble. ``doctor`` shows what is still signed with a withdrawn key."""
    log.critical("renewal_failed", extra={"facts": {"tenant_id": tenant_id}})


def run_shred(
    context: ProductionContext,
    tenant_id: int,
    certificate_id: int,  # noqa: ARG001
    name: str,
    extension: str,
    *,
    attempt: int,  # noqa: ARG001
) -> None:
    """Delete one file that belongs to nobody any more."""
    shred(context.blobs, tenant_id, name, extension)


def fail_shred(
    context: ProductionContext,
    tenant_id: int,
    certificate_id: int,
    name: str,
    extension: str,
    *,
    attempt: int,  # noqa: ARG001
    reason: str,  # noqa: ARG001
) -> None:
    """The file store would not delete it, however often it was asked: it is asked again later, for ever."""
    facts = {"tenant_id": tenant_id, "certificate_id": certificate_id}
    log.error("file_not_deleted", extra={"facts": facts})
    context.database.write(
        tenant_id, lambda db: shred_later(db, certificate_id, name, extension, delay_seconds=AGAIN_SECONDS)
    ).result()
