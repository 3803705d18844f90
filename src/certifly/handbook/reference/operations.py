"""The pages of every operation, one section for each tag of the OpenAPI document."""

from certifly.handbook.facts import Installation
from certifly.handbook.page import Section
from certifly.handbook.reference.operation_page import operation_page, operations_in

PRODUCT = "Gateway API"


def operation_sections(installation: Installation) -> tuple[Section, ...]:
    """One section for each tag that has operations, in the document's order of tags."""
    operations = operations_in(installation.openapi)
    sections = []
    for tag in installation.openapi["tags"]:
        mine = [operation for operation in operations if operation.tag == tag["name"]]
        # What is called most comes first in the document of the route's file; the path alone would sort by letters.
        pages = tuple(operation_page(operation, installation) for operation in mine)
        if pages:
            sections.append(Section(f"{PRODUCT}: {tag['name']}", pages))
    return tuple(sections)
