"""Credential, signature and baked picture: ms for each step and certificates per second, beside the plain path.

    ./dev bench proofs [--rounds N] [--seconds S] [--certificates N] [--without-jobs | --jobs-only]

Two contenders make the same certificates, each to another person: Certifly, and the plain path (``plain_path.py``:
PyLD for RDFC-1.0, pyHanko as it comes; all else alike). Before anything is measured, the files of both are
compared byte for byte. They take turns in processes of their own on one core, and what counts is processor
time. Then two processes of ours run at once on two cores, and there the clock on the wall counts. In the end the
same with jobs (``proofs_jobs.py``).
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.installation import Bench, bench_installation
from bench.plain_path import seal_by_pyhanko, take_plain_path
from bench.proofs_jobs import measure_jobs
from certifly.app.environment import load_settings
from certifly.app.wiring import open_keyring
from certifly.certificates.draw import with_credential
from certifly.certificates.editions import text_of
from certifly.credentials import proofs, vc_jwt
from certifly.credentials.achievement_credential import AchievementFacts, CredentialFacts, build_credential
from certifly.credentials.bake import bake_png
from certifly.credentials.did import did_of
from certifly.credentials.keyring import SigningKeys
from certifly.credentials.seal import seal_pdf
from certifly.db.database import Database
from certifly.rendering.engine import Engine
from certifly.rendering.fit import fit
from certifly.rendering.job import RenderJob
from certifly.rendering.layout import Layout
from certifly.rendering.raster import rasterise
from tests.cast import MONDAY, template_document

OURS, PLAIN = "Certifly", "plain path"
CORES = ("0", "1")
RATIO_TARGET, TWO_PROCESSES_TARGET = 1.6, 1.8
STEPS = ("credential, two proofs", "JWT", "PDF", "PAdES", "PNG", "bake")
SIGNED = STEPS[:4]
WARM, COMPARED = 20, 25
PUBLIC_URL, SLUG, ISSUER = "https://lovelace.example", "bench", "Lovelace Academy"
COURSE, ISSUED_ON = "Analytical Engines, with distinction", "23 November 2026"
DESCRIPTION = "Completed the course on analytical engines, with all exercises and the final project."
CRITERIA = "Attended ten of twelve sessions, handed in every exercise, and passed the final examination."


class Maker:
    """Makes one certificate after the other, step by step, with a tenant's real keys."""

    def __init__(self, keys: SigningKeys, seal: Callable[..., bytes]) -> None:
        self._keys = keys
        self._seal = seal
        self._engine = Engine(Path(tempfile.mkdtemp(prefix="certifly-bench-")))
        self._layout = Layout.model_validate(template_document()["layout"])

    def make(
        self, number: int, step: Callable[[str, Callable[[], Any]], Any], *, png: bool, same_second: bool
    ) -> None:
        """All files of a certificate; ``step`` runs each piece of the work under its name."""
        facts, job = self._facts(number), self._job(number)
        signed_at = MONDAY if same_second else MONDAY + timedelta(seconds=number)
        did = did_of(PUBLIC_URL, SLUG)

        def prove() -> tuple[dict[str, Any], str]:
            credential = build_credential(facts, self._keys.secret)
            return credential, text_of(proofs.prove(credential, self._keys.proof, did=did, created=signed_at))

        # Each step takes what those before it have made, as in certificates/produce.py.
        credential, text = step(STEPS[0], prove)
        step(STEPS[1], lambda: vc_jwt.encode(credential, self._keys.token, did=did).encode())
        pdf = step(STEPS[2], lambda: self._draw(with_credential(job, text)))
        step(
            STEPS[3],
            lambda: self._seal(pdf, self._keys.seal, signed_at=signed_at, issuer_name=ISSUER),
        )
        if png:
            picture = step(STEPS[4], lambda: rasterise(pdf))
            step(STEPS[5], lambda: bake_png(picture, text))

    def _draw(self, job: RenderJob) -> bytes:
        """With the way to another process, which in production it goes."""
        return self._engine.pdf(RenderJob.from_bytes(job.to_bytes()))

    def _job(self, number: int) -> RenderJob:
        values = {
            "Student Name": name_of(number),
            "Course": COURSE,
            "Date": ISSUED_ON,
            "certificate.issued_on": ISSUED_ON,
            "certificate.code": code_of(number),
        }
        return RenderJob(
            layout=self._layout,
            fitting=fit(self._layout, values),
            assets={},
            title=f"Certificate of completion for {name_of(number)}",
            language="en",
            author=ISSUER,
            created_at=MONDAY,
            check_url=f"{PUBLIC_URL}/check/{code_of(number)}",
        )

    @staticmethod
    def _facts(number: int) -> CredentialFacts:
        return CredentialFacts(
            code=code_of(number),
            public_url=PUBLIC_URL,
            slug=SLUG,
            issuer_name=ISSUER,
            title=f"Certificate of completion for {name_of(number)}",
            language="en",
            recipient_name=name_of(number),
            recipient_email=f"ada{number}@example.org",
            issued_at=MONDAY,
            expires_at=None,
            certificate_number=number + 1,
            labels=(("Course", COURSE), ("Date", ISSUED_ON)),
            achievement=AchievementFacts(
                template_id=1,
                version=1,
                name="Certificate of completion",
                description=DESCRIPTION,
                criteria=CRITERIA,
                skills=("Mathematics",),
            ),
        )


def name_of(number: int) -> str:
    """A name nobody had before: nothing of it can have been kept."""
    return f"Ada {chr(65 + number % 26)}{chr(97 + number // 26 % 26)}{chr(97 + number // 676 % 26)} Lovelace"


def code_of(number: int) -> str:
    """The code of a certificate: a UUID."""
    return f"7e3b3e1c-5a4e-4f39-8ed5-{number:012d}"


def take_part(contender: str) -> None:
    """In a process of its own: make certificates for as long as each line of standard input says."""
    if contender == PLAIN:
        take_plain_path()
    settings = load_settings()
    database = Database(settings.database_url)
    keys = database.read(1, open_keyring(settings).current).result()
    database.close()
    assert keys is not None, "they were made before this process was started"
    maker = Maker(keys, seal_by_pyhanko if contender == PLAIN else seal_pdf)
    for number in range(WARM):
        maker.make(number, lambda _, work: work(), png=number % 4 == 0, same_second=True)
    print("ready", flush=True)
    number = WARM
    for line in sys.stdin:
        order = json.loads(line)
        if "compare" in order:
            print(json.dumps(_digests(maker, order["compare"])), flush=True)
            continue
        clock, first = Clock(), number
        while clock.processor_seconds < order["seconds"]:
            maker.make(number, clock.time, png=order["png"], same_second=order["same_second"])
            number += 1
        answer = {"made": number - first, "wall": clock.wall_seconds, "processor": clock.processor_seconds}
        print(json.dumps({**answer, "steps": clock.medians()}), flush=True)


class Clock:
    """Times steps: those alone, not what is prepared between them, since that belongs to issuing."""

    def __init__(self) -> None:
        self.wall_seconds = self.processor_seconds = 0.0
        self._taken: dict[str, list[float]] = {}

    def time(self, name: str, work: Callable[[], Any]) -> Any:
        """Run a step."""
        wall, processor = time.perf_counter(), time.process_time()
        result = work()
        taken = time.process_time() - processor
        self.processor_seconds += taken
        self.wall_seconds += time.perf_counter() - wall
        self._taken.setdefault(name, []).append(taken * 1000)
        return result

    def medians(self) -> dict[str, float]:
        """Milliseconds of processor time for each step."""
        return {name: statistics.median(taken) for name, taken in self._taken.items()}


def _digests(maker: Maker, count: int) -> dict[str, list[str]]:
    digests: dict[str, list[str]] = {}

    def step(name: str, work: Callable[[], Any]) -> Any:
        made = work()
        content = made if isinstance(made, bytes) else made[1].encode()
        digests.setdefault(name, []).append(sha256(content).hexdigest())
        return made

    for number in range(count):
        maker.make(number, step, png=number % 5 == 0, same_second=number % 2 == 0)
    return digests


class Contender:
    """A process that takes part, on a core of its own or one it shares with those that wait."""

    def __init__(self, name: str, environment: Mapping[str, str], core: str) -> None:
        command = ["taskset", "-c", core, sys.executable, "-m", "bench.proofs", "--contender", name]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(environment)
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._orders, self._answers = self._process.stdin, self._process.stdout
        assert self._answers.readline() == "ready\n", f"{name} did not start"

    def order(self, **order: Any) -> None:
        """Have it begin."""
        self._orders.write(json.dumps(order) + "\n")
        self._orders.flush()

    def answer(self) -> dict[str, Any]:
        """Wait until it has finished."""
        answer: dict[str, Any] = json.loads(self._answers.readline())
        return answer

    def ask(self, **order: Any) -> dict[str, Any]:
        """Have it work alone."""
        self.order(**order)
        return self.answer()

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait()


def measure_signing(bench: Bench, *, rounds: int, seconds: float) -> None:
    """Steps and rates on one core, then two processes at once."""
    with ExitStack() as running:
        ours, plain, second = (
            running.enter_context(_started(name, bench, core))
            for name, core in ((OURS, CORES[0]), (PLAIN, CORES[0]), (OURS, CORES[1]))
        )
        assert ours.ask(compare=COMPARED) == plain.ask(compare=COMPARED), "the two made different files"
        print(f"{COMPARED} certificates by both ways: every file equal, byte for byte")
        orders: dict[str, dict[str, Any]] = {
            "signed": {"png": False, "same_second": True},
            "signed, a second each": {"png": False, "same_second": False},
            "signed, with baked PNG": {"png": True, "same_second": True},
        }
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for _ in range(rounds):
            for title, order in orders.items():
                for name, contender in ((OURS, ours), (PLAIN, plain)):
                    found.setdefault((title, name), []).append(contender.ask(seconds=seconds, **order))
        _report_steps(found)
        print(f"\n{'certificates a second, one core':36}{OURS:>12}{PLAIN:>12}   ratio")
        for title in orders:
            own, other = (_median(found[title, name], "processor") for name in (OURS, PLAIN))
            print(f"{title:36}{own:12.0f}{other:12.0f}   {own / other:.2f} (target {RATIO_TARGET})")
        for title in ("signed", "signed, with baked PNG"):
            _measure_two(ours, second, title, orders[title], rounds=rounds, seconds=seconds)


def _measure_two(
    first: Contender, second: Contender, title: str, order: dict[str, Any], *, rounds: int, seconds: float
) -> None:
    """One alone and the other alone, then both at once: what both make together, by the clock on the wall."""
    alone, together = [], []
    for _ in range(rounds):
        rates = [_rate(one.ask(seconds=seconds, **order), "wall") for one in (first, second)]
        alone.append(statistics.mean(rates))
        for one in (first, second):
            one.order(seconds=seconds, **order)
        together.append(sum(_rate(one.answer(), "wall") for one in (first, second)))
    ratio = statistics.median(both / one for both, one in zip(together, alone, strict=True))
    print(
        f"{title + ', two processes':36}{statistics.median(together):12.0f}"
        f"   one of them alone {statistics.median(alone):.0f}   ratio {ratio:.2f} (target {TWO_PROCESSES_TARGET})"
    )


def _report_steps(found: Mapping[tuple[str, str], list[dict[str, Any]]]) -> None:
    """The steps of signing by the runs that only sign: drawing pixels in between makes the others a quarter slower."""
    print(f"\n{'ms of processor time':36}{OURS:>12}{PLAIN:>12}   ratio")
    for step in STEPS:
        title = "signed" if step in SIGNED else "signed, with baked PNG"
        own, other = (
            statistics.median(round["steps"][step] for round in found[title, name]) for name in (OURS, PLAIN)
        )
        print(f"{step:36}{own:12.3f}{other:12.3f}   {other / own:.2f}")


def _rate(answer: dict[str, Any], clock: str) -> float:
    return float(answer["made"] / answer[clock])


def _median(answers: list[dict[str, Any]], clock: str) -> float:
    return statistics.median(_rate(answer, clock) for answer in answers)


@contextmanager
def _started(name: str, bench: Bench, core: str) -> Iterator[Contender]:
    contender = Contender(name, bench.environment, core)
    try:
        yield contender
    finally:
        contender.close()


def main() -> None:
    """Measure without jobs, then with."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="processor time of each turn")
    parser.add_argument("--certificates", type=int, default=1_500, help="of each run with jobs, below 2,000")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--without-jobs", action="store_true")
    which.add_argument("--jobs-only", action="store_true")
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender:
        take_part(options.contender)
        return

    if not options.jobs_only:
        with bench_installation([template_document()]) as bench:
            measure_signing(bench, rounds=options.rounds, seconds=options.seconds)
    if not options.without_jobs:
        measure_jobs(rounds=options.rounds, count=options.certificates)


if __name__ == "__main__":
    main()
