"""The section of the handbook that lists what there is: one page for each kind of thing."""

from certifly.handbook.facts import Installation
from certifly.handbook.page import Section
from certifly.handbook.reference.addresses_page import addresses_page
from certifly.handbook.reference.checks_page import checks_page
from certifly.handbook.reference.commands_page import commands_page
from certifly.handbook.reference.errors_page import errors_page
from certifly.handbook.reference.limits_page import limits_page
from certifly.handbook.reference.mcp_page import mcp_page
from certifly.handbook.reference.schema_pages import certificate_page, template_document_page
from certifly.handbook.reference.scopes_page import scopes_page
from certifly.handbook.reference.settings_page import settings_page


def reference_section(installation: Installation) -> Section:
    """The reference of this installation."""
    return Section(
        "Reference",
        (
            errors_page(installation),
            scopes_page(installation),
            certificate_page(installation),
            template_document_page(installation),
            checks_page(),
            limits_page(),
            mcp_page(installation),
            settings_page(),
            commands_page(),
            addresses_page(installation),
        ),
    )
