"""Published versions that were used lately, parsed once.

A version never changes, so what is kept here can only be out of date, never wrong: the commit that issues a
certificate checks that its version is still the published one.
"""

from collections import OrderedDict

from certifly.templates.queries import PublishedTemplate

KEPT_MAX = 256


class RecentTemplates:
    """The published versions last used in this process, by tenant and template id."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int], PublishedTemplate] = OrderedDict()

    def find(self, tenant_id: int, template_id: int) -> PublishedTemplate | None:
        """What was kept, or None."""
        kept = self._kept.get((tenant_id, template_id))
        if kept is not None:
            self._kept.move_to_end((tenant_id, template_id))
        return kept

    def keep(self, tenant_id: int, template: PublishedTemplate) -> None:
        """Keep it, and let go of the one that was not used for longest."""
        self._kept[(tenant_id, template.template_id)] = template
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)

    def forget(self, tenant_id: int, template_id: int | None) -> None:
        """Drop a version that is no longer the published one."""
        if template_id is not None:
            self._kept.pop((tenant_id, template_id), None)
