"""A page of the handbook as a browser asks for it, beside the smallest answer of the same process.

``./dev bench handbook``: one core serves, the other sends, one request at a time and then over several connections;
runs of ``/healthz``, of pages and of their Markdown alternate. Says too how long the first page takes, how long a
search, how large the index is that browsers fetch, and how create calls fare while a process makes every page.
"""

import gzip
import json
import multiprocessing
import os
import statistics
import time
import urllib.request
from collections.abc import Sequence

from bench.installation import CLIENT_CORE, SERVER_CORE, Bench, await_port, bench_installation, process
from bench.load import Load, http_request, run_load
from certifly.app.asgi import describe
from certifly.handbook.contents import Handbook
from certifly.handbook.facts import Installation
from certifly.handbook.search import INDEX_BYTES_MAX
from tests.cast import template_document

ANSWERS = 1_500
ROUNDS = 5
CONNECTIONS = 8
ALONE = "/healthz"
CREATE = "/docs/gateway-api/certificates/create-certificate"
HTML = {"Accept": "text/html"}
PACKED = HTML | {"Accept-Encoding": "gzip"}
ASKED = {
    "the longest page, gzip": (CREATE, PACKED),
    "the longest page, plain": (CREATE, HTML),
    "its Markdown": (f"{CREATE}.md", {}),
    "a page of prose, gzip": ("/docs/explanation/proofs", PACKED),
    "llms.txt": ("/llms.txt", {}),
    "a search, as JSON": ("/docs/search?q=revoke%20a%20certificate", {"Accept": "application/json"}),
    "a search, as a page": ("/docs/search?q=revoke%20a%20certificate", HTML),
}
P50_MS_MAX = 5.0

READERS = 8
CALLERS = 2
CREATES = 600
CREATES_AT_A_TIME = 50


def measure(
    bench: Bench, path: str, headers: dict[str, str], connections: int
) -> tuple[list[Load], list[Load]]:
    """Alternating runs of the smallest answer and of the one at ``path``; each must be a 200."""
    alone = http_request("GET", ALONE)
    asked = http_request("GET", path, headers=headers)
    before, runs = [], []
    for _ in range(ROUNDS):
        before.append(
            run_load(bench.settings.port, lambda _: alone, answers=ANSWERS, connections=connections)
        )
        runs.append(run_load(bench.settings.port, lambda _: asked, answers=ANSWERS, connections=connections))
    assert all(set(load.statuses) == {200} for load in (*before, *runs)), (path, [r.statuses for r in runs])
    return before, runs


def report(name: str, before: Sequence[Load], runs: Sequence[Load]) -> None:
    """One line: latency, and how many times that of the smallest answer it is, pair by pair."""
    ratios = [run.percentile(0.5) / one.percentile(0.5) for one, run in zip(before, runs, strict=True)]
    print(
        f"  {name:26} p50 {statistics.median(r.percentile(0.5) for r in runs):6.2f} ms"
        f"   p99 {statistics.median(r.percentile(0.99) for r in runs):6.2f} ms"
        f"   {ALONE} {statistics.median(b.percentile(0.5) for b in before):5.2f} ms"
        f"   {statistics.median(ratios):5.2f} x",
        flush=True,
    )


def fetch(bench: Bench, path: str) -> tuple[bytes, float]:
    """What is at ``path``, and how many milliseconds it took."""
    started = time.perf_counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{bench.settings.port}{path}", timeout=60) as answer:
        return answer.read(), (time.perf_counter() - started) * 1000


def read_everything(port: int, addresses: Sequence[str]) -> None:
    """Ask for every page once, as several readers of a process that has made none."""
    requests = [http_request("GET", address, headers=PACKED) for address in addresses]
    run_load(port, requests.__getitem__, answers=len(requests), connections=READERS)


def calls_beside_readers() -> None:
    """Create calls alone, and while a fresh process makes every page."""
    with (
        bench_installation([template_document()]) as bench,
        process(["-m", "certifly", "serve"], bench.environment, core=SERVER_CORE),
    ):
        port = bench.settings.port
        await_port(port)
        handbook = Handbook(Installation(bench.settings.public_url, describe(bench.settings)))
        body = json.dumps({"template_id": bench.templates[0], "data": {"Student Name": "Ada Lovelace"}})
        create = http_request("POST", "/api/v1/certificates", token=bench.token, body=body.encode())

        def creates(answers: int) -> list[float]:
            load = run_load(port, lambda _: create, answers=answers, connections=CALLERS)
            assert set(load.statuses) == {201}, load.statuses
            return load.latencies_ms

        creates(CREATES_AT_A_TIME)
        alone = creates(CREATES)
        addresses = [page.address for page in handbook.pages.values()]
        readers = multiprocessing.get_context("fork").Process(target=read_everything, args=(port, addresses))
        beside: list[float] = []
        readers.start()
        while readers.is_alive():
            beside += creates(CREATES_AT_A_TIME)
        assert readers.exitcode == 0
    print(f"create calls, {CALLERS} at a time, alone and while {READERS} readers ask for every page first")
    for name, latencies in (("alone", alone), ("beside readers", beside)):
        p50, p90, p99 = (statistics.quantiles(latencies, n=100)[at - 1] for at in (50, 90, 99))
        print(f"  {name:26} p50 {p50:6.2f} ms   p90 {p90:6.2f} ms   p99 {p99:6.2f} ms   of {len(latencies)}")


def main() -> None:
    """Measure and print."""
    os.sched_setaffinity(0, {int(CLIENT_CORE)})
    calls_beside_readers()
    with (
        bench_installation([]) as bench,
        process(["-m", "certifly", "serve"], bench.environment, core=SERVER_CORE),
    ):
        await_port(bench.settings.port)
        _, first_ms = fetch(bench, CREATE)
        index, index_ms = fetch(bench, "/docs/search-index.json")
        print(
            f"the first page of a process {first_ms:.0f} ms; then the index of the search {index_ms:.0f} ms"
        )
        print(
            f"index: {len(index):,} bytes (limit {INDEX_BYTES_MAX:,}), {len(gzip.compress(index)):,} with gzip"
        )
        for path, _ in ASKED.values():
            fetch(bench, path)
        for connections in (1, CONNECTIONS):
            print(f"{connections} at a time (target: p50 under {P50_MS_MAX:.0f} ms)")
            for name, (path, headers) in ASKED.items():
                report(name, *measure(bench, path, headers, connections))


if __name__ == "__main__":
    main()
