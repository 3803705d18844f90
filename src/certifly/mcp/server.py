"""The server of the protocol: what it lists, and how a call of a tool becomes an answer.

One server serves every client and both eras of the protocol, and keeps nothing between two messages: whose token a
call carries is read from the message's own request, never from a place that another could have filled. A refusal is
an answer (``isError``) that a model can read and act on; only what names no tool, prompt or resource at all is an
error of the protocol.

Importing this loads the protocol's library, which takes a while: ``door.py`` does it when the first client comes.
"""

import logging
from collections.abc import Callable
from typing import Any

from mcp.server.caching import CacheHint
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    GetPromptRequestParams,
    GetPromptResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    PromptMessage,
    ReadResourceRequestParams,
    ReadResourceResult,
    TextContent,
    TextResourceContents,
    ToolAnnotations,
)
from mcp_types import Prompt as ListedPrompt
from mcp_types import PromptArgument as ListedPromptArgument
from mcp_types import Resource as ListedResource
from mcp_types import ResourceTemplate as ListedResourceTemplate
from mcp_types import Tool as ListedTool
from pydantic import ValidationError

from certifly import __version__
from certifly.mcp.arguments import ArgumentsWrong, read_arguments, schema_of
from certifly.mcp.asking import API, Caller, Gateway, Refused, Unanswered
from certifly.mcp.catalogue import TOOLS
from certifly.mcp.instructions import instructions
from certifly.mcp.prompts import PROMPTS, Prompt, PromptUnusable, issue_from_list, read_prompt_arguments
from certifly.mcp.refusals import in_words
from certifly.mcp.resources import FILLED_IN, ResourceUnknown, list_resources, read_resource
from certifly.mcp.tool import Effect, Tool
from certifly.web.decoding import printable

log = logging.getLogger(__name__)

Context = ServerRequestContext[Any, Any]
FindCaller = Callable[[Context], Caller]

LISTS_KEPT_MS = 300_000
"""How long a client may go on with a list that is the same for everybody: it changes with a release only."""


def build_server(gateway: Gateway, caller_of: FindCaller) -> "Server[Any]":
    """The server in front of one installation."""
    handlers = _Handlers(gateway, caller_of)
    lists = CacheHint(ttl_ms=LISTS_KEPT_MS, scope="public")
    server: Server[Any] = Server(
        "certifly",
        version=__version__,
        title="Certifly",
        description="Issue certificates that anyone can check, and check them.",
        instructions=instructions(gateway.public_url),
        website_url=f"{gateway.public_url}/docs/guides/ai-clients",
        cache_hints={"tools/list": lists, "prompts/list": lists, "resources/templates/list": lists},
        get_tool_input_schema=lambda _: None,  # no argument of ours stands in a header: nothing to compare
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_resource_templates,
        on_read_resource=handlers.read_resource,
        on_list_prompts=handlers.list_prompts,
        on_get_prompt=handlers.get_prompt,
    )
    # In the place of the library's own, which traces every message for a collector that nobody has set up.
    server.middleware[:] = [handlers.keep_defects_in]
    return server


class _Handlers:
    """One function for each method of the protocol."""

    def __init__(self, gateway: Gateway, caller_of: FindCaller) -> None:
        self._gateway = gateway
        self._caller_of = caller_of
        self._tools = ListToolsResult(tools=[_listed_tool(tool) for tool in TOOLS.values()])
        self._prompts = ListPromptsResult(prompts=[_listed_prompt(prompt) for prompt in PROMPTS.values()])

    async def keep_defects_in(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """The last net: the library would send a client of the older era the text of whatever was raised."""
        try:
            return await call_next(ctx)
        except (MCPError, ValidationError):
            raise
        except Exception:
            request_id = self._caller_of(ctx).request_id
            log.exception("message_failed", extra={"facts": {"method": ctx.method, "request_id": request_id}})
            message = (
                f"Something went wrong on our side. The operator can find it by the request id: {request_id}."
            )
            raise MCPError(code=INTERNAL_ERROR, message=message) from None

    async def list_tools(self, _: Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        """Every tool, whatever the token may do: a refusal says more than a tool that is missing."""
        return self._tools

    async def call_tool(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        """Perform a tool. Whatever stands against it is told in the answer."""
        tool = TOOLS.get(params.name)
        if tool is None:
            there_are = ", ".join(TOOLS)
            message = f"There is no tool {printable(params.name)}. There are: {there_are}."
            raise MCPError(code=INVALID_PARAMS, message=message)
        caller = self._caller_of(context)
        try:
            arguments = read_arguments(params.arguments or {}, tool.arguments)
            told = await tool.run(API(self._gateway, caller), arguments)
        except ArgumentsWrong as error:
            faults = "\n".join(f"- {fault}" for fault in error.faults)
            return _refusal(f"Refused: the arguments of {tool.name} cannot be used.\n{faults}")
        except Refused as refusal:
            return _refusal(in_words(refusal.answer))
        except Unanswered as error:
            return _refusal(_unanswered(error, caller, tool))
        except Exception:
            log.exception(
                "tool_failed", extra={"facts": {"tool": tool.name, "request_id": caller.request_id}}
            )
            return _refusal(
                "Something went wrong on our side; it is not known whether the call was carried out. The "
                f"operator can find it by the request id: {caller.request_id}."
            )
        facts = dict(told.facts) if told.facts is not None else None
        return CallToolResult(content=[TextContent(text=told.whole_text)], structured_content=facts)

    async def list_resources(
        self, context: Context, params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        """The handbook, and the caller's templates."""
        cursor = params.cursor if params is not None else None
        api = API(self._gateway, self._caller_of(context))
        try:
            found, next_cursor = await list_resources(api, cursor)
        except Refused as refusal:
            raise _protocol_error(refusal) from None
        except Unanswered as error:
            raise MCPError(code=INTERNAL_ERROR, message=str(error)) from None
        listed = [
            ListedResource(
                uri=one.uri,
                name=one.name,
                title=one.title,
                description=one.description,
                mime_type=one.media_type,
            )
            for one in found
        ]
        return ListResourcesResult(resources=listed, next_cursor=next_cursor)

    async def list_resource_templates(
        self, _: Context, __: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        """How the addresses of the others are made."""
        listed = [
            ListedResourceTemplate(
                uri_template=one.uri_template,
                name=one.name,
                title=one.title,
                description=one.description,
                mime_type=one.media_type,
            )
            for one in FILLED_IN
        ]
        return ListResourceTemplatesResult(resource_templates=listed)

    async def read_resource(self, context: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        """The text of one resource."""
        uri = str(params.uri)
        api = API(self._gateway, self._caller_of(context))
        try:
            text, media_type = await read_resource(api, uri)
        except ResourceUnknown:
            known = ", ".join(one.uri_template for one in FILLED_IN)
            message = f"There is no such resource. Beside what is listed there are: {known}."
            raise MCPError(code=INVALID_PARAMS, message=message) from None
        except Refused as refusal:
            raise _protocol_error(refusal) from None
        except Unanswered as error:
            raise MCPError(code=INTERNAL_ERROR, message=str(error)) from None
        return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type=media_type, text=text)])

    async def list_prompts(self, _: Context, __: PaginatedRequestParams | None) -> ListPromptsResult:
        """Every prompt."""
        return self._prompts

    async def get_prompt(self, _: Context, params: GetPromptRequestParams) -> GetPromptResult:
        """A prompt with its arguments filled in."""
        prompt = PROMPTS.get(params.name)
        try:
            if prompt is None:
                raise PromptUnusable(
                    f"There is no prompt {printable(params.name)}. There is: {', '.join(PROMPTS)}."
                )
            text = issue_from_list(read_prompt_arguments(prompt, params.arguments or {}))
        except PromptUnusable as error:
            raise MCPError(code=INVALID_PARAMS, message=str(error)) from None
        message = PromptMessage(role="user", content=TextContent(text=text))
        return GetPromptResult(description=prompt.description, messages=[message])


def _listed_tool(tool: Tool) -> ListedTool:
    return ListedTool(
        name=tool.name,
        title=tool.title,
        description=tool.whole_description,
        input_schema=schema_of(tool.arguments),
        output_schema=dict(tool.output) if tool.output is not None else None,
        annotations=ToolAnnotations(
            title=tool.title,
            read_only_hint=tool.effect is Effect.READS,
            destructive_hint=tool.effect is Effect.CHANGES,
            idempotent_hint=tool.effect is not Effect.ADDS,
            open_world_hint=tool.reaches_people,
        ),
    )


def _listed_prompt(prompt: Prompt) -> ListedPrompt:
    return ListedPrompt(
        name=prompt.name,
        title=prompt.title,
        description=prompt.description,
        arguments=[
            ListedPromptArgument(name=one.name, description=one.description, required=one.required)
            for one in prompt.arguments
        ],
    )


def _refusal(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=text)], is_error=True)


def _unanswered(error: Unanswered, caller: Caller, tool: Tool) -> str:
    again = {
        Effect.ADDS: "Look whether it was done before you repeat it.",
        Effect.ADDS_ONCE: "Repeat it with the same idempotency_key: it will not be done twice.",
    }.get(tool.effect, "It can be repeated without harm.")
    return (
        f"{error} It is not known whether the call was carried out. {again} Request id: {caller.request_id}."
    )


def _protocol_error(refusal: Refused) -> MCPError:
    status = refusal.answer.status
    return MCPError(
        code=INTERNAL_ERROR if status >= 500 else INVALID_PARAMS, message=in_words(refusal.answer)
    )
