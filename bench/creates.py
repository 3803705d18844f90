"""Create calls a second, certificate and job in one durable commit, beside a FastAPI hello route.

``./dev bench creates``: one core serves, the other sends over 32 connections; hello and create runs alternate.
"""

import json
import os
import statistics

from bench.installation import CLIENT_CORE, SERVER_CORE, Bench, await_port, bench_installation, process
from bench.load import Load, http_request, run_load
from tests.cast import template_document, text_element
from tests.live import free_port

CONNECTIONS = 32
ANSWERS = 4_000
ROUNDS = 3
LONG = "Advanced analysis of the computation of Bernoulli numbers, with applications to weaving and to music"


def wrapped_document() -> dict[str, object]:
    """A template whose course is set on up to three lines: the text must be measured and broken."""
    document = template_document()
    document["layout"]["elements"][1] = text_element(
        "{Course}", y=100, width=120, height=30, size=24, size_min=10, lines_max=3
    )
    return document


def measure(
    bench: Bench, template_id: int, data: dict[str, str], hello_port: int
) -> tuple[list[Load], list[Load]]:
    """Alternating runs of hello and of the create call; every answer of the latter must be a 201."""
    body = json.dumps({"template_id": template_id, "data": data}).encode()
    create = http_request("POST", "/api/v1/certificates", token=bench.token, body=body)
    hello = http_request("GET", "/hello")
    hellos, creates = [], []
    for _ in range(ROUNDS):
        hellos.append(run_load(hello_port, lambda _: hello, answers=ANSWERS * 2, connections=CONNECTIONS))
        creates.append(
            run_load(bench.settings.port, lambda _: create, answers=ANSWERS, connections=CONNECTIONS)
        )
    assert all(set(load.statuses) == {201} for load in creates), [load.statuses for load in creates]
    return hellos, creates


def report(name: str, hellos: list[Load], creates: list[Load]) -> None:
    """One line: rates, their ratio pair by pair, and latency."""
    ratios = [create.per_second / hello.per_second for create, hello in zip(creates, hellos, strict=True)]
    print(
        f"{name:34} {statistics.median(c.per_second for c in creates):7.0f}/s"
        f"   hello {statistics.median(h.per_second for h in hellos):7.0f}/s"
        f"   ratio {statistics.median(ratios):.2f}"
        f"   p50 {statistics.median(c.percentile(0.5) for c in creates):5.1f} ms"
        f"   p99 {statistics.median(c.percentile(0.99) for c in creates):5.1f} ms",
        flush=True,
    )


def main() -> None:
    """Measure with the worker stopped and running, with short and with measured text."""
    os.sched_setaffinity(0, {int(CLIENT_CORE)})
    hello_port = free_port()
    short = {"Student Name": "Ada Lovelace"}
    measured = short | {"Course": LONG}
    with (
        bench_installation([template_document(), wrapped_document()]) as bench,
        process(["-m", "bench.hello", str(hello_port)], bench.environment, core=SERVER_CORE),
        process(["-m", "certifly", "serve"], bench.environment, core=SERVER_CORE),
    ):
        await_port(hello_port, "/hello")
        await_port(bench.settings.port)
        first, second = bench.templates
        measure(bench, first, short, hello_port)  # warm
        report("worker stopped, short text", *measure(bench, first, short, hello_port))
        report("worker stopped, measured text", *measure(bench, second, measured, hello_port))
        with process(["-m", "certifly", "work"], bench.environment):
            report("worker running, short text", *measure(bench, first, short, hello_port))
            report("worker running, measured text", *measure(bench, second, measured, hello_port))


if __name__ == "__main__":
    main()
