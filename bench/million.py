"""A list page and a create call at 10,000 and at 1,000,000 certificates of one tenant.

``./dev bench million``: both should cost the same, within half as much again.
"""

import json
import statistics
import sys
import time
import uuid
from datetime import timedelta
from functools import partial

from bench.installation import Bench, await_port, bench_installation, process
from bench.load import http_request, run_load
from certifly.certificates.models import RENDERED, Certificate, CertificateCode
from certifly.core.clock import isoformat, utc_now
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from tests.cast import template_document

SMALL, LARGE = 10_000, 1_000_000
ROWS_A_UNIT = 2_000
CALLS = 400
ROUNDS = 3


def fill(bench: Bench, database: Database, *, up_to: int) -> None:
    """Add rendered certificates until the tenant has ``up_to``, a second apart."""
    have = database.read(bench.tenant_id, lambda db: db.last_id("certificates")).result()
    began = utc_now() - timedelta(days=365)
    drawing = {"values": {"Student Name": "Ada Lovelace"}, "fitting": {"texts": {}, "padding": "x" * 700}}

    def rows(first: int, count: int, db: TenantDB) -> None:
        db.next_id("certificates", step=count)
        for number in range(first, first + count):
            code, moment = uuid.uuid4(), began + timedelta(seconds=number)
            db.insert(
                Certificate,
                id=number,
                code=code,
                template_id=1,
                template_version=1,
                data={"Student Name": f"Ada Lovelace {number}"},
                drawing=drawing,
                check_url=f"http://localhost:8000/check/{code}",
                issuer_name="Lovelace Academy",
                created_at=moment,
                updated_at=moment,
                state=RENDERED,
                pdf_digest="sha256:" + "0" * 64,
            )
            db.register(CertificateCode, code=code, certificate_id=number)

    for first in range(have + 1, up_to + 1, ROWS_A_UNIT):
        count = min(ROWS_A_UNIT, up_to + 1 - first)
        database.write(bench.tenant_id, partial(rows, first, count)).result()


def measure(bench: Bench) -> dict[str, float]:
    """Median milliseconds of each call, one at a time."""
    body = json.dumps({"template_id": 1, "data": {"Student Name": "Ada Lovelace"}}).encode()
    middle = isoformat(utc_now() - timedelta(days=364)).replace("+", "%2B")
    calls = {
        "create": http_request("POST", "/api/v1/certificates", token=bench.token, body=body),
        "list, newest page": http_request("GET", "/api/v1/certificates?limit=100", token=bench.token),
        "list, oldest of a range": http_request(
            "GET", f"/api/v1/certificates?limit=100&created_before={middle}", token=bench.token
        ),
    }
    found: dict[str, float] = {}
    for name, request in calls.items():
        medians = []
        for _ in range(ROUNDS):
            load = run_load(bench.settings.port, partial(_same, request), answers=CALLS, connections=1)
            assert set(load.statuses) <= {200, 201}, load.statuses
            medians.append(load.percentile(0.5))
        found[name] = statistics.median(medians)
    return found


def _same(request: bytes, _number: int) -> bytes:
    return request


def main() -> None:
    """Measure small, fill, measure large."""
    large = int(sys.argv[1]) if len(sys.argv) > 1 else LARGE
    with bench_installation([template_document()]) as bench:
        results = []
        for size in (SMALL, large):
            database = bench.open()
            started = time.perf_counter()
            fill(bench, database, up_to=size)
            database.close()
            print(f"filled to {size:,} in {time.perf_counter() - started:.0f} s", flush=True)
            with process(["-m", "certifly", "serve"], bench.environment):
                await_port(bench.settings.port)
                measure(bench)  # warm
                results.append(measure(bench))
        for name, small in results[0].items():
            grown = results[1][name]
            print(
                f"{name:26} {small:6.2f} ms at {SMALL:,}   {grown:6.2f} ms at {large:,}   x {grown / small:.2f}"
            )


if __name__ == "__main__":
    main()
