"""How `certifly` refuses: one clear line, an exit code, and a traceback only for defects of ours."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import click
import psycopg
import pytest
from sqlalchemy.exc import InterfaceError, OperationalError

from certifly.app.trouble import trouble_in
from certifly.cli import main as command_line
from certifly.db.revision import newest_revision
from certifly.storage.errors import StorageUnavailable
from tests.cast import SECRET_KEY
from tests.command import CommandLine
from tests.postgres import PostgreSQL


def process(*arguments: str, database_url: str, stdout: int = subprocess.PIPE) -> "subprocess.Popen[bytes]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CERTIFLY_")}
    environment |= {"CERTIFLY_DATABASE_URL": database_url, "CERTIFLY_SECRET_KEY": SECRET_KEY}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    return subprocess.Popen(
        [sys.executable, "-m", "certifly", *arguments], env=environment, stdout=stdout, stderr=subprocess.PIPE
    )


def test_every_command_is_named_in_the_help(sqlite: CommandLine) -> None:
    help_text = sqlite("--help").output

    for name in (
        "run",
        "serve",
        "work",
        "migrate",
        "tenant",
        "token",
        "template",
        "render",
        "outbox",
        "doctor",
    ):
        assert f"\n  {name} " in help_text


def test_help_loads_nothing_heavy() -> None:
    listing = "import certifly.cli.main, sys; print(*sys.modules)"
    loaded = subprocess.check_output(
        [sys.executable, "-c", listing],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        text=True,
    ).split()

    assert {"sqlalchemy", "fastapi", "dbos", "typst", "pydantic", "alembic"} & set(loaded) == set()


def test_the_version_is_told(sqlite: CommandLine) -> None:
    assert sqlite("--version").output == "certifly, version 0.1.0\n"


def test_a_command_that_does_not_exist_is_a_wrong_call(sqlite: CommandLine) -> None:
    refused = sqlite("destroy")

    assert refused.exit_code == 2
    assert "No such command 'destroy'." in refused.errors


def test_a_wrong_call_is_told_to_programs_as_json(sqlite: CommandLine) -> None:
    refused = sqlite("tenant", "create", "lovelace", "--json")

    assert refused.exit_code == 2
    assert refused.fault == {"message": "Missing option '--name'.", "errors": {}, "code": "UsageError"}


def test_settings_that_cannot_be_used_are_all_told(sqlite: CommandLine) -> None:
    refused = sqlite("tenant", "list", port="70000", public_url="example.org", portt="1")

    assert refused.exit_code == 1
    for name in ("CERTIFLY_PORT:", "CERTIFLY_PUBLIC_URL:", "CERTIFLY_PORTT is not a setting"):
        assert name in refused.errors


def test_an_address_with_an_impossible_port_is_refused_as_a_setting(sqlite: CommandLine) -> None:
    refused = sqlite("tenant", "list", database_url="postgresql://ada:secret@127.0.0.1:port/certifly")

    assert refused.exit_code == 1
    assert "CERTIFLY_DATABASE_URL: has a port that is no number below 65536." in refused.errors


def test_a_database_of_another_release_says_what_to_run(sqlite: CommandLine, tmp_path: Path) -> None:
    refused = sqlite("tenant", "list", database_url=f"sqlite:///{tmp_path}/empty.db")

    assert refused.exit_code == 1
    assert refused.errors == "Error: The database is not up to date. Run: certifly migrate\n"


@pytest.mark.parametrize(
    "command", [["migrate"], ["tenant", "list"], ["run", "--port", "65535"]], ids=" ".join
)
def test_a_database_of_a_newer_release_is_left_alone(
    sqlite: CommandLine, sqlite_url: str, command: list[str]
) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    refused = sqlite(*command)

    assert refused.exit_code == 1
    assert refused.errors == (
        f"Error: The database is at revision 9999, which a newer release has made; this one knows {newest_revision()}. "
        "Run that release, or restore the back-up that was made before it.\n"
    )
    connection.close()


@pytest.mark.postgres
def test_a_role_without_rights_is_told_who_gives_them(sqlite: CommandLine, postgres: PostgreSQL) -> None:
    with psycopg.connect(postgres.owner_url) as owner:
        owner.execute("REVOKE SELECT ON tenants FROM certifly_service")

    refused = sqlite("tenant", "list", "--json", database_url=postgres.service_url)

    assert refused.exit_code == 1
    assert refused.fault["code"] == "RightsMissing"
    assert (
        "permission denied for table tenants. certifly migrate makes the tables" in refused.fault["message"]
    )


@pytest.mark.parametrize(
    ("database_url", "words"),
    [
        ("postgresql://ada:secret@127.0.0.1:1/certifly", "Connection refused"),
        ("sqlite:////proc/certifly.db", "unable to open database file"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(
    sqlite: CommandLine, database_url: str, words: str
) -> None:
    refused = sqlite("tenant", "list", database_url=database_url)

    assert refused.exit_code == 1
    assert refused.errors.startswith("Error: The database cannot be used: ")
    assert words in refused.errors
    assert "secret" not in refused.errors
    assert refused.errors.count("\n") == 1


def test_what_is_no_database_is_told_to_programs(sqlite: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Ada, " * 1000)

    refused = sqlite("tenant", "list", "--json", database_url=f"sqlite:///{tmp_path}/letter.txt")

    assert refused.exit_code == 1
    assert refused.fault["code"] == "DatabaseUnusable"
    assert "file is not a database" in refused.fault["message"]


def test_a_broken_connection_is_trouble_whatever_the_driver_calls_it() -> None:
    error = InterfaceError(
        "SELECT 'Ada'", None, Exception("server closed\nLINE 1: 'Ada'"), connection_invalidated=True
    )

    trouble = trouble_in(error)

    assert trouble is not None
    assert trouble.message == "The database cannot be used: server closed. See CERTIFLY_DATABASE_URL."


def test_a_driver_without_words_is_told_as_such() -> None:
    trouble = trouble_in(OperationalError("SELECT 1", None, Exception("")))

    assert trouble is not None
    assert "no reason was given" in trouble.message


def test_files_that_cannot_be_written_are_trouble() -> None:
    trouble = trouble_in(StorageUnavailable("The folder /srv cannot be used: it is read-only."))

    assert trouble is not None
    assert trouble.message == "The folder /srv cannot be used: it is read-only."


@pytest.mark.parametrize(
    "error", [ZeroDivisionError(), InterfaceError("SELECT 1", None, Exception("misuse"))]
)
def test_a_defect_of_ours_is_no_trouble_of_the_operator(error: Exception) -> None:
    assert trouble_in(error) is None


def test_a_defect_keeps_its_traceback(sqlite: CommandLine) -> None:
    @click.command()
    def defective() -> None:
        raise ZeroDivisionError

    command_line.certifly.add_command(defective)
    try:
        with pytest.raises(ZeroDivisionError):
            sqlite("defective")
    finally:
        del command_line.certifly.commands["defective"]


def test_an_interrupted_command_ends_as_interrupted(sqlite: CommandLine) -> None:
    @click.command()
    def endless() -> None:
        raise KeyboardInterrupt

    command_line.certifly.add_command(endless)
    try:
        assert sqlite("endless").exit_code == 130
    finally:
        del command_line.certifly.commands["endless"]


def test_a_reader_that_has_gone_is_no_traceback(sqlite_url: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    listing = process("tenant", "list", database_url=sqlite_url, stdout=writing)
    os.close(writing)

    _, errors = listing.communicate(timeout=60)

    assert listing.returncode == 1
    assert errors == b""


def test_a_real_process_answers_as_the_same_command_does_here(sqlite_url: str) -> None:
    made = process(
        "tenant", "create", "lovelace", "--name", "Lovelace Academy", "--json", database_url=sqlite_url
    )
    output, errors = made.communicate(timeout=60)

    assert (made.returncode, errors) == (0, b"")
    assert json.loads(output)["slug"] == "lovelace"
