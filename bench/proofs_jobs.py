"""The same with jobs: certificates issued first, then signed, drawn and stored by ``certifly work``.

Every run has a fresh installation. A worker and its render process share one core; a second worker, where there is
one, has the other. The clock runs from the first rendered certificates to the last.
"""

import os
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bench.installation import await_port, bench_installation, process
from bench.journey import LOOK_SECONDS, issue
from bench.worker_memory import children_of
from certifly.certificates.models import FAILED, RENDERED, Certificate
from certifly.db.database import Database
from tests.cast import template_document

CORES = ("1", "0")
RATIO_TARGET, TWO_SLOTS_TARGET = 1.6, 1.8
OURS = ("-m", "certifly")
PLAIN = ("-c", "from bench.plain_path import work; work()")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Run:
    """What came of one run: how fast, and the processor time of all its processes, a certificate."""

    per_second: float
    worker_ms: float
    renderer_ms: float


def measure_jobs(*, rounds: int, count: int) -> None:
    """Rounds in which everybody takes a turn; prints medians and ratios."""
    plans = {
        "signed, one slot": (OURS, 1, False),
        "signed, one slot, plain path": (PLAIN, 1, False),
        "signed, two slots": (OURS, 2, False),
        "with baked PNG, one slot": (OURS, 1, True),
        "with baked PNG, two slots": (OURS, 2, True),
    }
    found: dict[str, list[Run]] = {title: [] for title in plans}
    for _ in range(rounds):
        for title, (program, slots, png) in plans.items():
            run = run_once(program, slots=slots, png=png, count=count)
            found[title].append(run)
            print(f"    {title:32} {run}", flush=True)
    print(
        f"\n{'with jobs':32}{'per second':>12}{'worker ms':>12}{'renderer ms':>12}   of processor time each"
    )
    for title, runs in found.items():
        figures = (
            statistics.median(getattr(run, name) for run in runs)
            for name in ("per_second", "worker_ms", "renderer_ms")
        )
        print(f"{title:32}" + "".join(f"{figure:12.1f}" for figure in figures))
    one, two = "signed, one slot", "signed, two slots"
    _report("Certifly to the plain path", found[one], found["signed, one slot, plain path"], RATIO_TARGET)
    _report("two slots to one", found[two], found[one], TWO_SLOTS_TARGET)
    baked = "with baked PNG, one slot", "with baked PNG, two slots"
    _report("two slots to one, with baked PNG", found[baked[1]], found[baked[0]], TWO_SLOTS_TARGET)


def run_once(program: Sequence[str], *, slots: int, png: bool, count: int) -> Run:
    """One installation, so many certificates, so many slots, each on its core."""
    with bench_installation([template_document()], png_at_once=png) as bench, ExitStack() as workers:
        with process(["-m", "certifly", "serve"], bench.environment):
            await_port(bench.settings.port)
            issue(bench, count=count, send_email=False)
        with closing(bench.open()) as database:
            started = []
            for core in CORES[:slots]:
                command = [*program, "work", "--slot", f"bench-{core}"]
                started.append(workers.enter_context(process(command, bench.environment, core=core)))
            run = watch(database, bench.tenant_id, started, count=count)
            failed = database.read(
                bench.tenant_id, lambda db: len(db.find(Certificate, Certificate.state == FAILED))
            )
            assert not failed.result(), "certificates failed"
    return run


def watch(database: Database, tenant_id: int, workers: Sequence[int], *, count: int) -> Run:
    """Look from the first certificates rendered to the last."""
    query = sa.select(sa.func.count()).select_from(Certificate).where(Certificate.state == RENDERED)

    def rendered() -> int:
        return database.read(tenant_id, lambda db: db.connection.execute(query).scalar_one()).result()

    while not (first := rendered()):
        time.sleep(LOOK_SECONDS)
    started, before = time.perf_counter(), processor_seconds(workers)
    while rendered() < count:
        time.sleep(LOOK_SECONDS)
    seconds, after = time.perf_counter() - started, processor_seconds(workers)
    made = count - first
    return Run(
        made / seconds, *((late - early) * 1000 / made for early, late in zip(before, after, strict=True))
    )


def processor_seconds(workers: Sequence[int]) -> tuple[float, float]:
    """What the workers have used so far, and what their render processes have."""
    renderers = [child for worker in workers for child in children_of(worker)]
    return sum(map(_used, workers)), sum(map(_used, renderers))


def _used(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _report(title: str, faster: Sequence[Run], slower: Sequence[Run], target: float) -> None:
    ratio = statistics.median(
        one.per_second / other.per_second for one, other in zip(faster, slower, strict=True)
    )
    print(f"{title:40}{ratio:.2f} (target {target})")
