"""`certifly tenant` and `certifly token`: who may issue, told once and never again."""

from datetime import datetime, timedelta

import pytest

from certifly.cli.token import LIFETIME_MAX, state_of
from certifly.core.clock import utc_now
from certifly.db.database import Database
from certifly.tenants.errors import TokenRefused
from certifly.tenants.tokens import Identity, authenticate
from tests.cast import MONDAY, TUESDAY
from tests.command import CommandLine

SCOPES = ("--scope", "certificates.write", "--scope", "templates.read")


@pytest.fixture
def lovelace_academy(certifly: CommandLine) -> str:
    """The slug of a tenant."""
    assert certifly("tenant", "create", "lovelace", "--name", "Lovelace Academy").exit_code == 0
    return "lovelace"


def make_token(certifly: CommandLine, tenant: str, *more: str) -> dict[str, object]:
    made = certifly("token", "create", "--tenant", tenant, "--name", "school", *SCOPES, *more, "--json")
    assert made.exit_code == 0, made.errors
    return made.facts


def identify(database: Database, secret: object) -> Identity:
    return database.read_directory(lambda d: authenticate(d, str(secret), now=utc_now())).result()


def test_a_tenant_is_told_as_it_was_made(certifly: CommandLine) -> None:
    made = certifly("tenant", "create", "lovelace", "--name", "  Lovelace   Academy ")

    assert made.exit_code == 0
    assert made.output.startswith("slug: lovelace\nname: Lovelace Academy\ncreated_at: 20")


def test_tenants_are_listed_for_people_and_for_programs(certifly: CommandLine, lovelace_academy: str) -> None:
    certifly("tenant", "create", "babbage", "--name", "Babbage & Sons")

    assert [line.split()[0] for line in certifly("tenant", "list").output.splitlines()] == [
        *("slug", "lovelace", "babbage")
    ]
    assert [one["name"] for one in certifly("tenant", "list", "--json").facts["data"]] == [
        *("Lovelace Academy", "Babbage & Sons")
    ]


def test_an_empty_list_says_what_to_do(sqlite: CommandLine) -> None:
    assert "certifly tenant create SLUG" in sqlite("tenant", "list").output


def test_a_slug_can_be_had_once(certifly: CommandLine, lovelace_academy: str) -> None:
    refused = certifly("tenant", "create", "lovelace", "--name", "Another")

    assert refused.exit_code == 1
    assert refused.errors == "Error: There is already a tenant lovelace. Choose another slug.\n"


def test_every_fault_of_a_tenant_has_a_line(sqlite: CommandLine) -> None:
    refused = sqlite("tenant", "create", "Ada!", "--name", " ")

    assert refused.exit_code == 1
    assert [line.partition(" has ")[0] for line in refused.errors.splitlines()] == [
        *("Error: A slug", "Error: A name")
    ]


def test_a_program_gets_every_fault_of_a_tenant_by_its_name(sqlite: CommandLine) -> None:
    fault = sqlite("tenant", "create", "Ada!", "--name", " ", "--json").fault

    assert fault["code"] == "Invalid"
    assert list(fault["errors"]) == ["slug", "name"]


def test_a_token_works_with_the_scopes_it_was_given(
    certifly: CommandLine, database: Database, lovelace_academy: str
) -> None:
    made = make_token(certifly, lovelace_academy)

    identity = identify(database, made["token"])

    assert identity.tenant_slug == "lovelace"
    assert identity.scopes == ("certificates.write", "templates.read")
    assert made["expires_at"] is None


def test_a_secret_is_never_told_again(certifly: CommandLine, lovelace_academy: str) -> None:
    made = make_token(certifly, lovelace_academy)

    for listing in (certifly("token", "list"), certifly("token", "list", "--json")):
        assert str(made["token"]) not in listing.output
        assert str(made["ends_with"]) in listing.output


def test_a_lifetime_ends_when_it_says(certifly: CommandLine, lovelace_academy: str) -> None:
    made = make_token(certifly, lovelace_academy, "--expires-in", "90d")

    lifetime = datetime.fromisoformat(str(made["expires_at"])) - datetime.fromisoformat(
        str(made["created_at"])
    )
    assert lifetime == timedelta(days=90)


@pytest.mark.parametrize("lifetime", ["12h", "8w", f"{LIFETIME_MAX.days}d"])
def test_lifetimes_are_hours_days_or_weeks(
    certifly: CommandLine, lovelace_academy: str, lifetime: str
) -> None:
    assert make_token(certifly, lovelace_academy, "--expires-in", lifetime)["expires_at"] is not None


@pytest.mark.parametrize("lifetime", ["0d", "3y", "-1d", "d", "1.5h", "١d"])
def test_what_is_no_lifetime_is_refused_with_examples(
    certifly: CommandLine, lovelace_academy: str, lifetime: str
) -> None:
    refused = certifly(
        *("token", "create", "--tenant", lovelace_academy, "--name", "x", *SCOPES, f"--expires-in={lifetime}")
    )

    assert refused.exit_code == 2
    assert "Write hours, days or weeks: 12h, 90d, 8w." in refused.errors


def test_a_lifetime_beyond_ten_years_is_refused(certifly: CommandLine, lovelace_academy: str) -> None:
    lifetime = f"{LIFETIME_MAX.days + 1}d"
    refused = certifly(
        *("token", "create", "--tenant", lovelace_academy, "--name", "x", *SCOPES, "--expires-in", lifetime)
    )

    assert refused.exit_code == 2
    assert "The longest lifetime is ten years." in refused.errors


def test_an_unknown_scope_is_refused_with_those_that_exist(
    certifly: CommandLine, lovelace_academy: str
) -> None:
    refused = certifly(
        *("token", "create", "--tenant", lovelace_academy, "--name", "x", "--scope", "certificates.fly")
    )

    assert refused.exit_code == 1
    assert (
        "Unknown scope certificates.fly. There are: certificates.read, certificates.write" in refused.errors
    )


def test_a_token_needs_a_tenant_that_exists(sqlite: CommandLine) -> None:
    refused = sqlite("token", "create", "--tenant", "nobody", "--name", "x", *SCOPES)

    assert refused.exit_code == 1
    assert refused.errors == (
        "Error: There is no tenant nobody. Create it: certifly tenant create nobody --name NAME\n"
    )


def test_a_revoked_token_is_useless_and_stays_in_the_list(
    certifly: CommandLine, database: Database, lovelace_academy: str
) -> None:
    made = make_token(certifly, lovelace_academy)

    revoked = certifly("token", "revoke", str(made["id"]), "--json")

    assert revoked.facts["state"] == "revoked"
    with pytest.raises(TokenRefused):
        identify(database, made["token"])
    (listed,) = certifly("token", "list", "--json").facts["data"]
    assert listed["revoked_at"] == revoked.facts["revoked_at"]


def test_revoking_twice_keeps_the_first_moment(certifly: CommandLine, lovelace_academy: str) -> None:
    made = make_token(certifly, lovelace_academy)
    first = certifly("token", "revoke", str(made["id"]), "--json").facts

    assert certifly("token", "revoke", str(made["id"]), "--json").facts == first


@pytest.mark.parametrize(("token_id", "exit_code"), [("99", 1), ("0", 2), ("school", 2)])
def test_only_a_token_that_exists_can_be_revoked(sqlite: CommandLine, token_id: str, exit_code: int) -> None:
    assert sqlite("token", "revoke", token_id).exit_code == exit_code


def test_tokens_can_be_listed_by_tenant(certifly: CommandLine, lovelace_academy: str) -> None:
    certifly("tenant", "create", "babbage", "--name", "Babbage & Sons")
    make_token(certifly, "babbage")
    make_token(certifly, lovelace_academy)

    listed = certifly("token", "list", "--tenant", "babbage", "--json").facts["data"]

    assert [one["tenant"] for one in listed] == ["babbage"]
    assert certifly("token", "list", "--tenant", "nobody").exit_code == 1


def test_a_token_expires_at_its_moment_and_not_before() -> None:
    just_before = TUESDAY - timedelta(microseconds=1)

    assert state_of(None, TUESDAY, now=just_before) == "active"
    assert state_of(None, TUESDAY, now=TUESDAY) == "expired"
    assert state_of(None, None, now=TUESDAY) == "active"
    assert state_of(MONDAY, MONDAY, now=TUESDAY) == "revoked"
