"""The guide to PostgreSQL, followed to the letter on a server that holds nothing yet."""

import os
import re
from pathlib import Path

import pytest

from tests.handbook_commands import PAGES, Reader, blocks_of, follow, sit_down
from tests.postgres import fresh_server

GUIDE = PAGES / "guides" / "postgresql.md"
LEFT_TO_THIS_TEST = re.compile(rf"^\[not run\]: # \(.*{re.escape(Path(__file__).name)}.*\)\n", re.MULTILINE)


@pytest.mark.long
@pytest.mark.postgres
def test_the_guide_to_postgresql_does_what_it_says(tmp_path: Path) -> None:
    guide = LEFT_TO_THIS_TEST.sub("", GUIDE.read_text())
    # What needs a bucket, or never ends, stays out.
    assert len([block for block in blocks_of(guide) if block.not_run]) == 1

    with fresh_server() as server:
        here = re.sub(
            r"@db\.example\.org/(\w+)", lambda found: f"@/{found[1]}?host={server.socket_folder}", guide
        )
        reader = sit_down(tmp_path)
        with_client = {
            "PGHOST": str(server.socket_folder),
            "PATH": f"{server.programs}{os.pathsep}{reader.environment['PATH']}",
        }
        follow(here, Reader(reader.folder, reader.environment | with_client, reader.base_url))
