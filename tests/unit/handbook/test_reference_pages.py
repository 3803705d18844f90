"""The pages that list what there is: nothing is missing, and what they say is what the code says."""

import re
from functools import cache
from pathlib import Path

import pytest

from certifly.core.settings import PREFIX, Settings
from certifly.handbook.markdown import headings_in, parse, slug
from certifly.handbook.page import Page
from certifly.handbook.reference import checks_page, commands_page, limits_page, mcp_page
from certifly.handbook.reference.error_words import OTHERS, TO_DO, WHERE
from certifly.handbook.reference.errors_page import LISTED_MAX, all_codes
from certifly.handbook.reference.operation_page import operations_in
from certifly.handbook.reference.operations import operation_sections
from certifly.handbook.reference.pages import reference_section
from certifly.handbook.reference.schema_pages import STATUSES
from certifly.handbook.reference.settings_page import GROUPS
from certifly.tenants.scopes import SCOPES
from certifly.verification.report import CheckName, Reason
from certifly.web.errors import STATUS, codes_of
from tests.described import PUBLIC_URL, installation, openapi
from tools import describe_checks, describe_commands, describe_limits

PAGES = {
    page.path: page
    for section in (*operation_sections(installation()), reference_section(installation()))
    for page in section.pages
}
LINK = re.compile(r"\]\((/docs/[^)#]*)(?:#([^)]*))?\)")


def page(name: str) -> Page:
    return PAGES[f"reference/{name}"]


def prose_of(body: str) -> str:
    """The page without what stands between fences."""
    return re.sub(r"^(`{3,}).*?^\1$", "", body, flags=re.DOTALL | re.MULTILINE)


def rows_of(body: str) -> list[list[list[str]]]:
    """The tables of a page, each a list of rows of cells; the header first, its line left out."""
    tables: list[list[list[str]]] = []
    inside = False
    for line in prose_of(body).splitlines():
        if not line.startswith("| "):
            inside = False
            continue
        if not inside:
            tables.append([])
        inside = True
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if set(cells) != {"---"}:
            tables[-1].append(cells)
    return tables


def section_of(body: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its rank."""
    depth, _, _ = heading.partition(" ")
    _, found, rest = f"\n{body}".partition(f"\n{heading}\n")
    assert found, f"there is no {heading}"
    return re.split(rf"^#{{1,{len(depth)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("path", PAGES)
def test_every_row_has_as_many_cells_as_its_table_and_none_is_empty(path: str) -> None:
    for header, *rows in rows_of(PAGES[path].body):
        assert rows
        for row in rows:
            assert len(row) == len(header), row
            assert all(row), row


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_how_it_is_made(path: str) -> None:
    prose = prose_of(PAGES[path].body)

    assert not re.search(r"`None`|\| None \||<class|object at 0x|\$ref|``(?!`)", prose)
    assert "#/components/" not in prose
    assert "localhost" not in prose.replace("http://localhost:8000`", "").replace("@localhost`", "")


@pytest.mark.parametrize("path", PAGES)
def test_every_link_to_a_page_like_these_leads_somewhere(path: str) -> None:
    for address, anchor in LINK.findall(PAGES[path].body):
        target = address.removeprefix("/docs/")
        if target.startswith(("guides/", "explanation/", "tutorial/")):
            continue  # written by people, and held against each other elsewhere
        assert target in PAGES, address
        assert not anchor or anchor in anchors_of(PAGES[target].body), f"{address}#{anchor}"
    for anchor in re.findall(r"\]\(#([^)]*)\)", PAGES[path].body):
        assert anchor in anchors_of(PAGES[path].body), anchor


@cache
def anchors_of(body: str) -> set[str]:
    """Where one can link to on a page: its headings, and its rows that begin with a word of code."""
    tokens = parse(body)
    rows = {str(token.attrGet("id")) for token in tokens if token.type == "tr_open"}
    return {heading.anchor for heading in headings_in(tokens)} | rows


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_a_title_and_a_summary_of_its_own(path: str) -> None:
    found = PAGES[path]

    assert found.body.startswith(f"# {found.title}\n")
    assert found.summary and "\n" not in found.summary
    assert [other.path for other in PAGES.values() if other.title == found.title] == [path]


def test_every_code_has_its_status_a_meaning_and_something_to_do() -> None:
    body = page("errors").body

    for one in all_codes():
        told = section_of(body, f"### `{one.name}`")
        assert slug(f"`{one.name}`") == one.name
        assert f"**What to do:** {TO_DO[one.name]}" in told
        assert one.meaning and one.meaning in told
        assert re.search(r"^Answered by: .+\.$", told, re.MULTILINE)
        assert not one.status or f"`{one.name}`" in section_by_status(body, one.status)
    assert {one.name for one in all_codes()} == set(TO_DO)


def section_by_status(body: str, status: int) -> str:
    [heading] = re.findall(rf"^## {status} .*$", body, re.MULTILINE)
    return section_of(body, heading)


def test_no_code_of_the_table_is_forgotten() -> None:
    table = {code for _, code in STATUS.values()} | {
        code for status in range(400, 600) for code in codes_of(status)
    }

    assert table <= set(TO_DO)
    assert set(OTHERS) & {code for _, code in STATUS.values()} == set()
    assert set(WHERE) <= set(TO_DO)


def test_a_code_names_the_calls_that_answer_it() -> None:
    body = page("errors").body

    assert (
        "Answered by: [Create Certificate](/docs/gateway-api/certificates/create-certificate), "
        "[Correct a certificate](/docs/gateway-api/certificates/replace-certificate).\n"
    ) in section_of(body, "### `idempotency_key_in_use`")
    assert "Answered by: every call that wants a token.\n" in section_of(body, "### `token_missing`")
    assert "Answered by: every call that wants a scope.\n" in section_of(body, "### `scope_missing`")
    assert "Answered by: every call that takes a body.\n" in section_of(body, "### `body_too_slow`")
    assert "Answered by: every call of this installation.\n" in section_of(body, "### `internal_error`")
    assert "Answered by: every call but " in section_of(body, "### `queue_full`")
    assert re.search(r"Answered by: \d+ calls, as their pages say\.", section_of(body, "### `not_found`"))
    assert "Some calls answer it with 410." in section_of(body, "### `certificate_erased`")
    for line in re.findall(r"^Answered by: (.*)$", body, re.MULTILINE):
        assert line.count("](/docs/gateway-api/") <= LISTED_MAX


def settings_told() -> dict[str, tuple[str, str]]:
    """What may stand in each variable, and its default."""
    found = re.findall(
        r"^### `(\w+)`\n\n.+\n\nValue: (.*)\. Default: (.*)\.\n", page("settings").body, re.MULTILINE
    )
    return {name: (value, default) for name, value, default in found}


def test_every_setting_has_a_place_with_its_value_and_default() -> None:
    told = settings_told()

    assert set(told) == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert told["CERTIFLY_SECRET_KEY"][1] == "none, it must be set"
    assert told["CERTIFLY_MAIL_URL"][1] == "not set"
    assert told["CERTIFLY_PORT"] == ("whole number (1 to 65535)", "`8000`")
    assert told["CERTIFLY_PNG_AT_ONCE"] == ("true or false", "`false`")
    assert told["CERTIFLY_RENDER_TIMEOUT_SECONDS"][1] == "`20`"
    assert told["CERTIFLY_EMAIL_RETRY_SECONDS"][1] == "`60,300,1800,7200,28800`"
    assert "`CERTIFLY_PDF_SIGNATURE_LEVEL`" in section_of(
        page("settings").body, "### `CERTIFLY_TIMESTAMP_URL`"
    )


def test_defaults_are_shown_as_an_operator_would_write_them() -> None:
    told = {name: default for name, (_, default) in settings_told().items()}
    environment = {name: default.strip("`") for name, default in told.items() if default.startswith("`")}

    written = Settings.from_environment(environment | {"CERTIFLY_SECRET_KEY": "x" * 64})

    assert written == Settings(secret_key="x" * 64)


def test_settings_that_no_group_names_would_still_be_told() -> None:
    named = [name for names in GROUPS.values() for name in names]

    assert len(set(named)) == len(named)
    assert set(named) <= set(Settings.model_fields)
    assert ("## Others" in page("settings").body) == (set(named) < set(Settings.model_fields))


def test_the_list_of_commands_is_that_of_the_command_line() -> None:
    assert commands_page.FILE.read_text(encoding="utf-8") == describe_commands.describe(), (
        "A command has changed. Run python -m tools.describe_commands."
    )


def test_every_command_has_a_place_with_its_options() -> None:
    body = page("commands").body

    for command in commands_page.listing()["commands"]:
        told = section_of(body, f"{'##' if command['name'].count(' ') == 1 else '###'} `{command['name']}`")
        for option in command["options"]:
            assert f"| `{option['names']}` | " in told.replace("\\|", "|")
    assert "Required. Can be repeated." in section_of(body, "### `certifly token create`")
    assert "| `78` | " in section_of(body, "## Exit codes")


def test_the_list_of_checks_is_that_of_the_reports() -> None:
    assert checks_page.FILE.read_text(encoding="utf-8") == describe_checks.describe(), (
        "A check or a reason has changed. Run python -m tools.describe_checks."
    )


def test_every_reason_stands_at_its_check_with_its_outcome() -> None:
    body = page("checks").body

    for name in CheckName:
        assert f"\n## `{name.value}`\n" in body
    for reason in Reason:
        assert re.search(
            rf"^\| `{reason.value}` \| (passed|failed|unknown) \| [A-Z].+\. \|$", body, re.MULTILINE
        )
    assert "| `being_made` | unknown |" in section_of(body, "## `signature`")
    assert "| `being_made` | unknown |" in section_of(body, "## `unaltered`")
    assert "| `status_elsewhere` | unknown |" in section_of(body, "## `not_expired`")
    assert "`being_made`" not in section_of(body, "## `issuer`")


def test_the_list_of_limits_is_that_of_the_constants() -> None:
    assert limits_page.FILE.read_text(encoding="utf-8") == describe_limits.describe(), (
        "A limit has changed. Run python -m tools.describe_limits."
    )


def test_every_limit_of_these_modules_is_told_or_nobodys_business() -> None:
    told = [constant for limits in describe_limits.GROUPS.values() for constant in limits]
    names = {":".join(constant.split(":")[:2]) for constant in told}
    root = Path(describe_limits.__file__).parents[1] / "src" / "certifly"

    assert len(names) == len(told)
    assert names & describe_limits.INNER == set()
    for module in {name.partition(":")[0] for name in names | describe_limits.INNER}:
        source = (root / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
        limits = set(re.findall(r"^([A-Z][A-Z0-9_]*_(?:MAX|MIN))\b(?:: \w+)? =", source, re.MULTILINE))
        assert {f"{module}:{limit}" for limit in limits} <= names | describe_limits.INNER, module


def test_limits_are_said_in_units_that_people_count_in() -> None:
    body = page("limits").body

    assert "| Body of a call, but for those below | 256 KiB |" in body
    assert "| Time for a body to arrive | 30 seconds |" in body
    assert "| Time for which the answer to a key is kept | 1 day |" in body
    assert "| Text of a field, whatever the template says | 5,000 characters |" in body
    assert "| Secret key and master key, at least | 32 bytes |" in body


def test_every_scope_names_the_calls_and_tools_that_need_it() -> None:
    body = page("scopes").body
    needing = {
        scope: [
            one
            for one in operations_in(openapi())
            if any(scope in names for found in one.told["security"] for names in found.values())
        ]
        for scope in SCOPES
    }

    for scope, meaning in SCOPES.items():
        told = section_of(body, f"## `{scope}`")
        assert meaning in told
        assert needing[scope], "a scope that nothing needs"
        assert re.findall(r"^- \[.*?\]\(/docs/(.*?)\)$", told, re.MULTILINE) == [
            one.page_path for one in needing[scope]
        ]
        tools = [tool["name"] for tool in mcp_page.listing()["tools"] if tool["scope"] == scope]
        assert all(f"`{tool}`" in told for tool in tools)


def test_every_tool_resource_and_prompt_of_the_ai_clients_is_told() -> None:
    body = page("mcp").body

    for tool in mcp_page.listing()["tools"]:
        told = section_of(body, f"### `{tool['name']}`")
        for argument in tool["arguments"]["properties"]:
            assert f"| `{argument}` | " in told
        assert f"Needs: `{tool['scope']}`." in told or not tool["scope"]
    for resource in mcp_page.listing()["resources"]:
        assert f"| `{resource['uri']}` | " in body
    for prompt in mcp_page.listing()["prompts"]:
        assert f"### `{prompt['name']}`\n" in body
    assert f"--transport http certifly {PUBLIC_URL}/_mcp/server" in body
    assert f'"url": "{PUBLIC_URL}/_mcp/server"' in body


def test_a_status_of_a_certificate_is_told_with_its_meaning() -> None:
    told = openapi()["components"]["schemas"]["Certificate"]["properties"]["status"]["enum"]
    table = rows_of(section_of(page("certificate").body, "## Status"))[0]

    assert set(STATUSES) == set(told)
    assert [row[0].strip("`") for row in table[1:]] == told


def test_a_template_document_is_told_part_by_part_without_end() -> None:
    body = page("template-document").body
    schemas = openapi()["components"]["schemas"]

    for name in ("Layout", "TextElement", "QRElement", "FieldDefinition", "Alignment"):
        for key in schemas[name]["properties"]:
            assert f"\n| `{key}` | " in body, (name, key)
    assert "[text element](#text-element)" in body
    assert [len(table[0]) for table in rows_of(body)] == [3] * len(rows_of(body))
