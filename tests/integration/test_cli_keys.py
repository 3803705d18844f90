"""`certifly keys`: what tenants sign with can be seen, changed and published, and never taken out."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from certifly.core.clock import utc_now
from certifly.credentials.keyring import Keyring, MasterKey
from certifly.db.database import Database
from certifly.jobs.engine import create_jobs_engine
from certifly.jobs.queue import client_of
from certifly.tenants.tenants import get_tenant
from tests.cast import SECRET_KEY
from tests.command import CommandLine
from tests.sealing import PASSWORD, outside_chain, pkcs12_of, private_key

OURS = ("--tenant", "lovelace")
FIRST = ["authority-1", "proof-1", "seal-1", "secret-1", "token-1"]


@pytest.fixture(autouse=True)
def lovelace_academy(request: pytest.FixtureRequest) -> None:
    """A tenant, made as operators make one."""
    name = "certifly" if "certifly" in request.fixturenames else "sqlite"
    command: CommandLine = request.getfixturevalue(name)
    assert command("tenant", "create", "lovelace", "--name", "Lovelace Academy").exit_code == 0


@pytest.fixture
def seal_file(tmp_path: Path) -> Path:
    """A key and its chain, as an authority hands them out; valid now."""
    private = private_key("P-256")
    file = tmp_path / "seal.p12"
    file.write_bytes(pkcs12_of(private, outside_chain(private, begins_at=utc_now() - timedelta(days=1))))
    return file


def states(certifly: CommandLine) -> dict[str, str]:
    return {one["id"]: one["state"] for one in certifly("keys", "list", *OURS, "--json").facts["data"]}


def test_a_new_tenant_has_its_keys(certifly: CommandLine) -> None:
    assert states(certifly) == dict.fromkeys(FIRST, "active")
    lines = certifly("keys", "list", *OURS).output.splitlines()
    assert lines[0].split()[:4] == ["id", "role", "algorithm", "state"]
    assert lines[2].split()[:4] == ["proof-1", "proof", "Ed25519", "active"]


def test_an_unknown_tenant_is_told(sqlite: CommandLine) -> None:
    for arguments in (["list"], ["rotate"], ["export-trust-bundle"], ["retire", "proof-1", "--reason", "x"]):
        refused = sqlite("keys", *arguments, "--tenant", "babbage")
        assert refused.exit_code == 1
        assert "There is no tenant babbage" in refused.errors


def test_rotation_makes_new_keys_and_keeps_the_former(certifly: CommandLine) -> None:
    made = certifly("keys", "rotate", *OURS, "--json").facts["data"]

    assert [one["id"] for one in made] == ["proof-2", "token-2", "seal-2"]
    found = states(certifly)
    assert [found[one] for one in ("proof-1", "proof-2", "authority-1", "secret-1")] == [
        *("kept", "active", "active", "active")
    ]


def test_a_role_can_be_rotated_alone(sqlite: CommandLine) -> None:
    made = sqlite("keys", "rotate", *OURS, "--role", "token", "--json").facts["data"]

    assert [one["id"] for one in made] == ["token-2"]
    assert sqlite("keys", "rotate", *OURS, "--role", "secret").exit_code == 2


def test_a_retired_key_is_followed_and_what_it_signed_is_signed_anew(
    certifly: CommandLine, database_url: str
) -> None:
    told = certifly("keys", "retire", "proof-1", *OURS, "--reason", "laptop stolen", "--json").facts

    assert told == {
        "tenant": "lovelace",
        "withdrawn": ["proof-1"],
        "active": ["authority-1", "seal-1", "secret-1", "token-1", "proof-2"],
    }
    (row,) = [
        one for one in certifly("keys", "list", *OURS, "--json").facts["data"] if one["id"] == "proof-1"
    ]
    assert (row["state"], row["reason"]) == ("withdrawn", "laptop stolen")
    assert row["withdrawn_at"] is not None
    assert renewals(database_url) == 1


def renewals(database_url: str) -> int:
    engine = create_jobs_engine(database_url, connections_max=1)
    client = client_of(engine)
    try:
        found = client.list_workflows(
            workflow_id_prefix="certificates.renew:", load_input=False, load_output=False
        )
        return len(found)
    finally:
        client.destroy()
        engine.dispose()


@pytest.mark.parametrize(
    ("key", "reason", "told"),
    [("proof-9", "stolen", "There is no key proof-9"), ("proof-1", " ", "A reason has")],
)
def test_what_cannot_be_retired_changes_nothing(
    sqlite: CommandLine, key: str, reason: str, told: str
) -> None:
    refused = sqlite("keys", "retire", key, *OURS, "--reason", reason)

    assert refused.exit_code == 1
    assert told in refused.errors
    assert states(sqlite) == dict.fromkeys(FIRST, "active")


def test_a_seal_is_imported_with_its_password_from_a_file(
    certifly: CommandLine, seal_file: Path, tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text(f"{PASSWORD}\n")

    taken = certifly("keys", "import-seal", str(seal_file), *OURS, "--password-file", str(password), "--json")

    assert (taken.facts["id"], taken.facts["state"]) == ("seal-2", "active")
    assert states(certifly)["seal-1"] == "kept"


def test_the_password_can_come_by_standard_input(sqlite: CommandLine, seal_file: Path) -> None:
    arguments = ("keys", "import-seal", str(seal_file), *OURS, "--password-file", "-")

    assert "is wrong" in sqlite(*arguments, standard_input=b"wrong\n").errors
    assert sqlite(*arguments, standard_input=PASSWORD.encode()).exit_code == 0


def test_the_password_is_asked_for(
    sqlite: CommandLine, seal_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: PASSWORD)

    taken = sqlite("keys", "import-seal", str(seal_file), *OURS, "--json")

    assert taken.facts["id"] == "seal-2"
    assert "Password" in taken.errors or taken.errors == ""


def test_a_trust_bundle_holds_what_verifying_takes(certifly: CommandLine) -> None:
    certifly("keys", "rotate", *OURS)
    certifly("keys", "retire", "token-1", *OURS, "--reason", "laptop stolen")

    bundle = certifly("keys", "export-trust-bundle", *OURS, "--json").facts

    did = "did:web:certificates.example.org:t:lovelace"
    assert bundle["format"] == "certifly-trust-bundle/1"
    assert bundle["issuer"] == {"name": "Lovelace Academy", "slug": "lovelace", "did": did}
    assert bundle["did_document"]["id"] == bundle["issuer_profile"]["id"] == did
    methods = {one["id"] for one in bundle["did_document"]["verificationMethod"]}
    assert methods == {f"{did}#{key}" for key in ("proof-1", "proof-2", "token-2")}
    keys = {one["id"]: one for one in bundle["keys"]}
    assert keys.keys() == {"authority-1"} | {
        f"{role}-{n}" for role in ("proof", "token", "seal") for n in (1, 2)
    }
    assert (keys["token-1"]["state"], keys["token-1"]["reason"]) == ("withdrawn", "laptop stolen")
    assert keys["proof-1"]["verification_method"] == f"{did}#proof-1"
    assert keys["proof-1"]["multibase"].startswith("z6Mk")
    assert keys["seal-2"]["chain"][1:] == keys["authority-1"]["chain"]
    assert keys["seal-2"]["pem"].startswith("-----BEGIN PUBLIC KEY-----")
    assert certifly("keys", "export-trust-bundle", *OURS).output.startswith('{\n  "format"')


def test_the_chains_of_seals_are_exported_for_pdf_readers(sqlite: CommandLine) -> None:
    sqlite("keys", "rotate", *OURS, "--role", "seal")

    pem = sqlite("keys", "export-trust-bundle", *OURS, "--pem").output

    certificates = x509.load_pem_x509_certificates(pem.encode())
    assert len(certificates) == 3, "two seals and, once, the authority above both"
    sqlite("keys", "retire", "seal-1", *OURS, "--reason", "laptop stolen")
    assert len(sqlite("keys", "export-trust-bundle", *OURS, "--pem").output) < len(pem)


def test_nothing_that_commands_say_holds_a_private_key(
    certifly: CommandLine, database: Database, seal_file: Path
) -> None:
    said = [
        certifly("keys", *arguments, *OURS, *form)
        for arguments in (
            ["rotate"],
            ["retire", "proof-1", "--reason", "laptop stolen"],
            ["list"],
            ["export-trust-bundle"],
        )
        for form in ([], ["--json"])
    ]
    imported = certifly(
        "keys", "import-seal", str(seal_file), *OURS, "--password-file", "-", standard_input=b"wrong"
    )

    told = "".join(one.output + one.errors for one in [*said, imported])
    assert "PRIVATE" not in told
    assert "sealed" not in told
    assert PASSWORD not in told


def test_the_master_key_is_what_opens_the_keys(certifly: CommandLine, database: Database) -> None:
    tenant_id = database.read_directory(lambda directory: get_tenant(directory, "lovelace").id).result()
    keyring = Keyring(MasterKey.from_settings(None, SECRET_KEY))
    assert database.read(tenant_id, keyring.current).result() is not None

    closed = certifly("keys", "rotate", *OURS, master_key="m" * 32)

    assert closed.exit_code == 1
    assert "CERTIFLY_MASTER_KEY" in closed.errors
    assert states(certifly) == dict.fromkeys(FIRST, "active")
    assert json.loads(certifly("keys", "rotate", *OURS, "--json", master_key="m" * 32).errors)["code"] == (
        "KeysSealedOtherwise"
    )
