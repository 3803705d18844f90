"""Tenants and their tokens: what is refused, what a secret opens, and for how long it is believed."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from certifly.core.errors import Invalid, NotFound
from certifly.core.limits import WRITE_QUEUE_MAX
from certifly.db.database import Database
from certifly.db.tenant import Directory
from certifly.tenants import tenants, tokens
from certifly.tenants.errors import TenantSlugTaken, TokenRefused
from certifly.tenants.models import Tenant, Token
from certifly.tenants.scopes import SCOPES
from certifly.tenants.tenants import create_tenant, get_tenant, list_tenants
from certifly.tenants.tokens import (
    LAST_USE_PRECISION,
    Identity,
    authenticate,
    create_token,
    digest_of,
    list_tokens,
    record_use,
    revoke_token,
)
from certifly.web import caller
from certifly.web.caller import CACHE_ENTRIES_MAX, CACHE_SECONDS, Identities
from tests.cast import MONDAY, TUESDAY

MakeToken = Callable[..., tuple[int, str]]
MOMENT = timedelta(microseconds=1)


def create(database: Database, slug: str, name: str = "Lovelace Academy") -> Tenant:
    return database.write_directory(
        lambda rows: create_tenant(rows, slug=slug, name=name, now=MONDAY)
    ).result()


@pytest.fixture
def make_token(database: Database, lovelace: int) -> MakeToken:
    """Makes a token of tenant Lovelace and returns its id and its secret."""

    def make(**changes: object) -> tuple[int, str]:
        values: dict[str, object] = {
            "name": "tests",
            "scopes": list(SCOPES),
            "expires_at": None,
            "now": MONDAY,
        }

        def work(rows: Directory) -> tuple[int, str]:
            token, secret = create_token(rows, get_tenant(rows, "lovelace"), **values | changes)  # type: ignore[arg-type]
            return token.id, secret

        return database.write_directory(work).result()

    return make


@pytest.mark.parametrize("slug", ["a", "0", "a-b", "a--b", "a" * 63, "0-9"])
def test_a_slug_can_stand_in_an_address(database: Database, slug: str) -> None:
    assert create(database, slug).slug == slug


@pytest.mark.parametrize("slug", ["", "a" * 64, "-a", "a-", "-", "A", "a_b", "a b", "ä", "a\n", "a.b", "٣"])
def test_other_slugs_are_refused(database: Database, slug: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create(database, slug)

    assert list(refusal.value.errors) == ["slug"]


@pytest.mark.parametrize("name", ["A", "A" * tenants.NAME_LENGTH_MAX, "  Lovelace \n Academy "])
def test_a_name_is_tidied(database: Database, name: str) -> None:
    assert create(database, "lovelace", name).name == " ".join(name.split())


@pytest.mark.parametrize("name", ["", "  ", "A" * (tenants.NAME_LENGTH_MAX + 1)])
def test_a_name_of_nothing_or_too_much_is_refused(database: Database, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create(database, "Lovelace!", name)

    assert list(refusal.value.errors) == ["slug", "name"], "both at once"


def test_a_slug_belongs_to_one_tenant(database: Database, lovelace: int) -> None:
    with pytest.raises(TenantSlugTaken) as refusal:
        create(database, "lovelace")

    assert refusal.value.slug == "lovelace"


def test_a_tenant_is_found_by_its_slug_and_in_a_list(
    database: Database, make_tenant: Callable[[str], int]
) -> None:
    ids = [make_tenant("lovelace"), make_tenant("babbage")]

    assert database.read_directory(lambda rows: get_tenant(rows, "babbage").id).result() == ids[1]
    assert database.read_directory(lambda rows: [one.id for one in list_tenants(rows)]).result() == ids
    with pytest.raises(NotFound, match="certifly tenant create nobody"):
        database.read_directory(lambda rows: get_tenant(rows, "nobody")).result()


def test_a_secret_opens_its_tenant_and_is_not_stored(
    database: Database, lovelace: int, make_token: MakeToken
) -> None:
    token_id, secret = make_token(scopes=["templates.read", "certificates.write"])
    identity = identify(database, secret)

    assert (identity.tenant_id, identity.tenant_slug, identity.token_id) == (lovelace, "lovelace", token_id)
    assert identity.scopes == ("certificates.write", "templates.read"), "in their standard order"
    [row] = database.read_directory(list_tokens).result()
    assert (row.digest, row.hint) == (digest_of(secret), secret[-4:])
    stored = str({column.name: getattr(row, column.name) for column in Token.__table__.columns})
    assert secret not in stored and secret.removeprefix("certifly_") not in stored


@pytest.mark.parametrize("name", ["", " ", "t" * (tokens.NAME_LENGTH_MAX + 1)])
def test_a_token_needs_a_name(make_token: MakeToken, name: str) -> None:
    with pytest.raises(Invalid, match=r"A name has 1 to 200 characters."):
        make_token(name=name)
    make_token(name="t" * tokens.NAME_LENGTH_MAX)


@pytest.mark.parametrize(
    ("scopes", "message"),
    [([], "A token needs at least one scope."), (["all", "admin"], "Unknown scope admin, all.")],
)
def test_a_token_needs_scopes_that_there_are(make_token: MakeToken, scopes: list[str], message: str) -> None:
    with pytest.raises(Invalid, match=message) as refusal:
        make_token(scopes=scopes)

    assert all(scope in refusal.value.message for scope in SCOPES), "it says which there are"


def test_scopes_named_twice_are_there_once(database: Database, make_token: MakeToken) -> None:
    _, secret = make_token(scopes=["templates.read", "templates.read"])

    assert identify(database, secret).scopes == ("templates.read",)


def test_a_token_expires_at_its_moment_and_not_before(database: Database, make_token: MakeToken) -> None:
    _, secret = make_token(expires_at=TUESDAY)

    assert identify(database, secret, now=TUESDAY - MOMENT).expires_at == TUESDAY
    for now in (TUESDAY, TUESDAY + MOMENT):
        with pytest.raises(TokenRefused):
            identify(database, secret, now=now)


def test_a_token_that_would_have_expired_already_is_not_made(make_token: MakeToken) -> None:
    for expires_at in (MONDAY, MONDAY - MOMENT):
        with pytest.raises(Invalid) as refusal:
            make_token(expires_at=expires_at)
        assert list(refusal.value.errors) == ["expires_at"]
    make_token(expires_at=MONDAY + MOMENT)


def test_revoking_twice_keeps_the_first_moment(database: Database, make_token: MakeToken) -> None:
    token_id, secret = make_token()
    database.write_directory(lambda rows: revoke_token(rows, token_id, now=MONDAY)).result()
    database.write_directory(lambda rows: revoke_token(rows, token_id, now=TUESDAY)).result()

    [row] = database.read_directory(list_tokens).result()
    assert row.revoked_at == MONDAY
    with pytest.raises(TokenRefused):
        identify(database, secret)
    with pytest.raises(NotFound, match="There is no token 99"):
        database.write_directory(lambda rows: revoke_token(rows, 99, now=MONDAY)).result()


def test_a_stranger_learns_nothing_from_a_refusal(database: Database, make_token: MakeToken) -> None:
    revoked_id, revoked = make_token()
    database.write_directory(lambda rows: revoke_token(rows, revoked_id, now=MONDAY)).result()
    _, expired = make_token(expires_at=MONDAY + MOMENT)
    messages = set()
    for secret in (revoked, expired, "certifly_" + "x" * 43):
        with pytest.raises(TokenRefused) as refusal:
            identify(database, secret, now=TUESDAY)
        messages.add(refusal.value.message)

    assert len(messages) == 1


def test_the_tokens_of_one_tenant_are_listed(
    database: Database, make_token: MakeToken, make_tenant: Callable[[str], int]
) -> None:
    first, second = make_token()[0], make_token()[0]
    make_tenant("babbage")

    def listed(slug: str) -> list[int]:
        return database.read_directory(
            lambda rows: [one.id for one in list_tokens(rows, get_tenant(rows, slug))]
        ).result()

    assert (listed("lovelace"), listed("babbage")) == ([first, second], [])


def test_the_use_of_a_token_that_is_not_there_is_not_noted(database: Database) -> None:
    database.write_directory(lambda rows: record_use(rows, 99, now=MONDAY)).result()


def identify(database: Database, secret: str, *, now: object = MONDAY) -> Identity:
    return database.read_directory(lambda rows: authenticate(rows, secret, now=now)).result()  # type: ignore[arg-type]


# How long a caller is believed without asking.


def revoke_elsewhere(database: Database, token_id: int) -> None:
    """As another process does it: the command line, or a second web process."""
    other = Database(database.url)
    other.write_directory(lambda rows: revoke_token(rows, token_id, now=MONDAY)).result()
    other.close()


def test_a_revocation_elsewhere_is_seen_within_a_second(database: Database, make_token: MakeToken) -> None:
    token_id, secret = make_token()
    identities = Identities(database)

    async def call() -> float:
        await identities.find(secret, now=MONDAY)
        await asyncio.to_thread(revoke_elsewhere, database, token_id)
        revoked = time.monotonic()
        while True:
            try:
                await identities.find(secret, now=MONDAY)
            except TokenRefused:
                return time.monotonic() - revoked
            await asyncio.sleep(0.01)

    # Counted from the last question, which came before the revocation; the rest is for a busy machine.
    assert asyncio.run(call()) <= CACHE_SECONDS + 0.5


def test_clearing_makes_a_revocation_seen_at_once(database: Database, make_token: MakeToken) -> None:
    token_id, secret = make_token()
    identities = Identities(database)

    async def call() -> None:
        await identities.find(secret, now=MONDAY)
        await asyncio.to_thread(revoke_elsewhere, database, token_id)
        identities.clear()
        with pytest.raises(TokenRefused):
            await identities.find(secret, now=MONDAY)

    asyncio.run(call())


def test_a_token_that_expires_is_refused_although_it_is_known(
    database: Database, make_token: MakeToken
) -> None:
    _, secret = make_token(expires_at=TUESDAY)
    identities = Identities(database)

    async def call() -> None:
        await identities.find(secret, now=TUESDAY - MOMENT)
        with pytest.raises(TokenRefused):
            await identities.find(secret, now=TUESDAY)

    asyncio.run(call())


@pytest.mark.parametrize(
    "secret", ["", "certifly_", "certifly_" + "x" * 42, "Bearer x", "certifly_" + "ä" * 43]
)
def test_what_is_no_token_costs_no_question(database: Database, secret: str) -> None:
    identities = Identities(database)
    database.close()  # so that a question would fail otherwise

    with pytest.raises(TokenRefused):
        asyncio.run(identities.find(secret, now=MONDAY))


def test_callers_are_remembered_up_to_a_bound(
    database: Database, make_token: MakeToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller, "CACHE_ENTRIES_MAX", 2)
    assert CACHE_ENTRIES_MAX > 2
    identities = Identities(database)
    made = [make_token()[1] for _ in range(5)]

    async def call() -> None:
        for _ in range(2):
            for secret in made:
                await identities.find(secret, now=MONDAY)

    asyncio.run(call())

    assert len(identities._known) == 2
    assert len(identities._used) <= 3


def test_use_is_noted_once_a_minute(database: Database, make_token: MakeToken) -> None:
    token_id, secret = make_token()
    identities = Identities(database)

    def used_at() -> object:
        database.write_directory(lambda _: None).result()  # after what waits before it
        found = database.read_directory(lambda rows: rows.get(Token, token_id)).result()
        assert found is not None
        return found.last_used_at

    for now, noted in [
        (MONDAY, MONDAY),
        (MONDAY + LAST_USE_PRECISION - MOMENT, MONDAY),
        (MONDAY + LAST_USE_PRECISION, MONDAY + LAST_USE_PRECISION),
    ]:
        asyncio.run(identities.find(secret, now=now))
        assert used_at() == noted

    again = Identities(database)
    asyncio.run(again.find(secret, now=MONDAY + LAST_USE_PRECISION + MOMENT))
    assert used_at() == MONDAY + LAST_USE_PRECISION, "a process that starts knows of the last note"


def test_a_writer_that_is_full_keeps_nobody_from_reading(database: Database, make_token: MakeToken) -> None:
    _, secret = make_token()
    identities = Identities(database)
    entered, release = threading.Event(), threading.Event()

    def hold(_rows: Directory) -> None:
        entered.set()
        release.wait(10)

    database.write_directory(hold)
    assert entered.wait(10)
    waiting = [database.write_directory(lambda _: None) for _ in range(WRITE_QUEUE_MAX)]
    try:
        assert asyncio.run(identities.find(secret, now=MONDAY)).tenant_slug == "lovelace"
    finally:
        release.set()
    waiting[-1].result(30)
