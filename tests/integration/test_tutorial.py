"""The tutorial and the guides, followed to the letter on a running installation.

What they tell a reader to type is typed, and what they print has to come out. A page whose commands nobody can
run here says why; no command is passed over in silence.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from certifly.rendering.images import inspect_image
from certifly.storage.blobs import name_of
from tests.handbook_commands import (
    LEFT_OUT,
    NOT_RUN,
    PAGES,
    ROOT,
    VARIABLE,
    Block,
    blocks_of,
    differences,
    follow,
    followed_the_tutorial,
    sit_down,
    steps_of,
)

TUTORIAL = PAGES / "tutorial" / "first-certificate.md"
OTHERS = {
    path.relative_to(PAGES).as_posix(): path for path in sorted(PAGES.rglob("*.md")) if path != TUTORIAL
}
LANGUAGES = {"sh", "text", "json", "python", "javascript", "xml", "http", "ini", "nginx", "sql", "yaml"}
WITH_COMMANDS = [name for name, path in OTHERS.items() if steps_of(blocks_of(path.read_text()))]


@pytest.mark.long
def test_the_tutorial_does_what_it_says_and_any_wrong_word_in_it_would_be_noticed(tmp_path: Path) -> None:
    done = follow(TUTORIAL.read_text(), sit_down(tmp_path))

    commands = [block for block in blocks_of(TUTORIAL.read_text()) if block.is_command]
    passed_over = [
        f"line {wrong.line}: {word}"
        for one in done
        if one.step.printed is not None
        for word, wrong in with_one_word_wrong(one.step.printed)
        if not differences(wrong, one.came, one.known.copy())
    ]
    assert [one.step.block.line for one in done] == [block.line for block in commands]
    assert passed_over == []


@pytest.mark.long
@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_a_page_does_what_it_says(name: str, tmp_path: Path) -> None:
    with followed_the_tutorial(tmp_path) as reader:
        follow(OTHERS[name].read_text(), reader)


def test_every_command_of_every_page_is_run_or_says_why_not() -> None:
    for path in [TUTORIAL, *OTHERS.values()]:
        text = path.read_text()
        blocks = blocks_of(text)
        commands = [block for block in blocks if block.is_command]
        run = [step.block for step in steps_of(blocks) if step.block.is_command]

        assert run == [block for block in commands if block.not_run is None], path
        assert len(NOT_RUN.findall(text)) == len(commands) - len(run), f"{path}: a reason without a command"
        # A command in any other language's dress would be passed over.
        assert not {block.language for block in blocks} - LANGUAGES, path


def test_the_guide_to_templates_shows_what_the_server_makes_of_its_picture() -> None:
    """Quickly, for whoever changes how pictures are re-encoded: the guide itself is followed in ``./dev check``."""
    guide = OTHERS["guides/write-a-template.md"].read_text()
    logo = next(block.text for block in blocks_of(guide) if block.title == "logo.svg")

    kept = inspect_image(logo.encode())

    assert set(re.findall(r"sha256:[0-9a-f]{64}", guide)) == {name_of(kept.content)}
    assert (
        f'"bytes": {len(kept.content)},\n      "width": {kept.width:g},\n      "height": {kept.height:g},'
        in guide
    )


DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


def test_no_page_asks_its_reader_to_put_a_value_of_their_own_into_a_command() -> None:
    to_edit = [
        f"{path.name}, line {block.line}: {found[0]}"
        for path in [ROOT / "README.md", TUTORIAL, *OTHERS.values()]
        for block in blocks_of(path.read_text())
        if block.is_command or block.is_file
        for found in [*VARIABLE.finditer(block.text), *DIGEST.finditer(block.text)]
    ]

    assert to_edit == [], "put it into a shell variable"


@pytest.mark.parametrize("name", [TUTORIAL.relative_to(PAGES).as_posix(), *OTHERS])
def test_json_without_a_title_is_what_a_command_printed(name: str) -> None:
    blocks = blocks_of((PAGES / name).read_text())
    strays = [
        f"{name}, line {block.line}"
        for before, block in zip([None, *blocks], blocks, strict=False)
        if block.language == "json" and not block.title and not (before and before.is_command)
    ]

    assert strays == []


def with_one_word_wrong(shown: Block) -> Iterator[tuple[str, Block]]:
    """The block again and again, each time with another word of it spoilt; not those that differ for every reader."""
    differs = [range(*found.span()) for found in VARIABLE.finditer(shown.text)]
    for word in re.finditer(rf"[^\W_]+|{LEFT_OUT}", shown.text):
        if word[0] == LEFT_OUT or any(word.start() in places for places in differs):
            continue
        yield word[0], replace(shown, text=f"{shown.text[: word.end()]}x{shown.text[word.end() :]}")
