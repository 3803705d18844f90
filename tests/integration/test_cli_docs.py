"""`certifly docs export`: the handbook as files, wherever it is asked for."""

from pathlib import Path

import pytest

from certifly.handbook.export import MARKER
from tests.command import CommandLine

ADDRESS = "https://example.org/gateway"


def test_it_needs_no_installation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = CommandLine({}, capsys)

    answer = nowhere("docs", "export", str(tmp_path / "site"), "--json")

    assert answer.exit_code == 0
    assert answer.facts["public_url"] == "http://localhost:8000"
    assert answer.facts["folder"] == str(tmp_path / "site")
    assert answer.facts["pages"] > 50 and answer.facts["files"] > 2 * answer.facts["pages"]
    assert (tmp_path / "site" / MARKER).exists()


def test_it_is_made_for_the_address_of_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The other settings are not read: this machine may be another than the one that serves.
    command = CommandLine({"CERTIFLY_PUBLIC_URL": ADDRESS, "CERTIFLY_SECRET_KEY": "short"}, capsys)

    answer = command("docs", "export", str(tmp_path))

    assert answer.exit_code == 0
    assert f"public_url: {ADDRESS}\n" in answer.output
    assert f"{ADDRESS}/docs" in (tmp_path / "llms.txt").read_text()


def test_an_address_that_is_named_counts_before_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = CommandLine({"CERTIFLY_PUBLIC_URL": "https://elsewhere.example.org"}, capsys)

    answer = command("docs", "export", str(tmp_path), "--public-url", f"{ADDRESS}/", "--json")

    assert answer.facts["public_url"] == ADDRESS


@pytest.mark.parametrize("address", ["example.org", "ftp://example.org", "https://a@example.org"])
def test_an_address_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    answer = CommandLine({}, capsys)("docs", "export", str(tmp_path), "--public-url", address, "--json")

    assert answer.exit_code == 1
    assert "must be an address" in answer.fault["message"]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.tex").write_text("Notes on the Engine")

    answer = CommandLine({}, capsys)("docs", "export", str(tmp_path), "--json")

    assert answer.exit_code == 1
    assert answer.fault["code"] == "FolderNotEmpty"


def test_a_file_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x")

    assert CommandLine({}, capsys)("docs", "export", str(tmp_path / "file")).exit_code == 2
