"""The migrated schema is the one the models describe, and keeps tenants apart by itself."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import certifly
from certifly.app.migrate import migrate_all
from certifly.core.settings import Settings
from certifly.db.base import Base, TenantOwned
from certifly.db.database import Database
from certifly.db.engine import create_engine
from certifly.db.migrate import migrate, revision_of
from certifly.db.revision import newest_revision
from certifly.tenants.tenants import create_tenant
from tests.cast import MONDAY, SECRET_KEY
from tests.issued import issue_certificates, publish_template
from tests.postgres import OWNER, SERVICE, PostgreSQL, Server


def import_every_module() -> None:
    """So that every model is known, also one in a file that nobody thought of here."""
    for module in pkgutil.walk_packages(certifly.__path__, "certifly."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            importlib.import_module(module.name)


import_every_module()

OWNED = sorted(
    str(mapper.local_table) for mapper in Base.registry.mappers if issubclass(mapper.class_, TenantOwned)
)


@pytest.fixture
def connection(database_url: str) -> Iterator[sa.Connection]:
    engine = create_engine(database_url, writes=True, connections_max=1)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def is_ours(thing: Any, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    """The tables of DBOS lie beside ours on SQLite; so does Alembic's own."""
    table = thing if kind == "table" else getattr(thing, "table", None)
    return table is None or table.name in Base.metadata.tables


def test_the_migrated_schema_is_the_one_of_the_models(connection: sa.Connection) -> None:
    context = MigrationContext.configure(
        connection,
        opts={"compare_type": True, "compare_server_default": True, "include_object": is_ours},
    )

    assert compare_metadata(context, Base.metadata) == []


def test_constraints_have_the_names_of_the_models(connection: sa.Connection) -> None:
    """A later migration names them; SQLite and PostgreSQL must agree on how."""
    found = sa.inspect(connection)
    for table in Base.metadata.sorted_tables:
        keys = {key["name"] for key in found.get_foreign_keys(table.name)}
        assert keys == {constraint.name for constraint in table.foreign_key_constraints}, table.name
        assert found.get_pk_constraint(table.name)["name"] == table.primary_key.name
        indexes = {index["name"]: index["column_names"] for index in found.get_indexes(table.name)}
        for index in table.indexes:
            assert indexes[str(index.name)] == [column.name for column in index.columns], index.name


def test_every_table_is_a_model_or_belongs_to_the_jobs(connection: sa.Connection) -> None:
    names = set(sa.inspect(connection).get_table_names())

    ours = names if connection.dialect.name == "postgresql" else names & set(Base.metadata.tables)
    assert ours - {"alembic_version"} == set(Base.metadata.tables)


def test_the_tenant_comes_first_in_every_key_of_its_tables(connection: sa.Connection) -> None:
    found = sa.inspect(connection)

    assert OWNED, "there are tables of tenants"
    for table in OWNED:
        assert found.get_pk_constraint(table)["constrained_columns"][0] == "tenant_id", table
        for key in found.get_foreign_keys(table):
            assert key["constrained_columns"][0] == "tenant_id", f"{table}: {key['name']}"


def test_migrating_an_empty_database_twice_is_harmless(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/certifly.db", secret_key=SECRET_KEY)

    assert migrate_all(settings) == migrate_all(settings) == newest_revision()


@pytest.mark.postgres
def test_migrating_an_empty_postgresql_twice_is_harmless(postgres_server: Server) -> None:
    postgres_server.execute(f"CREATE DATABASE certifly_twice OWNER {OWNER}")
    settings = Settings(
        database_url=postgres_server.url(SERVICE, "certifly_twice"),
        database_owner_url=postgres_server.url(OWNER, "certifly_twice"),
        secret_key=SECRET_KEY,
    )

    assert migrate_all(settings) == migrate_all(settings) == newest_revision()


@pytest.mark.postgres
def test_one_role_may_own_and_serve(postgres_server: Server) -> None:
    """A small installation has one role only; row-level security is forced on the owner too."""
    postgres_server.execute(f"CREATE DATABASE certifly_single OWNER {OWNER}")
    url = postgres_server.url(OWNER, "certifly_single")

    assert migrate_all(Settings(database_url=url, secret_key=SECRET_KEY)) == newest_revision()
    database = Database(url)
    tenant_id = database.write_directory(
        lambda rows: create_tenant(rows, slug="lovelace", name="Lovelace", now=MONDAY).id
    ).result()
    assert database.write(tenant_id, lambda db: db.next_id("things")).result() == 1
    database.close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/certifly.db"
    engine = create_engine(url, writes=True, connections_max=1)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE emails (id INTEGER)"))  # in the way, late in the migration

    with pytest.raises(sa.exc.OperationalError, match="already exists"):
        migrate(url)

    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["emails"]
        assert revision_of(connection) is None
    engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("table", OWNED)
def test_every_table_of_tenants_is_under_row_level_security(postgres: PostgreSQL, table: str) -> None:
    engine = create_engine(postgres.admin_url, writes=True, connections_max=1)
    with engine.connect() as connection:
        secured = connection.execute(
            sa.text(
                "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = to_regclass(:table)"
            ),
            {"table": table},
        ).one()
        policies = connection.execute(
            sa.text(
                "SELECT permissive, roles::text, cmd, qual, with_check FROM pg_policies WHERE tablename = :t"
            ),
            {"t": table},
        ).all()
    engine.dispose()

    assert tuple(secured) == (True, True), "enabled, and forced on the owner"
    [policy] = policies
    assert tuple(policy)[:3] == ("PERMISSIVE", "{public}", "ALL")
    assert policy.qual == policy.with_check
    assert policy.qual.startswith("(tenant_id = ") and "certifly.tenant" in policy.qual


def template_of_each(database: Database, lovelace: int, babbage: int) -> int:
    """Babbage has more templates than Lovelace; the id of one that Lovelace has not."""
    publish_template(database, lovelace)
    return [publish_template(database, babbage) for _ in range(3)][-1]


INSERT = sa.text(
    "INSERT INTO certificates (tenant_id, id, code, template_id, template_version, data, drawing, check_url, "
    "issuer_name, created_at, updated_at, state, edition) SELECT :tenant, 99, :code, :template, :version, data, "
    "drawing, check_url, issuer_name, created_at, updated_at, state, edition FROM certificates WHERE id = 1"
)


@pytest.mark.parametrize(
    ("template_id", "version", "is_stored"),
    [(1, 1, True), (1, 2, False), (3, 1, False)],
    ids=["its own", "a version that never was", "another tenant's"],
)
def test_a_certificate_cannot_point_at_another_tenants_template(
    database: Database, make_tenant: Any, template_id: int, version: int, is_stored: bool
) -> None:
    lovelace, babbage = make_tenant("lovelace"), make_tenant("babbage")
    assert template_of_each(database, lovelace, babbage) == 3
    issue_certificates(database, lovelace, 1)
    values = {"tenant": lovelace, "code": "0" * 32, "template": template_id, "version": version}

    stored = database.write(lovelace, lambda db: db.connection.execute(INSERT, values).rowcount)

    if is_stored:
        assert stored.result() == 1
    else:
        with pytest.raises(sa.exc.IntegrityError, match=r"(?i)foreign key"):
            stored.result()


@pytest.mark.postgres
def test_a_row_cannot_be_written_for_another_tenant(postgres: PostgreSQL, make_tenant_on: Any) -> None:
    database = Database(postgres.service_url)
    lovelace, babbage = make_tenant_on(database, "lovelace"), make_tenant_on(database, "babbage")
    template_of_each(database, lovelace, babbage)
    issue_certificates(database, lovelace, 1)
    values = {"tenant": babbage, "code": "0" * 32, "template": 1, "version": 1}

    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        database.write(lovelace, lambda db: db.connection.execute(INSERT, values)).result()
    moved = sa.text("UPDATE certificates SET tenant_id = :tenant")
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        database.write(lovelace, lambda db: db.connection.execute(moved, values)).result()
    database.close()


@pytest.fixture
def make_tenant_on() -> Any:
    def make(database: Database, slug: str) -> int:
        return database.write_directory(
            lambda rows: create_tenant(rows, slug=slug, name=slug.title(), now=MONDAY).id
        ).result()

    return make
