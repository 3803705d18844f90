"""Lists of certificates: their order, their bounds, their pages, and what a page costs among very many."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from certifly.certificates.errors import CertificateNotFound
from certifly.certificates.models import FAILED, Certificate
from certifly.certificates.queries import (
    CertificateFilter,
    find_by_code,
    get_certificate,
    list_certificates,
    list_failed,
    locate,
    parse_code,
)
from certifly.db.database import Database
from certifly.db.engine import create_engine
from certifly.db.tenant import TenantDB
from tests.cast import MONDAY, TUESDAY
from tests.issued import issue_certificates, publish_template
from tests.live import Caller

EVERYTHING = CertificateFilter()
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def template_id(database: Database, lovelace: int) -> int:
    return publish_template(database, lovelace)


def listed(
    database: Database,
    tenant_id: int,
    wanted: CertificateFilter = EVERYTHING,
    *,
    after: int | None = None,
    limit: int = 100,
) -> list[int]:
    def work(db: TenantDB) -> list[int]:
        return [one.id for one in list_certificates(db, wanted, after=after, limit=limit)]

    return database.read(tenant_id, work).result()


def test_the_newest_comes_first(database: Database, lovelace: int, template_id: int) -> None:
    for now in (MONDAY, TUESDAY, TUESDAY, MONDAY + timedelta(hours=1)):
        issue_certificates(database, lovelace, template_id, now=now)

    assert listed(database, lovelace) == [3, 2, 4, 1], "by moment, and within a moment by id"
    assert listed(database, lovelace, limit=2) == [3, 2]
    assert listed(database, lovelace, after=2) == [4, 1]
    assert listed(database, lovelace, after=1) == []


def test_a_cursor_that_points_at_nothing_bounds_nothing(
    database: Database, lovelace: int, template_id: int
) -> None:
    issue_certificates(database, lovelace, template_id)

    assert listed(database, lovelace, after=99) == [1]


def test_only_those_of_a_template(database: Database, lovelace: int, template_id: int) -> None:
    other = publish_template(database, lovelace)
    for one in (template_id, other, template_id):
        issue_certificates(database, lovelace, one)

    assert listed(database, lovelace, CertificateFilter(template_id=template_id)) == [3, 1]
    assert listed(database, lovelace, CertificateFilter(template_id=template_id), after=3) == [1]
    assert listed(database, lovelace, CertificateFilter(template_id=other)) == [2]
    assert listed(database, lovelace, CertificateFilter(template_id=99)) == []


@pytest.mark.parametrize(
    ("created_from", "created_before", "found"),
    [
        (MONDAY - MOMENT, None, [1]),
        (MONDAY, None, [1]),
        (MONDAY + MOMENT, None, []),
        (None, MONDAY + MOMENT, [1]),
        (None, MONDAY, []),
        (None, MONDAY - MOMENT, []),
        (MONDAY, MONDAY + MOMENT, [1]),
        (MONDAY, MONDAY, []),
        (TUESDAY, MONDAY, []),
    ],
)
def test_both_sides_of_both_bounds(
    database: Database,
    lovelace: int,
    template_id: int,
    created_from: datetime | None,
    created_before: datetime | None,
    found: list[int],
) -> None:
    (certificate_id,) = issue_certificates(database, lovelace, template_id, now=MONDAY)
    code = database.read(lovelace, lambda db: get_certificate(db, str(certificate_id)).code).result()
    bounds: dict[str, Any] = {"created_from": created_from, "created_before": created_before}

    assert listed(database, lovelace, CertificateFilter(**bounds)) == found
    assert listed(database, lovelace, CertificateFilter(template_id=template_id, **bounds)) == found
    assert listed(database, lovelace, CertificateFilter(code=code, **bounds)) == found


def test_the_one_of_a_code(
    database: Database, lovelace: int, template_id: int, make_tenant: Callable[[str], int]
) -> None:
    issue_certificates(database, lovelace, template_id, count=2)
    code = database.read(lovelace, lambda db: get_certificate(db, "1").code).result()
    babbage = make_tenant("babbage")
    by_code = CertificateFilter(code=code)

    assert listed(database, lovelace, by_code) == [1]
    assert listed(database, lovelace, by_code, after=2) == [1]
    assert listed(database, lovelace, by_code, after=1) == []
    assert listed(database, lovelace, CertificateFilter(code=code, template_id=template_id)) == [1]
    assert listed(database, lovelace, CertificateFilter(code=code, template_id=99)) == []
    assert listed(database, lovelace, CertificateFilter(code=uuid.uuid4())) == []
    assert listed(database, babbage, by_code) == [], "another tenant's is another's"


def test_a_certificate_is_found_by_id_and_by_code(
    database: Database, lovelace: int, template_id: int, make_tenant: Callable[[str], int]
) -> None:
    issue_certificates(database, lovelace, template_id)
    babbage = make_tenant("babbage")

    def look(identifier: str, tenant_id: int = lovelace) -> int:
        return database.read(tenant_id, lambda db: get_certificate(db, identifier).id).result()

    code = database.read(lovelace, lambda db: get_certificate(db, "1").code).result()
    assert look("1") == look(str(code)) == look(str(code).upper()) == 1
    place = database.read_directory(lambda rows: locate(rows, code)).result()
    assert place is not None and (place.tenant_id, place.certificate_id) == (lovelace, 1)
    assert database.read(babbage, lambda db: find_by_code(db, code)).result() is None
    for stranger, identifier in [
        (babbage, "1"),
        (babbage, str(code)),
        (lovelace, "2"),
        (lovelace, "01"),
        (lovelace, "one"),
        (lovelace, str(uuid.uuid4())),
    ]:
        with pytest.raises(CertificateNotFound):
            look(identifier, stranger)


@pytest.mark.parametrize(
    "text", ["", "1", "0b6f1d0a5c394b1e9c2a7f3f0d9a1e55", "{0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e5}", "g" * 36]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert parse_code(text) is None


def test_a_code_is_read_in_any_letter_case() -> None:
    code = uuid.UUID("0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55")

    assert parse_code(str(code).upper()) == parse_code(str(code)) == code


def test_failed_ones_are_listed_oldest_first(database: Database, lovelace: int, template_id: int) -> None:
    issue_certificates(database, lovelace, template_id, count=4)

    def fail(db: TenantDB) -> None:
        for number in (4, 2, 3):
            get_certificate(db, str(number)).state = FAILED

    database.write(lovelace, fail).result()

    found = database.read(lovelace, lambda db: [one.id for one in list_failed(db, limit=2)]).result()
    assert found == [2, 3]


def test_pages_show_everything_once_while_more_is_issued(
    database: Database, lovelace: int, template_id: int
) -> None:
    first = issue_certificates(database, lovelace, template_id, count=253, now=MONDAY)
    seen: list[int] = []
    after = None
    while page := listed(database, lovelace, after=after, limit=20):
        seen += page
        after = page[-1]
        issue_certificates(database, lovelace, template_id, count=3, now=TUESDAY)

    assert seen == list(reversed(first))


@pytest.mark.parametrize("limit", [7, 100])
def test_pages_over_http_show_everything_once(tenant: Caller, limit: int) -> None:
    template_id = tenant.publish_template()
    issued = [tenant.issue(template_id)["data"]["id"] for _ in range(30)]
    seen: list[str] = []
    parameters: dict[str, str | int] = {"limit": limit, "template_id": template_id}
    while True:
        answer = tenant.http.get("/api/v1/certificates", params=parameters).json()
        seen += [one["id"] for one in answer["data"]]
        if answer["meta"]["next_cursor"] is None:
            break
        parameters["cursor"] = answer["meta"]["next_cursor"]
        tenant.issue(template_id)

    assert seen == list(reversed(issued))


# What a page costs: told by the plan of the very statement, among rows enough that a planner minds.

ROWS = 20_000
LONG_AGO = MONDAY - timedelta(days=1)


def add_many(database: Database, tenant_id: int, template_id: int, other_id: int) -> None:
    """Certificates by the thousand, a second apart; every tenth is of the other template."""
    issue_certificates(database, tenant_id, template_id, now=LONG_AGO)
    columns = [column.name for column in Certificate.__table__.columns]

    def work(db: TenantDB) -> None:
        query = sa.text("SELECT * FROM certificates WHERE tenant_id = :t AND id = 1")
        row = dict(db.connection.execute(query, {"t": tenant_id}).mappings().one())
        kept = {name: row[name] for name in columns}
        rows = [kept | {"id": number, "created_at": moment(db, number)} for number in range(2, ROWS)]
        for one in rows[::10]:
            one["template_id"] = other_id
        if db.connection.dialect.name == "postgresql":
            for one in rows:
                one["data"] = one["drawing"] = "{}"
        names = ", ".join(columns)
        values = ", ".join(f":{name}" for name in columns)
        db.connection.execute(sa.text(f"INSERT INTO certificates ({names}) VALUES ({values})"), rows)

    def moment(db: TenantDB, number: int) -> Any:
        at = MONDAY + timedelta(seconds=number)
        return at if db.connection.dialect.name == "postgresql" else f"{at:%Y-%m-%d %H:%M:%S.%f}"

    database.write(tenant_id, work).result()


@contextmanager
def statements(connection: sa.Connection) -> Iterator[list[tuple[str, Any]]]:
    """What is sent to the database in the block."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    sa.event.listen(connection, "before_cursor_execute", note)
    yield sent
    sa.event.remove(connection, "before_cursor_execute", note)


def plan_of(database: Database, tenant_id: int, wanted: CertificateFilter, *, after: int | None) -> str:
    """How the database goes about the last statement of a list."""

    def work(db: TenantDB) -> str:
        with statements(db.connection) as sent:
            list_certificates(db, wanted, after=after, limit=21)
        statement, parameters = sent[-1]
        explain = "EXPLAIN QUERY PLAN" if db.connection.dialect.name == "sqlite" else "EXPLAIN"
        rows = db.connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
        return "\n".join(str(row[-1]) for row in rows)

    return database.read(tenant_id, work).result()


FILTERS: Sequence[Mapping[str, Any]] = [
    {},
    {"created_before": MONDAY + timedelta(seconds=50)},
    {"created_before": LONG_AGO},
    {"created_from": MONDAY + timedelta(seconds=100)},
    {"created_from": LONG_AGO, "created_before": MONDAY + timedelta(seconds=5000)},
]


def test_no_list_reads_more_than_its_page(
    database: Database, lovelace: int, template_id: int, request: pytest.FixtureRequest
) -> None:
    other_id = publish_template(database, lovelace)
    add_many(database, lovelace, template_id, other_id)
    if database.dialect == "postgresql":
        analyse(request.getfixturevalue("postgres").owner_url)

    of_templates: list[dict[str, Any]] = [{}, {"template_id": other_id}]
    for bounds in FILTERS:
        for of_template in of_templates:
            for after in (None, 5000):
                plan = plan_of(database, lovelace, CertificateFilter(**bounds, **of_template), after=after)
                case = f"{bounds} {of_template} {after}\n{plan}"

                assert "Sort" not in plan and "TEMP B-TREE" not in plan, case
                assert "Seq Scan" not in plan and "SCAN" not in plan, case
                has_end = after is not None or "created_before" in bounds
                if database.dialect == "sqlite":
                    assert ("created_at,id)<" in plan) == has_end, case
                else:
                    assert ("ROW(created_at, id) <" in plan) == has_end, case
                    assert plan.count("Filter") == plan.count("One-Time Filter") == 1, case


def analyse(owner_url: str) -> None:
    """Let PostgreSQL count its rows, as it does by itself after a while."""
    engine = create_engine(owner_url, writes=True, connections_max=1)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE certificates"))
    engine.dispose()
