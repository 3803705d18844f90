"""Settings that can never work end a start at once, with words; they do not start it again and again."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import environment_for, free_port

pytestmark = pytest.mark.long

GIVE_UP_EXIT = 78


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("files_url", "ftp://files.example.org", "CERTIFLY_FILES_URL"),
        ("mail_url", "http://mail.example.org", "CERTIFLY_MAIL_URL"),
        ("log_level", "loud", "CERTIFLY_LOG_LEVEL"),
    ],
)
@pytest.mark.parametrize("command", ["run", "serve", "work"])
def test_an_address_that_leads_nowhere_is_told_and_ends_the_start(
    tmp_path: Path, command: str, setting: str, value: str, told: str
) -> None:
    environment = environment_for(
        tmp_path, f"sqlite:///{tmp_path}/certifly.db", free_port(), **{setting: value}
    )

    started = [sys.executable, "-m", "certifly", command]
    ended = subprocess.run(started, env=environment, capture_output=True, text=True, timeout=30, check=False)

    assert ended.returncode == 1
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_supervised_process_says_that_starting_it_again_will_not_help(tmp_path: Path) -> None:
    environment = environment_for(tmp_path, f"sqlite:///{tmp_path}/certifly.db", free_port())
    command = [sys.executable, "-m", "certifly", "serve", "--supervisor", "1"]

    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)

    assert ended.returncode == GIVE_UP_EXIT  # the database was never migrated
    assert "certifly migrate" in ended.stderr
