"""The judge of the handbook's commands: what it lets pass, and what it does not."""

import os
from pathlib import Path

import pytest

from tests.handbook_commands import (
    ANOTHER_PORT,
    Block,
    Known,
    PageIsWrong,
    Reader,
    blocks_of,
    differences,
    follow,
    steps_of,
)

ONE = "ea30e249-5bb6-47f7-923c-e71f6940fc71"
OTHER = "377933f6-631f-42a1-8b57-c845bd252987"


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Somebody with a shell and nothing else."""
    return Reader(tmp_path, dict(os.environ), "http://localhost:1234")


def page(*fences: str) -> str:
    return "# A page\n\n" + "\n\n".join(f"```{fence}\n```" for fence in fences)


def printed(text: str, language: str = "text") -> Block:
    return Block(language, "", text, 1)


def test_what_came_as_shown_is_right(reader: Reader) -> None:
    (done,) = follow(page("sh\necho one two", "text\none two"), reader)

    assert done.came.strip() == "one two"


@pytest.mark.parametrize(
    ("command", "shown"),
    [("echo one two", "one too"), ("echo one two", "one"), ("echo one", "one two"), ("true", "one")],
)
def test_one_wrong_word_is_found_and_its_line_named(reader: Reader, command: str, shown: str) -> None:
    with pytest.raises(PageIsWrong, match="line 7"):
        follow(page(f"sh\n{command}", f"text\n{shown}"), reader)


def test_a_command_that_fails_is_found_wherever_it_stands(reader: Reader) -> None:
    with pytest.raises(PageIsWrong, match="ended with 1"):
        follow(page("sh\nfalse\necho done", "text\ndone"), reader)


def test_a_command_that_fails_within_a_pipe_is_found(reader: Reader) -> None:
    with pytest.raises(PageIsWrong, match="ended with 3"):
        follow(page("sh\n(exit 3) | cat"), reader)


def test_a_command_that_ends_the_shell_is_found(reader: Reader) -> None:
    with pytest.raises(PageIsWrong, match="did not come to where it should"):
        follow(page("sh\nexit 0"), reader)


def test_blocks_share_one_shell_and_one_folder(reader: Reader) -> None:
    steps = page("sh\nNAME=Ada\ncd /", "sh\ncd - >/dev/null\necho $NAME > name", "sh\ncat name", "text\nAda")

    follow(steps, reader)

    assert (reader.folder / "name").read_text() == "Ada\n"


def test_a_block_with_a_file_name_is_saved_before_what_follows(reader: Reader) -> None:
    follow(page('json request.json\n{"a": 1}', "sh\ncat request.json", 'json\n{"a": 1}'), reader)


def test_a_block_in_a_terminal_of_its_own_runs_until_the_page_is_done(reader: Reader) -> None:
    begun = 'sh In a terminal of its own\ntrap "echo ended > ended" EXIT; echo begun; sleep 600'

    follow(page(begun, "text\nbegun", "sh\ntest ! -e ended"), reader)

    assert (reader.folder / "ended").exists()


def test_a_block_in_a_terminal_of_its_own_shows_how_it_begins(reader: Reader) -> None:
    with pytest.raises(PageIsWrong, match="does not show"):
        follow(page("sh In a terminal of its own\nsleep 600"), reader)


def test_a_block_in_a_terminal_of_its_own_that_says_something_else_is_found(reader: Reader) -> None:
    with pytest.raises(PageIsWrong, match="did not come to where it should"):
        follow(page("sh In a terminal of its own\necho refused; exit", "text\nbegun"), reader)


def test_a_block_that_is_not_run_says_why(reader: Reader) -> None:
    text = page("sh\necho one") + "\n\n[not run]: # (It needs a mail server.)\n\n```sh\nfalse\n```\n"

    assert [block.not_run for block in blocks_of(text)] == [None, "It needs a mail server."]
    assert len(follow(text, reader)) == 1


def test_only_a_block_that_follows_a_command_is_what_it_printed() -> None:
    steps = steps_of(
        blocks_of(page("text\nbefore", "sh\necho", "text\nafter", "text\nlater", "sh\necho", "python\n"))
    )

    assert [step.printed and step.printed.text for step in steps] == ["after\n", None]


def test_the_address_of_the_handbook_is_this_installations(reader: Reader) -> None:
    follow(page("sh\necho http://localhost:8000/docs", "text\nhttp://localhost:8000/docs"), reader)


def test_a_second_server_listens_on_a_port_that_nobody_has(reader: Reader) -> None:
    follow(page("sh\necho 8001 localhost:8001 18001 > ports"), reader)

    port, address, other = (reader.folder / "ports").read_text().split()
    assert port != ANOTHER_PORT
    assert (address, other) == (f"localhost:{port}", "18001")


@pytest.mark.parametrize(
    ("shown", "came"),
    [
        (ONE, OTHER),
        ("certifly_" + "a" * 43, "certifly_" + "-" * 43),
        ("2026-11-26T22:40:08.215485Z", "2027-01-01T00:00:00.000000Z"),
        ("0" * 32, "f" * 32),
    ],
)
def test_what_differs_for_every_reader_matches_its_kind(shown: str, came: str) -> None:
    assert not differences(printed(f"a {shown}/b"), f"a {came}/b", Known())
    assert differences(printed(f"a {shown}/b"), f"a {came}/c", Known())
    assert differences(printed(f"a {shown}/b"), "a word/b", Known())


@pytest.mark.parametrize(
    ("shown", "came"),
    [
        ("sha256:" + "0" * 64, "sha256:" + "f" * 64),
        ("0" * 64, "0" * 63 + "1"),
        ("1754 x 1240", "1754 x 1241"),
        ("204 bytes", "205 bytes"),
        ("logo.svg", "logo.png"),
    ],
)
@pytest.mark.parametrize("language", ["text", "json"])
def test_what_is_the_same_for_every_reader_has_to_come_as_it_is_shown(
    shown: str, came: str, language: str
) -> None:
    texts = [f'"{text}"' if language == "json" else text for text in (shown, came)]

    assert not differences(printed(texts[0], language), texts[0], Known())
    assert differences(printed(texts[0], language), texts[1], Known())


def test_what_a_reader_typed_comes_back_as_it_is(reader: Reader) -> None:
    follow(page(f"sh\necho {ONE} {OTHER}", f"text\n{ONE} {OTHER}"), reader)

    with pytest.raises(PageIsWrong):
        follow(page(f"sh\ntrue {ONE}; echo {OTHER}", f"text\n{ONE}"), reader)
    with pytest.raises(PageIsWrong):
        follow(page(f"text request.txt\n{ONE}", f"sh\necho {OTHER}", f"text\n{ONE}"), reader)


def test_a_value_stands_for_what_came_in_its_place(reader: Reader) -> None:
    known = Known()

    assert not differences(printed(f"{ONE} {ONE}"), f"{OTHER} {OTHER}", known)
    assert known.put_into(f"/check/{ONE}") == f"/check/{OTHER}"
    assert differences(printed(ONE), ONE, known)
    assert differences(printed(f"{ONE} {ONE}"), f"{OTHER} {ONE}", Known())
    follow(page(f"sh\necho {OTHER}", f"text\n{ONE}", f"sh\necho {ONE}", f"text\n{OTHER}"), reader)


def test_three_dots_are_the_rest_of_their_line_and_no_more() -> None:
    assert not differences(printed("one …\ntwo"), "one and more\ntwo", Known())
    assert differences(printed("one …"), "one\nand more", Known())
    assert differences(printed("one … two"), "one and two", Known())
    assert differences(printed(f"one …{ONE}"), f"one and {ONE}", Known())


@pytest.mark.parametrize(
    ("shown", "came"),
    [
        ('{"a": 1, "b": [1, 2]}', '{"a":1,\n"b":[1,2]}'),
        ('{"b": 2, "…": "…"}', '{"a": 1, "b": 2, "c": 3}'),
        ('[1, "…"]', "[1, 2, 3]"),
        ('"one …"', '"one and more"'),
        ('"one …"', r'"one and\nmore"'),
    ],
)
def test_json_is_compared_as_values_but_for_what_was_left_out(shown: str, came: str) -> None:
    assert not differences(printed(shown, "json"), came, Known())


@pytest.mark.parametrize(
    ("shown", "came"),
    [
        ('{"a": 1}', '{"a": 1, "b": 2}'),
        ('{"a": 1, "b": 2}', '{"a": 1}'),
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}'),
        ('{"b": 2, "…": "…"}', '{"a": 1}'),
        ('{"a": 1}', '{"a": true}'),
        ('{"a": 1}', '{"a": "1"}'),
        ('{"a": null}', '{"a": false}'),
        ("[1]", "[1, 2]"),
        ("[1, 2]", "[1]"),
        ("[1, 2]", "[2, 1]"),
        ('"one"', '"two"'),
        ("[]", "{}"),
        ("{}", "no JSON"),
        ("no JSON", "{}"),
    ],
)
def test_json_that_says_something_else_is_found(shown: str, came: str) -> None:
    assert differences(printed(shown, "json"), came, Known())
