"""Every tool, in the order in which a model reads them."""

from certifly.mcp.tools_for_everyone import TOOLS_FOR_EVERYONE
from certifly.mcp.tools_of_certificates import TOOLS_OF_CERTIFICATES
from certifly.mcp.tools_of_templates import TOOLS_OF_TEMPLATES

TOOLS = {tool.name: tool for tool in (*TOOLS_FOR_EVERYONE, *TOOLS_OF_TEMPLATES, *TOOLS_OF_CERTIFICATES)}
