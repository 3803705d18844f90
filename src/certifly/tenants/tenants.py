"""Create and find tenants."""

import re
from datetime import datetime

from certifly.core.damaged_text import DAMAGE, is_damaged
from certifly.core.errors import Invalid, NotFound
from certifly.db.tenant import Directory
from certifly.tenants.errors import TenantSlugTaken
from certifly.tenants.models import Tenant

NAME_LENGTH_MAX = 200
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def create_tenant(directory: Directory, *, slug: str, name: str, now: datetime) -> Tenant:
    """Add an organisation. Raises Invalid for a bad slug or name, TenantSlugTaken when the slug is in use."""
    faults: dict[str, list[str]] = {}
    name = " ".join(name.split())
    if not SLUG.fullmatch(slug):
        faults["slug"] = ["A slug has 1 to 63 of a-z, 0-9 and -, and begins and ends with a letter or digit."]
    if not 1 <= len(name) <= NAME_LENGTH_MAX:
        faults["name"] = [f"A name has 1 to {NAME_LENGTH_MAX} characters."]
    elif is_damaged(name):
        faults["name"] = [f"The name contains {DAMAGE}."]
    if faults:
        raise Invalid(faults)
    if directory.find_one(Tenant, Tenant.slug == slug):
        raise TenantSlugTaken(slug)

    tenant = Tenant(slug=slug, name=name, created_at=now)
    directory.add(tenant)
    directory.flush()
    return tenant


def find_tenant(directory: Directory, slug: str) -> Tenant | None:
    """The tenant of this slug, or None."""
    return directory.find_one(Tenant, Tenant.slug == slug)


def get_tenant(directory: Directory, slug: str) -> Tenant:
    """The tenant of this slug. Raises NotFound."""
    tenant = find_tenant(directory, slug)
    if tenant is None:
        raise NotFound(f"There is no tenant {slug}. Create it: certifly tenant create {slug} --name NAME")
    return tenant


def list_tenants(directory: Directory) -> list[Tenant]:
    """Every tenant, oldest first."""
    return directory.find(Tenant, order_by=[Tenant.id])
