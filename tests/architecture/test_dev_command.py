"""`./dev`: the environment is made once per lock, survives interruptions, and nobody's data is lost.

Each test works in a small copy of the repository: the real `./dev`, locks without packages, and a `certifly`
that tells how it was called. So nothing is fetched, and the environment of this repository is left alone.
"""

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

DEV = Path(__file__).resolve().parents[2] / "dev"
ECHO = """\
import json, os, sys
settings = {name: value for name, value in os.environ.items() if name.startswith("CERTIFLY_")}
print(json.dumps({"arguments": sys.argv[1:], "settings": settings, "prefix": sys.prefix}))
"""
SECONDS_MAX = 120


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy whose environment is made already."""
    folder = tmp_path_factory.mktemp("prepared") / "certifly"
    (folder / "requirements").mkdir(parents=True)
    (folder / "src" / "certifly").mkdir(parents=True)
    shutil.copy(DEV, folder / "dev")
    (folder / "requirements" / "run.lock").write_text("# nothing\n")
    (folder / "requirements" / "dev.lock").write_text("# nothing, for developers\n")
    (folder / "src" / "certifly" / "__main__.py").write_text(ECHO)

    made = dev(folder, "certifly", "--version")

    assert made.returncode == 0, made.stderr
    assert "Preparing .venv from requirements/run.lock with pip" in made.stderr
    assert json.loads(made.stdout)["prefix"] == str(folder / ".venv")
    return folder


@pytest.fixture
def repository(prepared: Path) -> Path:
    """The prepared copy, without what an earlier test left in it."""
    shutil.rmtree(prepared / "var", ignore_errors=True)
    (prepared / "requirements" / "run.lock").write_text("# nothing\n")
    assert dev(prepared, "certifly").returncode == 0
    shutil.rmtree(prepared / "var")
    return prepared


def dev(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(folder / "dev"), *arguments],
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """What a fresh machine has: a path without uv, and an empty home."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("CERTIFLY_", "COVERAGE_"))
    }
    return kept | {"PATH": "/usr/bin:/bin", "HOME": str(folder / "home")} | settings


def test_a_second_use_installs_nothing(repository: Path) -> None:
    again = dev(repository, "certifly", "token", "list")

    assert again.stderr == ""
    assert json.loads(again.stdout)["arguments"] == ["token", "list"]


def test_run_passes_its_arguments_on_and_keeps_standard_output_clean(repository: Path) -> None:
    (repository / "requirements" / "run.lock").write_text("# nothing yet\n")

    ran = dev(repository, "run", "--port", "8123", "--json")

    assert "Preparing" in ran.stderr
    assert json.loads(ran.stdout)["arguments"] == [
        *("run", "--demo", f"{repository}/var/demo.json"),
        *("--port", "8123", "--json"),
    ]


def test_data_is_kept_in_var_unless_the_environment_says_otherwise(repository: Path) -> None:
    settings = json.loads(dev(repository, "run").stdout)["settings"]

    assert settings == {
        "CERTIFLY_DATABASE_URL": f"sqlite:///{repository}/var/certifly.db",
        "CERTIFLY_FILES_URL": f"{repository}/var/files",
        "CERTIFLY_SECRET_KEY_FILE": f"{repository}/var/secret.key",
        "CERTIFLY_LOG_LEVEL": "warning",
    }


def test_another_folder_keeps_the_data_when_it_is_named(repository: Path, tmp_path: Path) -> None:
    called = json.loads(dev(repository, "run", DEV_STATE_DIR=str(tmp_path / "other")).stdout)

    assert called["arguments"] == ["run", "--demo", f"{tmp_path}/other/demo.json"]
    assert called["settings"]["CERTIFLY_DATABASE_URL"] == f"sqlite:///{tmp_path}/other/certifly.db"
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["secret.key"]
    assert not (repository / "var").exists()


def test_every_command_knows_the_address_that_the_data_was_served_at_last(
    repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "demo.json").write_text(json.dumps({"public_url": "http://localhost:8123", "port": 8123}))

    def addresses(*arguments: str, **settings: str) -> tuple[str | None, str | None]:
        called = dev(repository, *arguments, DEV_STATE_DIR=str(tmp_path), **settings).stdout
        known = json.loads(called)["settings"]
        return known.get("CERTIFLY_PUBLIC_URL"), known.get("CERTIFLY_PORT")

    assert addresses("certifly", "doctor") == ("http://localhost:8123", "8123")
    assert addresses("certifly", "doctor", CERTIFLY_PUBLIC_URL="https://c.example") == (
        "https://c.example",
        "8123",
    )
    assert addresses("certifly", "doctor", CERTIFLY_PORT="9") == ("http://localhost:8123", "9")
    # These two decide it.
    assert addresses("run") == addresses("certifly", "run") == (None, None)


@pytest.mark.parametrize(
    "kept", ["", "{ half a file", "[]", "{}", "7", '{"public_url": "http://localhost:8123"}']
)
def test_a_file_without_an_address_tells_no_command_anything(
    repository: Path, tmp_path: Path, kept: str
) -> None:
    (tmp_path / "demo.json").write_text(kept)

    called = dev(repository, "certifly", "doctor", DEV_STATE_DIR=str(tmp_path))

    assert not {"CERTIFLY_PUBLIC_URL", "CERTIFLY_PORT"} & set(json.loads(called.stdout)["settings"])


def test_the_environment_overrides_every_default(repository: Path) -> None:
    own = {
        "CERTIFLY_DATABASE_URL": "postgresql://db/certifly",
        "CERTIFLY_FILES_URL": "s3://certificates",
        "CERTIFLY_SECRET_KEY": "k" * 32,
        "CERTIFLY_LOG_LEVEL": "debug",
    }

    assert json.loads(dev(repository, "run", **own).stdout)["settings"] == own
    assert not (repository / "var" / "secret.key").exists()


def test_a_setting_from_a_file_overrides_a_default_too(repository: Path) -> None:
    own = {"CERTIFLY_DATABASE_URL_FILE": "/run/secrets/database"}

    assert "CERTIFLY_DATABASE_URL" not in json.loads(dev(repository, "run", **own).stdout)["settings"]


def test_the_secret_key_is_made_once_and_for_its_owner_only(repository: Path) -> None:
    dev(repository, "run")
    key = repository / "var" / "secret.key"
    first = key.read_text()
    dev(repository, "run")

    assert key.read_text() == first
    assert len(first.strip()) == 64
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [path.name for path in (repository / "var").iterdir()] == ["secret.key"]


def test_two_at_once_install_once_and_share_one_key(repository: Path) -> None:
    (repository / "requirements" / "run.lock").write_text("# nothing, twice\n")

    both = [
        subprocess.Popen(
            [sys.executable, str(repository / "dev"), "certifly"],
            env=environment(repository),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=SECONDS_MAX) for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert "".join(words for _, words in answers).count("Preparing") == 1
    assert [path.name for path in (repository / "var").iterdir()] == ["secret.key"]


def test_an_interrupted_installation_is_started_over(repository: Path) -> None:
    (repository / ".venv" / "certifly-installed").unlink()
    (repository / ".venv" / "certifly-unfinished").touch()
    (repository / ".venv" / "half-a-package").touch()

    ran = dev(repository, "certifly")

    assert ran.returncode == 0
    assert "The last installation was interrupted; starting over." in ran.stderr
    assert not (repository / ".venv" / "half-a-package").exists()


def test_a_kill_while_installing_leaves_nothing_that_looks_ready(repository: Path) -> None:
    shutil.rmtree(repository / ".venv")
    killed = subprocess.Popen(
        [sys.executable, str(repository / "dev"), "certifly"],
        env=environment(repository),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + SECONDS_MAX
    while not (repository / ".venv" / "bin" / "python").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(killed.pid, 9)
    killed.wait()

    ran = dev(repository, "certifly")

    assert "starting over" in ran.stderr
    assert json.loads(ran.stdout)["prefix"] == str(repository / ".venv")


def test_a_python_that_went_away_is_replaced(repository: Path) -> None:
    for name in ("python", "python3"):
        (repository / ".venv" / "bin" / name).unlink(missing_ok=True)
    (repository / ".venv" / "bin" / "python").symlink_to(repository / "gone")

    ran = dev(repository, "certifly")

    assert ran.returncode == 0, ran.stderr
    assert "Preparing" in ran.stderr


def test_a_package_that_left_the_lock_leaves_the_environment(repository: Path) -> None:
    (packages,) = (repository / ".venv" / "lib").glob("python3.*/site-packages")
    (packages / "old_friend.py").write_text("")
    (packages / "old_friend-1.0.dist-info").mkdir()
    (packages / "old_friend-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: old-friend\nVersion: 1.0\n"
    )
    (packages / "old_friend-1.0.dist-info" / "RECORD").write_text(
        "old_friend.py,,\nold_friend-1.0.dist-info/METADATA,,\nold_friend-1.0.dist-info/RECORD,,\n"
    )
    (repository / "requirements" / "run.lock").write_text("# without the old friend\n")

    ran = dev(repository, "certifly")

    assert ran.returncode == 0, ran.stderr
    assert not (packages / "old_friend.py").exists()


def test_a_package_whose_digest_is_wrong_is_refused(repository: Path) -> None:
    wheel = repository / "old_friend-1.0-py3-none-any.whl"
    wheel.write_bytes(b"not what was locked")
    (repository / "requirements" / "run.lock").write_text(f"old-friend==1.0 --hash=sha256:{'0' * 64}\n")

    ran = dev(repository, "certifly", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(repository))

    assert ran.returncode == 1
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in ran.stderr
    assert "The packages could not be installed; the reason is above." in ran.stderr
    assert ran.stdout == ""


@pytest.fixture
def tested(repository: Path) -> Path:
    """A copy in which pytest says how it was called."""
    (repository / "tests" / "unit").mkdir(parents=True, exist_ok=True)
    (repository / "pytest.py").write_text(ECHO)
    return repository


@pytest.mark.parametrize(
    ("arguments", "is_quick"),
    [
        ([], True),
        (["-q", "-k", "idempotency"], True),
        (["-k", "tests"], True),
        (["-q", "tests/unit"], False),
        (["tests/unit::test_a"], False),
        (["tests/none"], True),
    ],
)
def test_what_takes_minutes_is_tested_when_its_place_is_named(
    tested: Path, arguments: list[str], is_quick: bool
) -> None:
    called = json.loads(dev(tested, "test", *arguments).stdout)["arguments"]

    assert called[0] == "-m"
    assert all(f"not {marker}" in called[1] for marker in ("browser", "verifiers", "toolchains", "openssl"))
    assert ("not faults and not long and not postgres" in called[1]) is is_quick
    assert called[-len(arguments) :] == arguments or not arguments


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"]])
def test_help_needs_no_environment(tmp_path: Path, arguments: list[str]) -> None:
    shutil.copy(DEV, tmp_path / "dev")

    told = dev(tmp_path, *arguments)

    assert told.returncode == 0
    assert "check                     everything CI checks" in told.stdout
    assert not (tmp_path / ".venv").exists()


def test_an_unknown_command_is_refused_by_name(tmp_path: Path) -> None:
    shutil.copy(DEV, tmp_path / "dev")

    told = dev(tmp_path, "destroy")

    assert told.returncode == 2
    assert told.stderr == "./dev knows no command 'destroy'. ./dev help lists what it knows.\n"


def test_a_bench_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    shutil.copy(DEV, tmp_path / "dev")
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "render.py").write_text('if __name__ == "__main__":\n    pass\n')
    (tmp_path / "bench" / "__init__.py").touch()

    told = dev(tmp_path, "bench", "rendr")

    assert told.returncode == 2
    assert told.stderr == "./dev bench NAME measures one of: render\n"
