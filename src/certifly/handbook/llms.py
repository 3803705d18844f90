"""The handbook for language models: an index of its pages, and all of them in one text (https://llmstxt.org).

The index is a title, a summary, and a list of links for each section; links lead to the Markdown.
"""

from certifly.handbook.contents import Handbook
from certifly.handbook.page import Section

TITLE = "Certifly"
SUMMARY = (
    "A self-hosted certificate issuance gateway: design a template once, issue certificates through one strict HTTP "
    "call, and let anyone check them, online or offline."
)


def llms_txt(handbook: Handbook) -> str:
    """The index, as ``/llms.txt`` serves it."""
    url = handbook.installation.public_url
    return f"# {TITLE}\n\n> {SUMMARY}\n\n{_details(url)}\n" + "\n".join(
        _links(section, url) for section in handbook.sections
    )


def llms_full_txt(handbook: Handbook) -> str:
    """Every page in reading order, as ``/llms-full.txt`` serves it."""
    url = handbook.installation.public_url
    pages = [page for section in handbook.sections for page in section.pages]
    bodies = [f"{handbook.whole(page).rstrip()}\n\nSource: {url}{page.address}\n" for page in pages]
    return f"> {SUMMARY}\n\n{_details(url)}\n" + "\n---\n\n".join(bodies)


def _details(url: str) -> str:
    return (
        f"This is the handbook of the installation at {url}. Its calls are described in {url}/openapi.json (OpenAPI "
        f"3.1); AI clients connect to the MCP server at {url}/_mcp/server. Every page is Markdown with `.md` behind "
        f"its address, and all of them together are {url}/llms-full.txt.\n"
    )


def _links(section: Section, url: str) -> str:
    lines = [f"- [{page.title}]({url}{page.markdown_address}): {page.summary}" for page in section.pages]
    return "\n".join([f"## {section.title}", "", *lines, ""])
