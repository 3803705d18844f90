"""The texts for language models follow the convention of llms.txt."""

import re

from certifly.handbook.contents import Handbook
from certifly.handbook.llms import llms_full_txt, llms_txt
from tests.unit.handbook.conftest import PUBLIC_URL


def test_the_index_is_a_title_a_summary_and_sections_of_links(handbook: Handbook) -> None:
    lines = llms_txt(handbook).split("\n")

    assert lines[0] == "# Certifly"
    assert lines[2].startswith("> ")
    sections = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert sections == [section.title for section in handbook.sections]
    assert [line for line in lines if line.startswith("#")] == ["# Certifly", *(f"## {s}" for s in sections)]


def test_the_index_links_the_markdown_of_every_page(handbook: Handbook) -> None:
    found = re.findall(r"^- \[([^\]]+)\]\((\S+)\): (.+)$", llms_txt(handbook), re.MULTILINE)

    assert found == [
        (page.title, PUBLIC_URL + page.markdown_address, page.summary) for page in handbook.pages.values()
    ]


def test_the_full_text_holds_every_page_and_where_it_is(handbook: Handbook) -> None:
    text = llms_full_txt(handbook)

    for page in handbook.pages.values():
        assert f"\n# {page.title}\n" in text.replace("`", "")
        assert f"\nSource: {PUBLIC_URL}{page.address}\n" in text
    assert "](/" not in re.sub(r"```.*?```", "", text, flags=re.DOTALL)
