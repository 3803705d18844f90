"""What the units of one commit share: rows and counters wait together, and no unit ever sees less than it wrote."""

import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from certifly.certificates.errors import TemplateChanged
from certifly.certificates.models import Certificate, CertificateCode
from certifly.core.errors import NotFound
from certifly.db.base import Counter
from certifly.db.batch import Batch
from certifly.db.database import Database
from certifly.db.engine import create_engine
from certifly.db.tenant import Directory, TenantDB
from certifly.db.writer import Writer
from certifly.templates.models import Asset, Template
from certifly.templates.publish import publish
from certifly.templates.queries import PublishedTemplate, find_published, is_current
from certifly.web.recorded import IdempotencyRecord
from tests.cast import MONDAY, TUESDAY, template_document
from tests.issued import PUBLIC_URL, issue_certificates, issue_one, publish_template


@pytest.fixture
def connection(database: Database) -> Iterator[sa.Connection]:
    """A transaction as the writer opens it."""
    engine = create_engine(database.url, writes=True, connections_max=1)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def sent(connection: sa.Connection) -> list[str]:
    """The changes that reach the database: which table, and for how many rows."""
    found: list[str] = []

    @sa.event.listens_for(connection, "before_cursor_execute")
    def _note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        words = statement.split()
        if words[0] in ("INSERT", "UPDATE", "DELETE"):
            table = words[1] if words[0] == "UPDATE" else words[2]
            rows = len(parameters) if many else max(1, statement.count("), ("))
            found.append(f"{words[0]} {table} {rows}")

    return found


def record(number: int) -> dict[str, Any]:
    return {"key": f"key-{number}", "fingerprint": "0" * 64, "body": "{}", "created_at": MONDAY}


def counters(db: TenantDB) -> dict[str, int]:
    return {row.name: row.value for row in db.find(Counter)}


def test_rows_wait_and_are_sent_together_in_the_order_of_their_tables(
    connection: sa.Connection, sent: list[str], lovelace: int
) -> None:
    batch = Batch(connection)
    for number in range(3):
        db = TenantDB(batch, lovelace)
        db.insert(IdempotencyRecord, **record(number))
        db.insert(Counter, name=f"counter-{number}", value=1)
        db.close()
    assert sent == []

    batch.send()
    assert [line.rpartition(" ")[0] for line in sent] == ["INSERT idempotency_records", "INSERT counters"]
    before = list(sent)
    batch.send()
    assert sent == before, "nothing is sent twice"

    assert len(TenantDB(batch, lovelace).find(IdempotencyRecord)) == 3


@pytest.mark.parametrize(
    "ask",
    [
        lambda db: db.get(IdempotencyRecord, "key-1"),
        lambda db: db.find(IdempotencyRecord),
        lambda db: db.find_one(IdempotencyRecord, IdempotencyRecord.key == "key-1"),
        lambda db: db.connection.execute(sa.text("SELECT 1 FROM idempotency_records")).all(),
        lambda db: db.remove(IdempotencyRecord, IdempotencyRecord.key == "key-1"),
    ],
    ids=["get", "find", "find one", "a statement", "remove"],
)
def test_a_reader_in_the_same_unit_sees_what_waits(
    database: Database, lovelace: int, ask: Callable[[TenantDB], object]
) -> None:
    def work(db: TenantDB) -> object:
        db.insert(IdempotencyRecord, **record(1))
        return ask(db)

    assert database.write(lovelace, work).result()


def test_a_reader_of_the_directory_sees_what_waits(database: Database, lovelace: int) -> None:
    code = uuid.uuid4()

    def work(db: TenantDB) -> list[bool]:
        db.register(CertificateCode, code=code, certificate_id=7)
        by_get = db.directory.get(CertificateCode, code) is not None
        db.register(CertificateCode, code=uuid.uuid4(), certificate_id=8)
        eighth = db.directory.find_one(CertificateCode, CertificateCode.certificate_id == 8)
        return [by_get, eighth is not None]

    assert database.write(lovelace, work).result() == [True, True]


def test_objects_go_before_nothing_that_waits_for_them(database: Database, lovelace: int) -> None:
    """A held row may point at an added object: both are there at the commit."""

    def work(db: TenantDB) -> None:
        db.insert(IdempotencyRecord, **record(1))
        db.add(
            Asset(
                digest="sha256:1", media_type="image/png", size_bytes=1, width=1, height=1, created_at=MONDAY
            )
        )
        db.insert(IdempotencyRecord, **record(2))

    database.write(lovelace, work).result()

    def count(db: TenantDB) -> tuple[int, int]:
        return len(db.find(IdempotencyRecord)), len(db.find(Asset))

    assert database.read(lovelace, count).result() == (2, 1)


def test_counters_are_counted_in_memory_and_stored_once(
    connection: sa.Connection, sent: list[str], lovelace: int
) -> None:
    batch = Batch(connection)
    taken = []
    for _ in range(4):
        db = TenantDB(batch, lovelace)
        taken += [db.next_id("things"), db.next_id("others", step=10)]
        db.close()
    batch.send()

    assert taken == [1, 10, 2, 20, 3, 30, 4, 40]
    assert [line for line in sent if line.startswith("INSERT")] == ["INSERT counters 1", "INSERT counters 1"]
    assert [line for line in sent if line.startswith("UPDATE")] == ["UPDATE counters 2"]
    assert counters(TenantDB(batch, lovelace)) == {"things": 4, "others": 40}


def test_the_last_id_is_the_last_one_taken(database: Database, lovelace: int) -> None:
    def work(db: TenantDB) -> list[int]:
        found = [db.last_id("things")]
        db.next_id("things")
        found.append(db.last_id("things"))
        db.next_id("things", step=5)
        found.append(db.last_id("things"))
        return found

    assert database.write(lovelace, work).result() == [0, 1, 6]
    assert database.read(lovelace, lambda db: db.last_id("things")).result() == 6


def test_tenants_that_take_turns_in_one_commit_keep_their_own(
    database: Database, connection: sa.Connection, make_tenant: Callable[[str], int]
) -> None:
    lovelace, babbage = make_tenant("lovelace"), make_tenant("babbage")
    batch = Batch(connection)
    taken = []
    for number, tenant_id in enumerate([lovelace, babbage, lovelace, babbage, lovelace]):
        db = TenantDB(batch, tenant_id)
        db.insert(IdempotencyRecord, **record(number))
        taken.append(db.next_id("things"))
        db.close()
    batch.send()
    connection.commit()

    assert taken == [1, 1, 2, 2, 3]
    for tenant_id, rows in ((lovelace, 3), (babbage, 2)):
        found = database.read(tenant_id, lambda db: (counters(db), len(db.find(IdempotencyRecord)))).result()
        assert found == ({"things": rows}, rows)


def test_a_counter_goes_on_where_the_last_commit_left_it(database: Database, lovelace: int) -> None:
    assert database.write(lovelace, lambda db: [db.next_id("things") for _ in range(3)]).result() == [1, 2, 3]
    assert database.write(lovelace, lambda db: db.next_id("things")).result() == 4


def test_a_statement_of_ones_own_counts_as_a_write(database: Database, lovelace: int) -> None:
    """So that a refusal after it undoes it: the door cannot see what it did."""

    def work(db: TenantDB) -> None:
        db.connection.execute(
            sa.text("INSERT INTO counters (tenant_id, name, value) VALUES (:tenant, 'things', 1)"),
            {"tenant": db.tenant_id},
        )
        raise NotFound("There is no such thing.")

    with pytest.raises(NotFound):
        database.write(lovelace, work).result()

    assert database.read(lovelace, counters).result() == {}


def test_a_read_sees_one_state_of_the_database(database: Database, lovelace: int) -> None:
    def work(db: TenantDB) -> list[int]:
        before = db.last_id("things")
        database.write(lovelace, lambda other: other.next_id("things")).result()
        return [before, db.last_id("things")]

    assert database.read(lovelace, work).result() == [0, 0]
    assert database.read(lovelace, lambda db: db.last_id("things")).result() == 1


def test_what_a_read_changes_is_thrown_away(database: Database, lovelace: int) -> None:
    assert database.read(lovelace, lambda db: db.next_id("things")).result() == 1

    assert database.read(lovelace, counters).result() == {}


# A fact that the units of a commit share, and the change that ends it.


def change_and_publish(db: TenantDB, template_id: int) -> None:
    template = db.get(Template, template_id)
    assert template is not None
    template.document = template_document(name="Another certificate")
    template.document_digest = "1" * 64
    publish(db, template, issuer_name="Lovelace", check_url=f"{PUBLIC_URL}/check/x", now=TUESDAY)


@pytest.fixture
def in_one_commit(database: Database) -> Iterator[Callable[..., list[Any]]]:
    """Runs units in one transaction, whatever the threads do: the writer is kept busy until all are queued."""
    engine = create_engine(database.url, writes=True, connections_max=1)
    writer = Writer(engine)

    def run(tenant_id: int, *units: Callable[[TenantDB], Any]) -> list[Any]:
        entered, release = threading.Event(), threading.Event()

        def hold(_rows: Directory) -> None:
            entered.set()
            release.wait(10)

        writer.submit(None, hold)
        assert entered.wait(10)
        futures = [writer.submit(tenant_id, unit) for unit in units]
        release.set()
        return [future.exception(10) or future.result(10) for future in futures]

    yield run
    writer.close()
    engine.dispose()


def test_units_of_one_commit_ask_once_whether_a_version_holds(
    connection: sa.Connection, database: Database, lovelace: int
) -> None:
    template_id = publish_template(database, lovelace)
    asked: list[str] = []
    sa.event.listen(
        connection, "before_cursor_execute", lambda _c, _cu, statement, *_: asked.append(statement)
    )
    batch = Batch(connection)
    first = TenantDB(batch, lovelace)
    template = find_published(first, template_id)
    assert template is not None
    asked.clear()

    for _ in range(5):
        assert is_current(TenantDB(batch, lovelace), template)

    assert len([statement for statement in asked if "templates" in statement]) == 1


def test_publishing_in_the_same_commit_ends_the_version_before(
    in_one_commit: Callable[..., list[Any]], database: Database, lovelace: int
) -> None:
    template_id = publish_template(database, lovelace)
    first = database.read(lovelace, lambda db: find_published(db, template_id)).result()
    assert first is not None
    second = PublishedTemplate(template_id, 2, first.document)

    def checked(db: TenantDB) -> list[bool]:
        return [is_current(db, first), is_current(db, second)]

    outcomes = in_one_commit(lovelace, checked, lambda db: change_and_publish(db, template_id), checked)

    assert outcomes == [[True, False], None, [False, True]]


def test_issuing_and_publishing_in_one_commit_never_uses_a_stale_version(
    in_one_commit: Callable[..., list[Any]], database: Database, lovelace: int
) -> None:
    template_id = publish_template(database, lovelace)
    published = database.read(lovelace, lambda db: find_published(db, template_id)).result()

    def issue(db: TenantDB) -> int:
        return issue_one(db, published)

    outcomes = in_one_commit(lovelace, issue, lambda db: change_and_publish(db, template_id), issue, issue)

    assert outcomes[:2] == [1, None]
    assert [type(outcome) for outcome in outcomes[2:]] == [TemplateChanged] * 2
    versions = database.read(lovelace, lambda db: [one.template_version for one in db.find(Certificate)])
    assert versions.result() == [1]
    assert issue_certificates(database, lovelace, template_id) == [2], "no id is lost to a refusal"
