"""The judge of the locks: what it lets through, and what it names."""

import json
from pathlib import Path

import pytest

from tools.lock_hygiene import ROOT, faults_in

DIGEST, OTHER_DIGEST = "a" * 64, "b" * 64
CLICK = f"click==8.5.1 \\\n    --hash=sha256:{DIGEST}\n    # via certifly (pyproject.toml)\n"
PYTEST = f"pytest==9.2.0 ; python_version < '3.15' \\\n    --hash=sha256:{DIGEST}\n"
REGISTRY = "registry" + ".example.org"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose locks are in order."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "run.lock").write_text(CLICK)
    (tmp_path / "requirements" / "dev.lock").write_text(CLICK + PYTEST)
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["click>=8.5,<9"]\n[dependency-groups]\ndev = ["pytest>=9"]\n'
    )
    return tmp_path


def write(project: Path, name: str, content: str) -> None:
    (project / name).write_text(content)


def test_the_locks_of_this_repository_are_in_order() -> None:
    assert faults_in(ROOT) == []


def test_locks_in_order_have_no_fault(project: Path) -> None:
    assert faults_in(project) == []


@pytest.mark.parametrize(
    "line",
    [
        f"--index-url https://{REGISTRY}/simple\n",
        f"# from http://{REGISTRY}\n",
        f"a @ https://{REGISTRY}/a.whl\n",
    ],
)
def test_an_address_in_a_python_lock_is_a_fault(project: Path, line: str) -> None:
    write(project, "requirements/run.lock", line + CLICK)

    assert "requirements/run.lock: line 1 holds an address." in faults_in(project)


def test_a_package_without_a_digest_is_a_fault(project: Path) -> None:
    write(project, "requirements/dev.lock", CLICK + "pytest==9.2.0\n")

    assert faults_in(project) == ["requirements/dev.lock: pytest has no digest."]


@pytest.mark.parametrize("digest", ["", "a" * 63, "A" * 64, "a" * 65])
def test_a_digest_that_is_none_does_not_count(project: Path, digest: str) -> None:
    write(project, "requirements/dev.lock", f"{CLICK}pytest==9.2.0 --hash=sha256:{digest}\n")

    assert faults_in(project) == ["requirements/dev.lock: pytest has no digest."]


@pytest.mark.parametrize("line", ["pytest>=9\n", "-e .\n", "-r other.txt\n", "--find-links wheels\n"])
def test_a_line_that_is_no_exact_package_is_a_fault(project: Path, line: str) -> None:
    write(project, "requirements/dev.lock", CLICK + PYTEST + line)

    assert faults_in(project) == [f"requirements/dev.lock: line 6 is not name==version: {line.strip()}"]


def test_what_runs_must_be_what_is_developed_with(project: Path) -> None:
    write(project, "requirements/run.lock", CLICK.replace("8.5.1", "8.5.2"))

    assert faults_in(project) == [
        "requirements/run.lock: click 8.5.2 is not in requirements/dev.lock. Run ./dev lock."
    ]


def test_the_same_version_with_other_digests_is_a_fault(project: Path) -> None:
    write(project, "requirements/run.lock", CLICK.replace(DIGEST, OTHER_DIGEST))

    assert faults_in(project) == [
        "requirements/run.lock: click has other digests than in requirements/dev.lock. Run ./dev lock."
    ]


def test_a_dependency_that_was_never_locked_is_a_fault(project: Path) -> None:
    write(project, "pyproject.toml", '[project]\ndependencies = ["click>=8.5", "Uvi_Corn"]\n')

    assert faults_in(project) == [
        f"requirements/{name}.lock: Uvi_Corn of pyproject.toml is missing. Run ./dev lock."
        for name in ("run", "dev")
    ]


def test_a_version_outside_what_the_project_asks_for_is_a_fault(project: Path) -> None:
    write(project, "pyproject.toml", '[project]\ndependencies = ["click>=9"]\n')

    assert faults_in(project)[0] == "requirements/run.lock: click 8.5.1 is not >=9. Run ./dev lock."


def test_a_missing_lock_is_a_fault(project: Path) -> None:
    (project / "requirements" / "run.lock").unlink()

    assert faults_in(project) == ["requirements/run.lock is missing. Make it: ./dev lock"]


def test_an_npm_lock_may_say_whom_to_thank(project: Path) -> None:
    package = {
        "version": "1.0.0",
        "integrity": "sha512-x",
        "funding": {"url": "https://github.com/sponsors/ada"},
    }
    write(project, "package-lock.json", json.dumps({"packages": {"node_modules/a": package}}))

    assert faults_in(project) == []


@pytest.mark.parametrize("key", ["resolved", "funding"])
def test_an_npm_lock_may_not_name_a_registry(project: Path, key: str) -> None:
    package = {key: f"https://{REGISTRY}/a/-/a-1.0.0.tgz"}
    write(project, "package-lock.json", json.dumps({"packages": {"node_modules/a": package}}))

    assert faults_in(project) == [
        f"package-lock.json: /packages/node_modules/a/{key} names https://{REGISTRY}."
    ]


def test_an_npm_lock_may_not_fetch_from_anywhere_else_either(project: Path) -> None:
    write(
        project,
        "package-lock.json",
        json.dumps({"packages": {"a": {"resolved": "git+ssh://git@example.org/a"}}}),
    )

    assert faults_in(project) == ["package-lock.json: /packages/a/resolved names git+ssh://git@example.org."]


def test_any_other_lock_may_not_name_a_registry(project: Path) -> None:
    write(project, "client.lock", f'source = "https://{REGISTRY}/index"\nhomepage = "https://example.org"\n')

    assert faults_in(project) == [f"client.lock: names the registry {REGISTRY}."]


def test_what_was_installed_is_not_looked_into(project: Path) -> None:
    (project / "node_modules" / "a").mkdir(parents=True)
    write(project, "node_modules/a/yarn.lock", f"https://{REGISTRY}/a")

    assert faults_in(project) == []
