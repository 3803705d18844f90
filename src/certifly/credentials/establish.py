"""Make an organisation together with its keys, in one commit: from its first moment it can sign."""

from datetime import datetime

from certifly.credentials.keyring import Keyring
from certifly.db.tenant import Directory, TenantDB
from certifly.tenants.models import Tenant
from certifly.tenants.tenants import create_tenant


def establish_tenant(
    directory: Directory, keyring: Keyring, *, slug: str, name: str, now: datetime
) -> Tenant:
    """A tenant that can issue at once. Raises Invalid, TenantSlugTaken."""
    tenant = create_tenant(directory, slug=slug, name=name, now=now)
    own = TenantDB(directory.batch, tenant.id)
    try:
        keyring.create(own, issuer_name=tenant.name, slug=slug, now=now)
        own.flush()
    finally:
        own.close()
    return tenant
