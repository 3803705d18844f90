"""A tool of the door for AI clients beside the same call over HTTP, in both eras of the protocol.

``./dev bench mcp``: one core serves, the other sends over one connection, so that a time is what one call costs;
the three ways take turns. What an AI client itself costs is not in it.
"""

import json
import os
import statistics
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.installation import CLIENT_CORE, SERVER_CORE, Bench, await_port, bench_installation, process
from bench.load import Load, http_request, run_load
from tests.cast import template_document

ANSWERS = 300
ROUNDS = 9
WARM = 100
PATH = "/_mcp/server"
MODERN = "2026-07-28"
DATA = {"Student Name": "Ada Lovelace", "Course": "Analytical Engines", "Email": "ada@example.org"}

Request = Callable[[int], bytes]


@dataclass(frozen=True)
class Way:
    """One thing to do, by HTTP and by its tool."""

    name: str
    over_http: Request
    tool: str
    arguments: Callable[[], dict[str, Any]]


def ways(bench: Bench, code: str) -> list[Way]:
    """What is measured: a read, a check that stores nothing, and a commit."""
    template_id = bench.templates[0]
    body = json.dumps({"template_id": template_id, "data": DATA}).encode()

    def issue_over_http(_: int) -> bytes:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return http_request("POST", "/api/v1/certificates", token=bench.token, body=body, headers=headers)

    read = http_request("GET", f"/api/v1/certificates/{code}", token=bench.token)
    validate = http_request("POST", "/api/v1/certificates/validate", token=bench.token, body=body)
    values = {"template_id": template_id, "data": DATA}
    return [
        Way("look at a certificate", lambda _: read, "get_certificate", lambda: {"certificate": code}),
        Way("validate", lambda _: validate, "validate_certificate", lambda: values),
        Way(
            "issue, with a key",
            issue_over_http,
            "issue_certificate",
            lambda: values | {"idempotency_key": str(uuid.uuid4())},
        ),
    ]


def tool_request(bench: Bench, way: Way, *, is_modern: bool) -> Request:
    """The message that calls the tool, as the official client sends it."""
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
    meta: dict[str, Any] = {}
    if is_modern:
        headers |= {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": way.tool}
        meta = {
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": MODERN,
                "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            }
        }

    def request(number: int) -> bytes:
        params = {"name": way.tool, "arguments": way.arguments()} | meta
        message = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
        body = json.dumps(message).encode()
        return http_request("POST", PATH, token=bench.token, body=body, headers=headers)

    return request


def measure(port: int, requests: dict[str, Request]) -> dict[str, list[Load]]:
    """Runs that take turns."""
    for request in requests.values():
        run_load(port, request, answers=WARM, connections=1)
    found: dict[str, list[Load]] = {name: [] for name in requests}
    for _ in range(ROUNDS):
        for name, request in requests.items():
            load = run_load(port, request, answers=ANSWERS, connections=1)
            assert set(load.statuses) <= {200, 201}, load.statuses
            found[name].append(load)
    return found


def report(name: str, found: dict[str, list[Load]]) -> None:
    """A line for each way: the median of the rounds, and its ratio to HTTP, round by round."""
    for way, loads in found.items():
        pairs = zip(loads, found["HTTP"], strict=True)
        ratio = statistics.median(one.percentile(0.5) / plain.percentile(0.5) for one, plain in pairs)
        p50 = statistics.median(load.percentile(0.5) for load in loads)
        p95 = statistics.median(load.percentile(0.95) for load in loads)
        print(f"{name:24} {way:16} p50 {p50:6.2f} ms   p95 {p95:6.2f} ms   {ratio:5.2f} x HTTP", flush=True)


def issue_one(bench: Bench) -> str:
    """The code of a certificate to look at."""
    import urllib.request

    body = json.dumps({"template_id": bench.templates[0], "data": DATA}).encode()
    headers = {"Authorization": f"Bearer {bench.token}", "Content-Type": "application/json"}
    request = urllib.request.Request(
        f"{bench.settings.public_url}/api/v1/certificates", data=body, headers=headers
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        code: str = json.loads(answer.read())["data"]["data"]["code"]
    return code


def main() -> None:
    """Measure each way in turn."""
    os.sched_setaffinity(0, {int(CLIENT_CORE)})
    with (
        bench_installation([template_document()]) as bench,
        process(["-m", "certifly", "serve"], bench.environment, core=SERVER_CORE),
    ):
        await_port(bench.settings.port)
        for way in ways(bench, issue_one(bench)):
            requests = {
                "HTTP": way.over_http,
                "tool, 2026": tool_request(bench, way, is_modern=True),
                "tool, handshake": tool_request(bench, way, is_modern=False),
            }
            report(way.name, measure(bench.settings.port, requests))


if __name__ == "__main__":
    main()
