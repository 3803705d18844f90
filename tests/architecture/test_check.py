"""The judge of judges: what `./dev check` does about tests that did not run and programs that are not there."""

import tarfile
from pathlib import Path

import pytest

from tools import npm, official_schema, verifiers
from tools.check import (
    MACHINE_PACKAGES,
    command,
    imports_go_down_only,
    machine_packages_are_there,
    no_test_was_skipped,
)

REPORT = """<testsuites><testsuite>
<testcase classname="tests.unit.test_a" name="test_that_ran"/>
<testcase classname="tests.unit.test_a" name="test_b">{outcome}</testcase>
</testsuite></testsuites>"""


def report(folder: Path, outcome: str) -> Path:
    file = folder / "tests.xml"
    file.write_text(REPORT.format(outcome=outcome))
    return file


def test_a_run_without_skipped_tests_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert no_test_was_skipped(report(tmp_path, ""))
    assert capsys.readouterr().out == "2 tests ran, none was skipped.\n"


def test_a_skipped_test_is_a_failure_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    skipped = '<skipped type="pytest.skip" message="no browser"/>'

    assert not no_test_was_skipped(report(tmp_path, skipped))
    assert capsys.readouterr().out == "tests.unit.test_a::test_b: no browser\n"


def test_an_exception_that_is_known_and_reasoned_is_not_a_skipped_test(tmp_path: Path) -> None:
    assert no_test_was_skipped(report(tmp_path, '<skipped type="pytest.xfail" message="the extractor"/>'))


def test_a_run_that_left_no_report_is_a_failure(tmp_path: Path) -> None:
    assert not no_test_was_skipped(tmp_path / "tests.xml")


def test_programs_that_cannot_be_installed_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert not machine_packages_are_there()
    assert f"Missing: {' '.join(MACHINE_PACKAGES)}." in capsys.readouterr().out


def test_any_of_several_browsers_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for programs in MACHINE_PACKAGES.values():
        (tmp_path / programs[-1]).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert machine_packages_are_there()


def test_packages_of_npm_are_installed_once_for_each_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, installed, programs = (tmp_path / name for name in ("source", "installed", "programs"))
    for folder in (source, programs):
        folder.mkdir()
    for name in npm.FILES:
        (source / name).write_text(name)
    program = programs / "npm"
    program.write_text("#!/bin/sh\necho once >> runs\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/bin:/usr/bin")

    assert npm.install("the verifiers", source, installed)
    assert npm.install("the verifiers", source, installed)
    assert (installed / "runs").read_text() == "once\n"

    (source / "package-lock.json").write_text("another lock")
    assert not npm.are_installed(source, installed)

    program.write_text("#!/bin/sh\necho no such package >&2\nexit 1\n")
    assert not npm.install("the verifiers", source, installed)
    assert "no such package" in capsys.readouterr().out
    assert not npm.are_installed(source, installed)


def test_packages_of_npm_need_npm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert not npm.install("the verifiers", verifiers.SOURCE, tmp_path / "installed")
    assert "npm is missing" in capsys.readouterr().out


def test_the_official_schema_is_in_the_archive_that_the_lock_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "dev.lock"
    lock.write_text("pytest==9.0.0 \\\n    --hash=sha256:00\n")

    assert not official_schema.install(tmp_path / "schema", lock)
    assert "dev.lock does not name openbadgeslib" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["elsewhere.json", official_schema.NAME])
def test_another_file_is_not_taken_for_the_official_schema(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")
    with tarfile.open(tmp_path / "openbadgeslib-1.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / name, f"openbadgeslib-1/tests/{name}")

    fault = official_schema.unpack(tmp_path, tmp_path / "schema")

    assert fault is not None and "no ob_v3p0_achievementcredential_schema.json with the digest" in fault
    assert not official_schema.is_there(tmp_path / "schema")
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / official_schema.NAME).write_text("{}")
    assert not official_schema.is_there(tmp_path / "schema")


def test_a_step_holds_when_its_program_says_so() -> None:
    assert command("compileall", "-h")()
    assert not command("no.such.module")()


def test_an_import_that_goes_up_is_a_failure(tmp_path: Path) -> None:
    contract = """[tool.importlinter]
root_package = "certifly"

[[tool.importlinter.contracts]]
name = "Turned upside down"
type = "layers"
layers = ["certifly.core", "certifly.db"]
"""
    upside_down = tmp_path / "pyproject.toml"
    upside_down.write_text(contract)

    assert not imports_go_down_only(upside_down)
    upside_down.write_text(
        contract.replace('"certifly.core", "certifly.db"', '"certifly.db", "certifly.core"')
    )
    assert imports_go_down_only(upside_down)
