"""`certifly doctor`: every kind of trouble is found, named, and told with what to do about it."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from certifly.app.checkup.finding import Finding
from certifly.app.checkup.keys import ENDS_WITHIN, look_at_keys
from certifly.app.checkup.parts import JOB_WAIT_SECONDS, look_at_workers
from certifly.app.checkup.records import LISTED_MAX, RENDERED_WITHIN
from certifly.certificates.models import RENDERED, Certificate, Edition
from certifly.certificates.produce import produce_again, record_failure
from certifly.certificates.queries import get_certificate_to_change
from certifly.core.clock import utc_now
from certifly.core.settings import Settings
from certifly.credentials.establish import establish_tenant
from certifly.credentials.import_seal import import_seal
from certifly.credentials.keyring import Keyring, MasterKey
from certifly.credentials.models import SigningKey
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import FAILED, Email
from certifly.tenants.tenants import get_tenant
from certifly.worker.slot import take_slot
from tests.cast import ADAS_ADDRESS, KEYRING, MONDAY, SECRET_KEY, TUESDAY
from tests.command import Answer, CommandLine
from tests.issued import PUBLIC_URL, issue_certificates, publish_template
from tests.mail_server import mail_server
from tests.postgres import PostgreSQL
from tests.sealing import PASSWORD, outside_chain, pkcs12_of, private_key
from tests.time_stamp_authority import time_stamp_authority


@pytest.fixture
def tenant_id(certifly: CommandLine, database: Database) -> int:
    """Tenant Lovelace, with the published template 1."""
    certifly("tenant", "create", "lovelace", "--name", "Lovelace Academy")
    found = database.read_directory(lambda directory: get_tenant(directory, "lovelace").id).result()
    publish_template(database, found)
    return found


def found(answer: Answer, part: str) -> dict[str, Any]:
    """What ``doctor --json`` says of one part."""
    (finding,) = [one for one in answer.facts["findings"] if one["part"] == part]
    return dict(finding)


def states(answer: Answer) -> dict[str, str]:
    return {finding["part"]: finding["state"] for finding in answer.facts["findings"]}


def test_a_fresh_installation_is_well(certifly: CommandLine) -> None:
    examined = certifly("doctor", "--json")

    assert examined.exit_code == 0
    assert examined.facts["ok"] is True
    assert states(examined) == {
        "settings": "well",
        "public address": "well",
        "proxy": "well",
        "database": "well",
        "files": "well",
        "mail": "note",
        "time stamps": "well",
        "fonts": "well",
        "rendering": "well",
        "workers": "note",
        "keys": "well",
        "failed certificates": "well",
        "credentials": "well",
        "waiting certificates": "well",
        "QR codes": "well",
        "e-mails": "well",
    }


def test_a_database_of_a_newer_release_is_trouble(sqlite: CommandLine, sqlite_url: str) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    examined = sqlite("doctor", "--json")

    assert examined.exit_code == 1
    assert found(examined, "database")["message"].startswith(
        "The database is at revision 9999, which a newer release"
    )


def test_people_read_a_line_for_each_part(sqlite: CommandLine) -> None:
    examined = sqlite("doctor")

    assert examined.output.startswith("Settings\n  CERTIFLY_DATABASE_URL ")
    assert "\nok       files: The folder " in examined.output
    assert "\nnote     mail: No mail server is configured (CERTIFLY_MAIL_URL)" in examined.output
    assert examined.output.endswith("\nAll is well.\n")


def test_settings_are_told_with_their_origin_and_without_their_secrets(
    sqlite: CommandLine, tmp_path: Path
) -> None:
    key = tmp_path / "secret.key"
    key.write_text("s3cr3t-" * 8)

    examined = sqlite(
        "doctor",
        "--json",
        secret_key="",
        secret_key_file=str(key),
        mail_url="smtp://ada:pa/ss@w0rd@127.0.0.1:1",
        master_key="s3cr3t+" * 8,
        timestamp_url="http://ada:w0rd@127.0.0.1:1/tsa",
    )

    settings = examined.facts["settings"]
    assert settings["CERTIFLY_SECRET_KEY"] == {
        "value": "*** (56 characters)",
        "origin": f"CERTIFLY_SECRET_KEY_FILE ({key})",
    }
    assert settings["CERTIFLY_MASTER_KEY"] == {
        "value": "*** (56 characters)",
        "origin": "CERTIFLY_MASTER_KEY",
    }
    assert settings["CERTIFLY_TIMESTAMP_URL"]["value"] == "http://ada:***@127.0.0.1:1/tsa"
    assert settings["CERTIFLY_MAIL_URL"] == {
        "value": "smtp://ada:***@127.0.0.1:1",
        "origin": "CERTIFLY_MAIL_URL",
    }
    assert settings["CERTIFLY_PORT"] == {"value": "8000", "origin": "default"}
    assert "s3cr3t" not in examined.output
    assert "w0rd" not in examined.output
    assert (
        f"from CERTIFLY_SECRET_KEY_FILE ({key})"
        in sqlite("doctor", secret_key="", secret_key_file=str(key)).output
    )


def test_settings_that_cannot_be_used_end_the_look(sqlite: CommandLine) -> None:
    examined = sqlite("doctor", "--json", secret_key="short", portt="1")

    assert examined.exit_code == 1
    assert states(examined) == {"settings": "trouble"}
    assert len(found(examined, "settings")["details"]) == 2
    assert sqlite("doctor", secret_key="short").output.endswith("\n1 problem to mend.\n")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_an_address_of_this_machine_alone_is_worth_a_note(sqlite: CommandLine, host: str) -> None:
    examined = sqlite("doctor", "--json", public_url=f"http://{host}:8000")

    assert examined.exit_code == 0
    assert found(examined, "public address")["state"] == "note"


def test_a_database_that_is_away_does_not_hide_the_rest(sqlite: CommandLine) -> None:
    examined = sqlite("doctor", "--json", database_url="postgresql://ada@127.0.0.1:1/certifly")

    assert examined.exit_code == 1
    assert "Connection refused" in found(examined, "database")["message"]
    assert found(examined, "files")["state"] == "well"
    assert found(examined, "records")["state"] == "note"


def test_a_database_that_was_never_made_is_not_made_by_looking(sqlite: CommandLine, tmp_path: Path) -> None:
    examined = sqlite("doctor", "--json", database_url=f"sqlite:///{tmp_path}/none.db")

    assert found(examined, "database")["message"].endswith("Make it: certifly migrate")
    assert not (tmp_path / "none.db").exists()


def test_a_database_without_our_tables_says_what_to_run(sqlite: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()

    examined = sqlite("doctor", "--json", database_url=f"sqlite:///{tmp_path}/empty.db")

    assert found(examined, "database")["state"] == "trouble"
    assert found(examined, "database")["message"].endswith("Run: certifly migrate")


@pytest.mark.postgres
def test_a_role_above_row_level_security_is_trouble(certifly: CommandLine, postgres: PostgreSQL) -> None:
    examined = certifly("doctor", "--json", database_url=postgres.admin_url)

    assert examined.exit_code == 1
    assert "not bound by row-level security" in found(examined, "database")["message"]


def test_files_that_cannot_be_written_are_trouble(sqlite: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("not a folder")

    in_the_way = sqlite("doctor", "--json", files_url=str(tmp_path / "taken"))
    nowhere = sqlite("doctor", "--json", files_url="ftp://example.org/files")

    assert in_the_way.exit_code == nowhere.exit_code == 1
    assert found(in_the_way, "files")["state"] == found(nowhere, "files")["state"] == "trouble"


def test_a_mail_server_that_lets_us_in_is_well(sqlite: CommandLine) -> None:
    with mail_server() as server:
        examined = sqlite("doctor", "--json", mail_url=f"smtp://127.0.0.1:{server.port}")

    assert found(examined, "mail")["state"] == "well"
    assert server.inbox.messages == []


@pytest.mark.parametrize("mail_url", ["smtp://127.0.0.1:1", "http://127.0.0.1"])
def test_a_mail_server_that_cannot_be_used_is_trouble(sqlite: CommandLine, mail_url: str) -> None:
    examined = sqlite("doctor", "--json", mail_url=mail_url)

    assert examined.exit_code == 1
    assert found(examined, "mail")["state"] == "trouble"


def test_fonts_that_cannot_be_used_are_trouble_and_nothing_is_drawn(
    sqlite: CommandLine, tmp_path: Path
) -> None:
    examined = sqlite("doctor", "--json", fonts_dir=str(tmp_path / "none"))

    assert found(examined, "fonts")["state"] == "trouble"
    assert "rendering" not in states(examined)


@pytest.mark.parametrize(
    ("settings", "state", "words"),
    [
        (
            {"public_url": "https://c.example.org", "host": "0.0.0.0"},
            "note",
            "Name it in CERTIFLY_TRUSTED_PROXIES",
        ),
        ({"public_url": "https://c.example.org", "trusted_proxies": "none"}, "note", "Name it in"),
        ({"public_url": "https://c.example.org"}, "well", "Trusted to say who called: 127.0.0.1, ::1."),
        (
            {"public_url": "https://c.example.org", "host": "0.0.0.0", "trusted_proxies": "10.8.0.0/16"},
            "well",
            "Trusted to say who called: 10.8.0.0/16.",
        ),
        ({"public_url": "http://c.example.org", "trusted_proxies": "none"}, "well", "None is trusted."),
    ],
)
def test_a_proxy_that_is_not_trusted_is_worth_a_note(
    sqlite: CommandLine, settings: dict[str, Any], state: str, words: str
) -> None:
    examined = found(sqlite("doctor", "--json", **settings), "proxy")

    assert examined["state"] == state
    assert words in examined["message"]


def test_fonts_of_the_operator_are_counted_in(sqlite: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()

    examined = sqlite("doctor", "--json", fonts_dir=str(tmp_path / "fonts"))

    assert found(examined, "fonts")["message"].endswith(f"with those of {tmp_path}/fonts.")


def test_renderers_that_are_too_slow_are_trouble(sqlite: CommandLine) -> None:
    examined = sqlite("doctor", "--json", render_timeout_seconds="0.0001")

    assert examined.exit_code == 1
    assert "it took longer than 0.0001 seconds" in found(examined, "rendering")["message"]


def look(database_url: str, *, after: timedelta = timedelta()) -> Finding:
    settings = Settings(database_url=database_url, secret_key=SECRET_KEY)
    return look_at_workers(settings, now=utc_now() + after)


def test_slots_at_work_are_counted(certifly: CommandLine, database_url: str) -> None:
    with take_slot(database_url, "worker-1"), take_slot(database_url, "port-8000-1"):
        assert look(database_url).message.startswith("2 worker slots at work.")

    assert look(database_url).message == "0 worker slots at work. Start one: certifly work, or certifly run"


@pytest.mark.postgres
def test_locks_that_jobs_are_kept_with_are_not_counted_as_slots(postgres: PostgreSQL) -> None:
    with psycopg.connect(postgres.service_url) as jobs, take_slot(postgres.service_url, "worker-1"):
        jobs.execute("SELECT pg_try_advisory_xact_lock(1)")

        assert look(postgres.service_url).message.startswith("1 worker slot at work.")


def test_jobs_that_nobody_performs_are_trouble(
    certifly: CommandLine, database: Database, database_url: str, tenant_id: int
) -> None:
    issue_certificates(database, tenant_id, 1)

    soon = look(database_url, after=timedelta(seconds=JOB_WAIT_SECONDS - 10))
    late = look(database_url, after=timedelta(seconds=JOB_WAIT_SECONDS + 10))

    assert soon.state == "note"
    assert late.state == "trouble"
    assert late.message.endswith("Start one: certifly work")
    with take_slot(database_url, "worker-1"):
        busy = look(database_url, after=timedelta(seconds=JOB_WAIT_SECONDS + 10))
    assert busy.message.endswith("More slots may help: CERTIFLY_WORKER_SLOTS")


def test_failed_certificates_are_told_with_their_reason(
    certifly: CommandLine, database: Database, tenant_id: int
) -> None:
    failed_ids = issue_certificates(database, tenant_id, 1, count=LISTED_MAX + 1)

    def fail(db: TenantDB) -> None:
        for certificate_id in failed_ids:
            record_failure(db, certificate_id, reason="out of memory", now=TUESDAY)

    database.write(tenant_id, fail).result()

    examined = certifly("doctor", "--json")

    assert examined.exit_code == 1
    failed = found(examined, "failed certificates")
    assert failed["message"].startswith(f"{LISTED_MAX + 1} could not be rendered.")
    assert failed["details"][0] == "lovelace 1: out of memory"
    assert failed["details"][-1] == "and 1 more"
    assert "\n           lovelace 1: out of memory\n" in certifly("doctor").output


def test_certificates_that_prove_nothing_are_told_with_the_way_to_a_proof(
    certifly: CommandLine, database: Database, tenant_id: int
) -> None:
    [disowned] = issue_certificates(database, tenant_id, 1)

    def render(db: TenantDB, certificate_id: int) -> None:
        certificate = db.get(Certificate, certificate_id)
        assert certificate is not None
        certificate.state, certificate.pdf_digest = RENDERED, "sha256:" + "0" * 64

    assert found(certifly("doctor", "--json"), "credentials")["state"] == "well"

    def sign_with_what_is_withdrawn(db: TenantDB) -> None:
        render(db, disowned)
        keys = {"proof_key": "proof-9", "token_key": "token-1", "seal_key": "seal-1"}
        db.insert(Edition, certificate_id=disowned, number=1, signed_at=TUESDAY, **keys)
        db.insert(
            SigningKey,
            id="proof-9",
            role="proof",
            algorithm="Ed25519",
            state="withdrawn",
            created_at=TUESDAY,
        )

    database.write(tenant_id, sign_with_what_is_withdrawn).result()
    trouble = found(certifly("doctor", "--json"), "credentials")
    assert (trouble["state"], trouble["details"]) == (
        "trouble",
        [f"lovelace {disowned}: its key was withdrawn"],
    )
    assert "certifly keys retire" in trouble["message"]


def test_certificates_that_nobody_rendered_are_trouble_after_a_while(
    certifly: CommandLine, database: Database, tenant_id: int
) -> None:
    now = utc_now()
    issue_certificates(database, tenant_id, 1, now=now - RENDERED_WITHIN + timedelta(minutes=1))
    assert found(certifly("doctor", "--json"), "waiting certificates")["state"] == "well"

    issue_certificates(database, tenant_id, 1, now=now - RENDERED_WITHIN - timedelta(minutes=1))

    assert found(certifly("doctor", "--json"), "waiting certificates")["details"] == ["lovelace: 1"]


def test_a_certificate_that_is_produced_again_waits_since_then(
    certifly: CommandLine, database: Database, tenant_id: int
) -> None:
    now = utc_now()
    [identifier] = issue_certificates(database, tenant_id, 1, now=now - 2 * RENDERED_WITHIN)

    def fail_and_queue(db: TenantDB) -> None:
        record_failure(db, identifier, reason="no room", now=now - 2 * RENDERED_WITHIN)
        produce_again(db, get_certificate_to_change(db, str(identifier)), now=now)

    database.write(tenant_id, fail_and_queue).result()

    assert found(certifly("doctor", "--json"), "waiting certificates")["state"] == "well"


def test_qr_codes_that_lead_elsewhere_are_trouble(
    certifly: CommandLine, database: Database, tenant_id: int
) -> None:
    issue_certificates(database, tenant_id, 1)
    assert found(certifly("doctor", "--json"), "QR codes")["message"] == (
        f"All of 1 certificates lead to {PUBLIC_URL}."
    )

    issue_certificates(database, tenant_id, 1, count=2, public_url="https://old.example.org/certificates")
    examined = certifly("doctor", "--json")

    assert examined.exit_code == 1
    (detail,) = found(examined, "QR codes")["details"]
    assert detail.startswith("lovelace: 2 lead to https://old.example.org/certificates, issued 2026-11-23T")


def test_an_installation_that_was_tried_out_on_two_ports_has_no_problem(
    certifly: CommandLine, database: Database, tenant_id: int
) -> None:
    issue_certificates(database, tenant_id, 1, public_url="http://localhost:8000")
    here, in_the_open = "http://127.0.0.1:8170", "https://c.example.org"

    on_another_port = certifly("doctor", "--json", public_url=here)
    in_public = certifly("doctor", "--json", public_url=in_the_open)
    issue_certificates(database, tenant_id, 1, public_url="https://old.example.org")
    after_all = certifly("doctor", "--json", public_url=here)

    assert found(on_another_port, "QR codes")["state"] == "note"
    assert (
        "another address of this machine than http://127.0.0.1:8170"
        in found(on_another_port, "QR codes")["message"]
    )
    assert found(in_public, "QR codes")["state"] == "trouble"
    assert found(after_all, "QR codes")["state"] == "trouble"


def test_held_messages_are_a_note_until_they_could_go(
    certifly: CommandLine, database: Database, tenant_id: int
) -> None:
    issue_certificates(database, tenant_id, 1, address=ADAS_ADDRESS)

    held = found(certifly("doctor", "--json"), "e-mails")
    with mail_server() as server:
        could_go = found(certifly("doctor", "--json", mail_url=f"smtp://127.0.0.1:{server.port}"), "e-mails")

    assert (held["state"], could_go["state"]) == ("note", "trouble")
    assert held["message"] == "1 held, 0 failed. See: certifly outbox"
    assert could_go["message"] == "1 held, 0 failed. Let the held ones go: certifly outbox --release"
    assert ADAS_ADDRESS not in str(held)


def test_failed_messages_are_a_note_with_their_reason(
    certifly: CommandLine, database: Database, tenant_id: int
) -> None:
    issue_certificates(database, tenant_id, 1, address=ADAS_ADDRESS)

    def refuse(db: Any) -> None:
        (email,) = db.find(Email)
        email.status, email.reason = FAILED, "550 no such user"

    database.write(tenant_id, refuse).result()

    assert found(certifly("doctor", "--json"), "e-mails") == {
        "part": "e-mails",
        "state": "note",
        "message": "0 held, 1 failed. See: certifly outbox",
        "details": ["lovelace certificate 1: failed, 550 no such user"],
    }


def test_every_tenant_is_looked_at(certifly: CommandLine, database: Database, tenant_id: int) -> None:
    babbage = database.write_directory(
        lambda rows: establish_tenant(rows, KEYRING, slug="babbage", name="Babbage", now=MONDAY).id
    ).result()
    publish_template(database, babbage)
    for owner in (tenant_id, babbage):
        issue_certificates(database, owner, 1, public_url="https://old.example.org")

    details = found(certifly("doctor", "--json"), "QR codes")["details"]

    assert [detail.partition(":")[0] for detail in details] == ["lovelace", "babbage"]


def test_keys_that_do_not_open_are_trouble(certifly: CommandLine, tenant_id: int) -> None:
    closed = found(certifly("doctor", "--json", master_key="m" * 32), "keys")

    assert found(certifly("doctor", "--json"), "keys")["state"] == "well"
    assert closed["state"] == "trouble"
    assert "CERTIFLY_MASTER_KEY" in closed["message"]
    assert closed["details"][0].startswith("lovelace: ")


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (timedelta(seconds=-1), "trouble"),
        (timedelta(0), "trouble"),
        (timedelta(seconds=1), "note"),
        (ENDS_WITHIN, "note"),
        (ENDS_WITHIN + timedelta(seconds=1), "well"),
    ],
)
def test_a_seal_is_told_to_end_before_it_does(
    database: Database, tenant_id: int, left: timedelta, state: str
) -> None:
    private = private_key("P-256")
    chain = outside_chain(private, begins_at=MONDAY, days=90)
    keyring = Keyring(MasterKey.from_settings(None, SECRET_KEY))
    file = pkcs12_of(private, chain)
    database.write(tenant_id, lambda db: import_seal(db, keyring, file, PASSWORD, now=TUESDAY)).result()
    settings = Settings(database_url=database.url, secret_key=SECRET_KEY)

    ends_at = chain[0].not_valid_after_utc
    finding = look_at_keys(database, settings, {tenant_id: "lovelace"}, now=ends_at - left)

    assert finding.state == state
    assert ("lovelace seal-2: " in "".join(finding.details)) == (state != "well")


@pytest.mark.openssl
def test_a_time_stamp_authority_is_asked_for_a_stamp(
    sqlite: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with time_stamp_authority(tmp_path) as authority:
        asked: dict[str, Any] = {"timestamp_url": authority.url, "pdf_signature_level": "B-LT"}
        root = str(authority.folder / "root.pem")
        other = tmp_path / "other.pem"
        other.write_text(outside_chain(private_key("P-256"))[-1].public_bytes(Encoding.PEM).decode())
        rootless = sqlite("doctor", "--json", **asked)
        rooted = sqlite("doctor", "--json", timestamp_roots_file=root, **asked)
        elsewhere = sqlite("doctor", "--json", timestamp_roots_file=str(other), **asked)
        missing = sqlite("doctor", "--json", timestamp_roots_file=str(tmp_path / "none.pem"), **asked)

    for examined, state in ((rootless, "note"), (rooted, "well")):
        told = found(examined, "time stamps")
        assert (told["state"], "PAdES B-LT" in told["message"]) == (state, True)
    assert "Set CERTIFLY_TIMESTAMP_ROOTS_FILE" in found(rootless, "time stamps")["message"]
    settings = rooted.facts["settings"]
    assert settings["CERTIFLY_TIMESTAMP_ROOTS"] == {
        "value": "1 in PEM",
        "origin": f"CERTIFLY_TIMESTAMP_ROOTS_FILE ({root})",
    }
    told = found(elsewhere, "time stamps")
    assert (told["state"], "does not chain to a root" in told["message"]) == ("trouble", True)
    assert found(missing, "settings")["state"] == "trouble"
    away = found(sqlite("doctor", "--json", timestamp_url="http://127.0.0.1:1/"), "time stamps")
    assert (away["state"], "cannot be reached" in away["message"]) == ("trouble", True)
    wrong = found(sqlite("doctor", "--json", timestamp_url="tsa.example.org"), "time stamps")
    assert (wrong["state"], "CERTIFLY_TIMESTAMP_URL" in wrong["message"]) == ("trouble", True)
