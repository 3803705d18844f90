"""Tools for the caller itself and its templates."""

from certifly.mcp.arguments import Argument
from certifly.mcp.asking import API
from certifly.mcp.facts import counted, facts_of, object_schema, page_of, page_schema
from certifly.mcp.shared_arguments import CURSOR, LIMIT, TEMPLATE_ID
from certifly.mcp.tool import Arguments, Told, Tool

_TEXT = {"type": "string"}


async def _who_am_i(api: API, _: Arguments) -> Told:
    facts = facts_of(await api.get("/api/v1/me"))
    scopes = ", ".join(facts["token"]["scopes"])
    return Told(f"You act for {facts['tenant']['name']}. The token may: {scopes}.", facts)


async def _list_templates(api: API, given: Arguments) -> Told:
    answer = await api.get(
        "/api/v1/templates", status=given["status"], limit=given["limit"], cursor=given["cursor"]
    )
    facts = page_of(answer, "templates")
    if not facts["templates"]:
        return Told(
            "There is no such template. A person makes one first; see guides/write-a-template.", facts
        )
    return Told(f"Templates: {counted(facts, 'templates')}", facts)


async def _get_template_schema(api: API, given: Arguments) -> Told:
    answer = await api.get(f"/api/v1/templates/{given['template_id']}/schema")
    return Told(
        "The JSON Schema of `data` for this template. Use the names exactly as they stand here; "
        "there are no others.",
        {"template_id": str(given["template_id"]), "schema": answer.json()},
    )


TOOLS_OF_TEMPLATES = (
    Tool(
        name="who_am_i",
        title="Show the issuer and the scopes of this token",
        description=(
            "Say for which organisation the token of this connection acts, and what it may do. Use it first "
            "when another tool refuses for want of a token or a scope, or before you issue, to tell "
            "the person in whose name."
        ),
        run=_who_am_i,
        output=object_schema(
            {
                "tenant": object_schema({"slug": _TEXT, "name": _TEXT}),
                "token": object_schema(
                    {"name": _TEXT, "scopes": {"type": "array", "items": _TEXT}}, required=("scopes",)
                ),
            },
            required=("tenant", "token"),
        ),
    ),
    Tool(
        name="list_templates",
        title="List templates",
        description=(
            "List the certificate templates of this organisation, newest first: id, name, status, published "
            "version. A certificate is issued from a published template. Use it to find the template_id that "
            "other tools ask for. What a template wants to know is told by get_template_schema."
        ),
        arguments=(
            Argument(
                "status",
                {
                    "type": "string",
                    "enum": ["draft", "published", "archived"],
                    "description": "Only those of this status; for issuing: published.",
                },
            ),
            LIMIT,
            CURSOR,
        ),
        scope="templates.read",
        run=_list_templates,
        output=page_schema(
            "templates", object_schema({"id": _TEXT, "name": _TEXT, "status": _TEXT}, required=("id", "name"))
        ),
    ),
    Tool(
        name="get_template_schema",
        title="Show which values a template takes",
        description=(
            "Get the JSON Schema of the data of one template: every label and extra field by its exact name, "
            "its type, whether it is required, how long it may be. Labels are printed on the certificate and "
            "public on its check page; extra fields are kept with it and never shown. Use it before "
            "validate_certificate and issue_certificate, and map the columns of a list to these names."
        ),
        arguments=(TEMPLATE_ID,),
        scope="templates.read",
        run=_get_template_schema,
        output=object_schema(
            {"template_id": _TEXT, "schema": {"type": "object"}}, required=("template_id", "schema")
        ),
    ),
)
