"""From a code, or from what stands in a file, to the rows that can say whether it is genuine."""

import uuid

from certifly.certificates.models import Certificate, Edition
from certifly.credentials.public_keys import list_keys
from certifly.db.tenant import TenantDB
from certifly.templates.queries import get_version
from certifly.tenants.models import Tenant
from certifly.verification.claims import code_of
from certifly.verification.facts import Facts
from certifly.verification.judge import the_credential
from certifly.verification.record import Record


def code_in(facts: Facts) -> uuid.UUID | None:
    """The code of the certificate that a file says it is."""
    found = the_credential(facts)
    return code_of(found.document) if found is not None and found.form != "other" else None


def read_record(db: TenantDB, certificate: Certificate) -> Record:
    """The record of a certificate, with every edition and key there ever was."""
    tenant = db.directory.get(Tenant, db.tenant_id)
    assert tenant is not None, "rows of a tenant have their tenant"
    return Record(
        slug=tenant.slug,
        certificate=certificate,
        timezone=get_version(db, certificate.template_id, certificate.template_version).document.timezone,
        editions=db.find(Edition, Edition.certificate_id == certificate.id, order_by=[Edition.number]),
        keys=list_keys(db),
        predecessor=_other(db, certificate.replaces_id),
        successor=_other(db, certificate.successor_id),
    )


def _other(db: TenantDB, certificate_id: int | None) -> Certificate | None:
    return db.get(Certificate, certificate_id) if certificate_id is not None else None
