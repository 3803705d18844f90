"""The generator, and what is put right after it: the committed samples are what both make of today's document."""

from pathlib import Path

import pytest

from certifly.handbook.samples import PLACEHOLDER
from tools import npm
from tools.sample_mending import NotFound, mend
from tools.sample_requests import SampleRequest, requests_of
from tools.samples import INSTALLED, SOURCE, TARGETS, differences, generate, main, todays_document

pytestmark = pytest.mark.toolchains


@pytest.fixture(scope="module", autouse=True)
def generator() -> None:
    assert npm.are_installed(SOURCE, INSTALLED), "Install it: .venv/bin/python -m tools.samples --check"


@pytest.fixture(scope="module")
def requests() -> list[SampleRequest]:
    return requests_of(todays_document())


def test_what_is_committed_is_what_would_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    assert "are those of today's document" in capsys.readouterr().out


def test_a_file_that_is_missing_changed_or_left_over_is_told(tmp_path: Path) -> None:
    for name in ("same", "changed", "left-over"):
        (tmp_path / f"{name}.json").write_text(name)

    wanted = {"same.json": "same", "changed.json": "new", "missing.json": "new"}

    assert differences(wanted, tmp_path) == ["changed.json", "left-over.json", "missing.json"]


def test_one_text_is_right_for_http_and_for_https(requests: list[SampleRequest]) -> None:
    plain = PLACEHOLDER.replace("https:", "http:")

    secure = generate(requests)
    insecure = generate(requests, address=plain)

    for one, other in zip(secure, insecure, strict=True):
        assert {language: code.replace(PLACEHOLDER, plain) for language, code in one.items()} == other


@pytest.mark.parametrize("language", TARGETS)
def test_code_that_the_generator_writes_in_another_way_is_noticed(
    requests: list[SampleRequest], language: str
) -> None:
    for request in requests:
        if request.has_json or request.upload or request.answer_file:
            with pytest.raises(NotFound):
                mend("// nothing of what was expected", language, request)
