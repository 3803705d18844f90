"""The pool stays whole whatever becomes of a job, and leaves nothing behind."""

import contextlib
import fcntl
import hashlib
import os
import re
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certifly.rendering import child
from certifly.rendering.errors import (
    RenderDelayed,
    RendererNotStarted,
    RenderersBusy,
    RenderFailed,
    RenderInterrupted,
    RenderOutOfMemory,
    RenderTimedOut,
)
from certifly.rendering.fitting import Fitting
from certifly.rendering.job import RenderJob
from certifly.rendering.layout import ImageElement, Layout, Page, RectangleElement
from certifly.rendering.pool import RenderPool

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RENDERER = b"certifly.rendering.process"
OBEDIENT = "tests.rendering.handlers:make_obedient"
FRAME = RectangleElement(type="rectangle", x=10, y=10, width=277, height=190, stroke="#1d2b4f")


def job_that(title: str, *, pictures: Mapping[str, bytes] | None = None) -> RenderJob:
    images = [
        ImageElement(type="image", asset=name, decorative=True, x=0, y=0, width=10, height=10)
        for name in pictures or {}
    ]
    return RenderJob(
        layout=Layout(page=Page(width=297, height=210), elements=(FRAME, *images)),
        fitting=Fitting({}),
        assets=pictures or {},
        title=title,
        language="en",
        author="Lovelace",
        created_at=MONDAY,
        check_url="https://lovelace.example/check/1",
    )


def obedient_pool(processes: int = 1, **options: object) -> RenderPool:
    settings: dict[str, object] = {"timeout_seconds": 10, "memory_mb": 512, "handler": OBEDIENT, **options}
    return RenderPool(processes, **settings)  # type: ignore[arg-type]


def pid_of(pool: RenderPool) -> int:
    return int(pool.render(job_that("pid"), "pdf"))


_strangers: set[int] = set()


@pytest.fixture(autouse=True)
def _know_strangers() -> None:
    _strangers.clear()
    _strangers.update(children_of(os.getpid()))


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RenderPool]:
    keep_folders_in(tmp_path, monkeypatch)
    with obedient_pool() as opened:
        yield opened


def keep_folders_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(folder))


def is_running(pid: int) -> bool:
    """Whether the process runs; one that has ended but was not yet reaped does not."""
    try:
        return re.search(r"\) Z ", Path(f"/proc/{pid}/stat").read_text()) is None
    except FileNotFoundError:
        return False


def state_of(pid: int) -> str:
    """R runs, S sleeps, T is stopped (proc(5))."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]


def waits_in_pipe(pid: int) -> bool:
    """Whether something was written to the process that it has not read."""
    for link in Path(f"/proc/{pid}/fd").iterdir():
        if not str(link.readlink()).startswith("pipe:"):
            continue
        pipe, waiting = os.open(link, os.O_RDONLY | os.O_NONBLOCK), bytearray(4)
        try:
            fcntl.ioctl(pipe, termios.FIONREAD, waiting)
        finally:
            os.close(pipe)
        if any(waiting):
            return True
    return False


def wait_until(claim: object, *, seconds: float = 10) -> None:
    assert callable(claim)
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.01)


class TestARenderingThatSucceeds:
    def test_pdf_svg_and_png_come_from_one_process(self) -> None:
        with RenderPool(1, 20, 512) as pool:
            made = {format: pool.render(job_that("Ada"), format) for format in ("pdf", "svg", "png")}

        assert made["pdf"].startswith(b"%PDF-")
        assert made["svg"].startswith(b"<svg")
        assert made["png"].startswith(b"\x89PNG")

    def test_every_process_draws_the_same_bytes(self) -> None:
        with RenderPool(1, 20, 512) as one, RenderPool(1, 20, 512) as other:
            assert one.render(job_that("Ada"), "png") == other.render(job_that("Ada"), "png")

    def test_a_result_larger_than_any_pipe_arrives_whole(self, pool: RenderPool) -> None:
        assert pool.render(job_that("result:20000000"), "pdf") == bytes(20_000_000)

    def test_an_empty_result_arrives(self, pool: RenderPool) -> None:
        assert pool.render(job_that("result:0"), "pdf") == b""

    def test_what_libraries_print_does_not_disturb_the_frames(self, pool: RenderPool) -> None:
        assert pool.render(job_that("complain"), "pdf") == b"done"
        assert pool.render(job_that("complain"), "pdf") == b"done"

    def test_a_process_that_closes_its_standard_error_still_answers(self, pool: RenderPool) -> None:
        assert pool.render(job_that("close-errors"), "pdf") == b"done"


class TestPictures:
    def test_a_picture_is_sent_once(self, pool: RenderPool) -> None:
        content = b"\x89PNG" + bytes(3_000_000)
        reads: list[str] = []

        class Shelf(dict[str, bytes]):
            def __getitem__(self, name: str) -> bytes:
                reads.append(name)
                return super().__getitem__(name)

        name = "sha256:" + hashlib.sha256(content).hexdigest()
        job = job_that("echo", pictures=Shelf({name: content}))
        answers = {pool.render(job, "pdf") for _ in range(3)}

        assert answers == {f"pdf\nhttps://lovelace.example/check/1\n{name}={len(content)}".encode()}
        assert reads == [name]

    def test_pictures_beyond_the_bound_are_sent_again(self, pool: RenderPool) -> None:
        sizes = {f"sha256:{index:064}": bytes(9_000_000) for index in range(5)}
        jobs = [job_that("echo", pictures={name: content}) for name, content in sizes.items()]

        for job in [*jobs, *jobs, job_that("echo", pictures=sizes)]:
            answer = pool.render(job, "pdf").decode()
            assert all(f"{name}=9000000" in answer for name in job.assets)

    def test_a_job_without_its_picture_fails_alone(self, pool: RenderPool) -> None:
        name = f"sha256:{1:064}"
        whole = job_that("echo", pictures={name: b"x"})
        with pytest.raises(KeyError):
            pool.render(
                RenderJob(**{field: getattr(whole, field) for field in RenderJob.__slots__} | {"assets": {}}),
                "pdf",
            )

        assert pool.render(whole, "pdf").endswith(b"=1")


class TestARenderingThatFails:
    def test_a_refusal_says_why_and_keeps_the_process(self, pool: RenderPool) -> None:
        before = pid_of(pool)
        with pytest.raises(RenderFailed, match="no such colour") as caught:
            pool.render(job_that("refuse:no such colour"), "pdf")

        assert caught.value.reason == "no such colour"
        assert pid_of(pool) == before

    def test_a_defect_is_reported_in_one_bounded_line(self, pool: RenderPool) -> None:
        with pytest.raises(RenderFailed) as caught:
            pool.render(job_that("stumble"), "pdf")

        assert caught.value.reason.startswith("ValueError: two lines xxx")
        assert len(caught.value.reason) == 500

    def test_a_job_just_within_its_time_succeeds(self, tmp_path: Path) -> None:
        with obedient_pool(timeout_seconds=5) as pool:
            assert pool.render(job_that("sleep:0.3"), "pdf") == b"slept"

    def test_a_job_beyond_its_processor_time_is_killed(self) -> None:
        with obedient_pool(timeout_seconds=0.5) as pool:
            before = pid_of(pool)
            with pytest.raises(RenderTimedOut, match=r"longer than 0\.5 seconds of processor time"):
                pool.render(job_that("spin"), "pdf")

            assert not Path(f"/proc/{before}").exists()
            assert pid_of(pool) != before

    def test_processor_time_of_earlier_jobs_does_not_count(self) -> None:
        with obedient_pool(timeout_seconds=0.5) as pool:
            before = pid_of(pool)
            for _ in range(4):
                assert pool.render(job_that("spin:0.2"), "pdf") == b"spun"

            assert pid_of(pool) == before

    @pytest.mark.parametrize("how", ["sleep:60", "hang"])
    def test_a_job_for_which_the_clock_alone_ran_out_is_not_blamed(self, how: str) -> None:
        with obedient_pool(timeout_seconds=10, clock_seconds=0.5) as pool:
            before = pid_of(pool)
            with pytest.raises(RenderDelayed, match=r"The server is busy: .* within 0\.5 seconds") as caught:
                pool.render(job_that(how), "pdf")

            assert caught.value.retry_after_seconds > 0

            assert not Path(f"/proc/{before}").exists()
            assert pid_of(pool) != before

    def test_an_allocation_beyond_the_limit_is_out_of_memory(self, pool: RenderPool) -> None:
        assert pool.render(job_that("allocate:100"), "pdf") == bytes(5)
        before = pid_of(pool)
        with pytest.raises(RenderOutOfMemory, match="more than 512 MB"):
            pool.render(job_that("allocate:600"), "pdf")

        assert pid_of(pool) != before

    def test_memory_its_own_limit_does_not_count_is_seen_from_outside(self, pool: RenderPool) -> None:
        with pytest.raises(RenderOutOfMemory):
            pool.render(job_that("map-shared:600"), "pdf")

        assert pool.render(job_that("result:1"), "pdf") == b"\x00"

    def test_an_abort_for_want_of_memory_is_out_of_memory(self, pool: RenderPool) -> None:
        with pytest.raises(RenderOutOfMemory):
            pool.render(job_that("abort-for-memory"), "pdf")

    @pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
    def test_a_process_ended_from_outside_may_be_tried_again(self, pool: RenderPool, name: str) -> None:
        with pytest.raises(RenderInterrupted, match=f"was ended by {name}"):
            pool.render(job_that(f"signal:{name}"), "pdf")

        assert pool.render(job_that("result:1"), "pdf") == b"\x00"

    def test_a_crash_is_the_jobs_own_failure(self, pool: RenderPool) -> None:
        with pytest.raises(RenderFailed, match="ended by SIGSEGV") as caught:
            pool.render(job_that("signal:SIGSEGV"), "pdf")

        assert type(caught.value) is RenderFailed

    def test_last_words_are_part_of_the_reason(self, pool: RenderPool) -> None:
        with pytest.raises(RenderFailed, match="ended with status 3: something broke"):
            pool.render(job_that("die:3"), "pdf")

    def test_killed_at_any_moment_the_pool_goes_on(self, pool: RenderPool) -> None:
        for delay in (0.0, 0.001, 0.01, 0.05):
            victim = pid_of(pool)
            killer = threading.Timer(delay, os.kill, (victim, signal.SIGKILL))
            killer.start()
            with contextlib.suppress(RenderInterrupted):  # at once: it may be dead before the job starts
                pool.render(job_that("sleep:0.2"), "pdf")
            killer.join()

            assert pid_of(pool) != victim

    def test_killed_while_a_large_job_is_written(self, pool: RenderPool) -> None:
        victim = pid_of(pool)
        os.kill(victim, signal.SIGSTOP)
        killer = threading.Timer(0.1, os.kill, (victim, signal.SIGKILL))
        killer.start()
        with pytest.raises(RenderInterrupted):
            pool.render(job_that("result:1" + " " * 5_000_000), "pdf")
        killer.join()

        assert pool.render(job_that("result:1"), "pdf") == b"\x00"

    def test_killed_before_the_job_is_written(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        keep_folders_in(tmp_path, monkeypatch)
        process = child.RenderProcess(memory_mb=512, fonts_dir=None, handler=OBEDIENT)
        try:
            process.wait_until_ready()
            os.kill(process.pid, signal.SIGKILL)
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            with pytest.raises(RenderInterrupted):
                process.run(job_that("result:1"), "pdf", timeout_seconds=5, clock_seconds=5)
        finally:
            process.end()
            process.end()

        assert not process.is_sound

    def test_killed_with_half_a_job_in_the_pipe(self, pool: RenderPool) -> None:
        victim = pid_of(pool)
        os.kill(victim, signal.SIGSTOP)
        wait_until(lambda: state_of(victim) == "T")
        picture = b"\x89PNG" + bytes(2_000_000)
        with ThreadPoolExecutor(1) as executor:
            rendering = executor.submit(
                pool.render, job_that("pid", pictures={"sha256:" + "0" * 64: picture}), "pdf"
            )
            wait_until(lambda: waits_in_pipe(victim))
            os.kill(victim, signal.SIGKILL)

            with pytest.raises(RenderInterrupted):
                rendering.result(10)

    def test_a_process_that_no_longer_reads_is_timed_out(self) -> None:
        with obedient_pool(clock_seconds=0.5) as pool:
            os.kill(pid_of(pool), signal.SIGSTOP)
            with pytest.raises(RenderDelayed):
                pool.render(job_that("result:1" + " " * 5_000_000), "pdf")

            assert pool.render(job_that("result:1"), "pdf") == b"\x00"

    def test_a_process_that_died_idle_is_replaced_unnoticed(self, pool: RenderPool) -> None:
        victim = pid_of(pool)
        os.kill(victim, signal.SIGKILL)
        os.waitid(os.P_PID, victim, os.WEXITED | os.WNOWAIT)

        assert pid_of(pool) != victim


class TestARealRunaway:
    def test_a_page_too_costly_to_draw_is_out_of_time(self) -> None:
        """Two hundred pictures, each an SVG of its own that takes long to lay out."""
        with RenderPool(1, timeout_seconds=1, memory_mb=1024) as pool:
            pool.start()
            with pytest.raises(RenderTimedOut):
                pool.render(job_that("Ada", pictures=costly_pictures(40, paths=20_000)), "png")

            assert pool.render(job_that("Ada"), "pdf").startswith(b"%PDF-")

    def test_a_page_too_large_to_hold_is_out_of_memory(self) -> None:
        with RenderPool(1, timeout_seconds=60, memory_mb=150) as pool:
            with pytest.raises(RenderOutOfMemory):
                pool.render(job_that("Ada", pictures=costly_pictures(40, paths=20_000)), "pdf")

            assert pool.render(job_that("Ada"), "pdf").startswith(b"%PDF-")


def costly_pictures(count: int, *, paths: int) -> dict[str, bytes]:
    lines = "".join(
        f'<path d="M{n % 97} {n % 89}L{n % 83} {n % 79}C{n % 73} 2 3 4 5 {n % 71}"/>' for n in range(paths)
    )
    pictures = {}
    for index in range(count):
        content = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><g opacity="0.{index + 1}"'
            f' fill="none" stroke="#000">{lines}</g></svg>'
        ).encode()
        pictures["sha256:" + hashlib.sha256(content).hexdigest()] = content
    return pictures


class TestReplacement:
    def test_a_process_is_replaced_after_its_share_of_jobs(self) -> None:
        with obedient_pool(jobs_max=3) as pool:
            pids = [pid_of(pool) for _ in range(7)]

        assert pids[0] == pids[2]
        assert pids[2] != pids[3]
        assert pids[3] == pids[5]
        assert len(set(pids)) == 3

    def test_refusals_count_as_jobs(self) -> None:
        with obedient_pool(jobs_max=2) as pool:
            before = pid_of(pool)
            with pytest.raises(RenderFailed):
                pool.render(job_that("refuse:x"), "pdf")

            assert pid_of(pool) != before

    def test_a_process_that_keeps_little_memory_stays(self, pool: RenderPool) -> None:
        before = pid_of(pool)
        assert pool.render(job_that("keep:50"), "pdf") == b"kept"

        assert pid_of(pool) == before

    def test_a_process_that_keeps_much_memory_is_replaced_after_its_job(self, pool: RenderPool) -> None:
        before = pid_of(pool)
        assert pool.render(job_that("keep:300"), "pdf") == b"kept"

        assert pid_of(pool) != before


class TestManyCallers:
    def test_jobs_run_side_by_side_and_every_answer_finds_its_caller(self) -> None:
        with obedient_pool(2) as pool, ThreadPoolExecutor(16) as threads:
            sizes = [n * 1001 for n in range(200)]
            results = list(threads.map(lambda n: pool.render(job_that(f"result:{n}"), "pdf"), sizes))

        assert [len(result) for result in results] == sizes

    def test_two_processes_work_at_the_same_time(self, tmp_path: Path) -> None:
        with obedient_pool(2) as pool, ThreadPoolExecutor(2) as threads:
            both = list(threads.map(lambda _: pool.render(job_that(f"meet:{tmp_path}"), "pdf"), range(2)))

        assert both == [b"met", b"met"]

    def test_processes_start_when_they_are_needed(self) -> None:
        with obedient_pool(2) as pool:
            assert len({pid_of(pool) for _ in range(5)}) == 1

    def test_started_processes_wait_for_jobs(self) -> None:
        with obedient_pool(2) as pool:
            pool.start()
            pool.start()

            assert len(our_children()) == 2

    def test_who_waits_too_long_is_told_to_come_back(self) -> None:
        with obedient_pool(wait_seconds=0.2) as pool, ThreadPoolExecutor(1) as threads:
            pool.start()
            slow = threads.submit(pool.render, job_that("sleep:1"), "pdf")
            time.sleep(0.1)
            with pytest.raises(RenderersBusy, match="Try again"):
                pool.render(job_that("result:1"), "pdf")

            assert slow.result() == b"slept"

    def test_failures_of_some_do_not_touch_the_others(self) -> None:
        titles = ["result:5", "die:1", "refuse:x", "signal:SIGKILL", "result:7"] * 8

        def outcome(pool: RenderPool, title: str) -> str:
            try:
                return str(len(pool.render(job_that(title), "pdf")))
            except (RenderFailed, RenderInterrupted) as error:
                return type(error).__name__

        with obedient_pool(2) as pool, ThreadPoolExecutor(8) as threads:
            outcomes = list(threads.map(lambda title: outcome(pool, title), titles))

        assert outcomes == ["5", "RenderFailed", "RenderFailed", "RenderInterrupted", "7"] * 8


class TestStarting:
    def test_a_process_that_cannot_start_says_why(self) -> None:
        with obedient_pool(handler="tests.rendering.handlers:make_nothing") as pool:
            for _ in range(2):
                with pytest.raises(RendererNotStarted, match=r"No render process starts.*no typesetter here"):
                    pool.render(job_that("pid"), "pdf")

    def test_a_process_that_takes_for_ever_to_start_is_given_up(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(child, "START_SECONDS_MAX", 0.5)
        with (
            obedient_pool(handler="tests.rendering.handlers:make_slowly") as pool,
            pytest.raises(RenderDelayed, match=r"within 0\.5 seconds"),
        ):
            pool.render(job_that("pid"), "pdf")

    def test_without_a_python_to_run_nothing_is_left(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        keep_folders_in(tmp_path, monkeypatch)
        monkeypatch.setattr(sys, "executable", "/no/such/python")
        with obedient_pool() as pool, pytest.raises(FileNotFoundError):
            pool.render(job_that("pid"), "pdf")

        assert list(tmp_path.iterdir()) == []

    def test_processes_are_given_no_secrets(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CERTIFLY_SECRET_KEY", "x" * 64)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
        with obedient_pool() as pool:
            known = set(pool.render(job_that("environment"), "pdf").decode().split("\n"))

        assert known - {"LC_CTYPE"} == {
            "LANG",
            "PYTHONPATH",
            "RAYON_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MALLOC_ARENA_MAX",
        }


class TestNothingIsLeft:
    def test_after_two_hundred_jobs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        keep_folders_in(tmp_path, monkeypatch)
        before = open_files()
        with obedient_pool(2, jobs_max=20) as pool:
            for number in range(200):
                with contextlib.suppress(RenderFailed):
                    pool.render(job_that("die:1" if number % 25 == 0 else "folder"), "pdf")
            assert len(list(tmp_path.iterdir())) == 1
            assert len(our_children()) == 1

        assert open_files() == before
        assert our_children() == []
        assert list(tmp_path.iterdir()) == []

    def test_closing_ends_the_jobs_that_run(self, pool: RenderPool) -> None:
        pool.start()
        with ThreadPoolExecutor(2) as threads:
            running = threads.submit(pool.render, job_that("sleep:60"), "pdf")
            time.sleep(0.2)
            waiting = threads.submit(pool.render, job_that("result:1"), "pdf")
            time.sleep(0.2)
            pool.close()

            for job in (running, waiting):
                with pytest.raises(RenderInterrupted, match="the server stops"):
                    job.result()
        assert our_children() == []

    def test_closing_ends_a_process_that_is_still_starting(self) -> None:
        pool = obedient_pool(handler="tests.rendering.handlers:make_slowly")
        with ThreadPoolExecutor(1) as threads:
            first = threads.submit(pool.render, job_that("result:1"), "pdf")
            wait_until(our_children)
            pool.close()

            with pytest.raises(RenderInterrupted, match="the server stops"):
                first.result()
        assert our_children() == []

    def test_a_closed_pool_takes_no_jobs_and_closes_again(self, pool: RenderPool) -> None:
        pool.close()
        pool.close()

        with pytest.raises(RenderInterrupted):
            pool.render(job_that("result:1"), "pdf")
        with pytest.raises(RenderInterrupted):
            pool.start()

    @pytest.mark.parametrize("title", ["sleep:60", "hang", "result:1"])
    def test_processes_end_with_their_killed_parent(self, tmp_path: Path, title: str) -> None:
        with parent_process(tmp_path, title) as parent:
            victims = children_of(parent.pid)
            folders = list(tmp_path.glob("certifly-render-*"))
            parent.kill()

        assert len(victims) == len(folders) == 1
        wait_until(lambda: not any(map(is_running, victims)))
        wait_until(lambda: not any(folder.exists() for folder in folders))

    def test_processes_end_even_when_a_fork_of_their_parent_lives_on(self, tmp_path: Path) -> None:
        with parent_process(tmp_path, "hang", fork_too=True) as parent:
            renderers = [pid for pid in children_of(parent.pid) if RENDERER in command_of(pid)]
            (fork,) = set(children_of(parent.pid)) - set(renderers)
            parent.kill()
            parent.wait()

            assert len(renderers) == 1
            wait_until(lambda: not any(map(is_running, renderers)))
            assert is_running(fork)

    def test_ctrl_c_ends_everything_without_a_word_from_the_children(self, tmp_path: Path) -> None:
        with parent_process(tmp_path, "sleep:60") as parent:
            victims = children_of(parent.pid)
            os.killpg(parent.pid, signal.SIGINT)
            _, complaints = parent.communicate(timeout=10)

        assert complaints.count(b"Traceback") == 1  # the parent's own KeyboardInterrupt
        assert RENDERER not in complaints
        wait_until(lambda: not any(map(is_running, victims)))
        wait_until(lambda: not list(tmp_path.glob("certifly-render-*")))

    def test_folders_of_the_killed_are_swept_and_those_in_use_are_not(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keep_folders_in(tmp_path, monkeypatch)
        with obedient_pool() as pool, parent_process(tmp_path, "sleep:60") as parent:
            live = Path(pool.render(job_that("folder"), "pdf").decode())
            (other,) = set(tmp_path.iterdir()) - {live}
            being_made = tmp_path / "certifly-render-new"
            being_made.mkdir()
            assert swept(tmp_path) == {live, other, being_made}

            os.killpg(parent.pid, signal.SIGKILL)  # parent and process at once: nobody tidies up
            parent.wait()
            os.utime(being_made, (0, 0))
            wait_until(lambda: swept(tmp_path) == {live})


def swept(folder: Path) -> set[Path]:
    child.sweep_stale_folders()
    return set(folder.iterdir())


PARENT = """
import os, signal, sys, tempfile, threading, time
from tests.rendering.test_pool import job_that, obedient_pool
# Whoever runs the tests in the background has us ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
tempfile.tempdir = sys.argv[1]
pool = obedient_pool(timeout_seconds=100)
pool.start()
if sys.argv[3] == "fork" and os.fork() == 0:
    time.sleep(100)
thread = threading.Thread(target=pool.render, args=(job_that(sys.argv[2]), "pdf"), daemon=True)
thread.start()
time.sleep(0.2)
print("working", flush=True)
time.sleep(100)
"""


@contextlib.contextmanager
def parent_process(
    folder: Path, title: str, *, fork_too: bool = False
) -> "Iterator[subprocess.Popen[bytes]]":
    """A process of its own group, with a pool of one that works on a job."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder), title, "fork" if fork_too else ""],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Not measured: a measurement that ends beside a thread in the middle of a job may wait for it for ever.
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")},
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        },
        process_group=0,
    ) as parent:
        assert parent.stdout is not None
        try:
            assert parent.stdout.readline() == b"working\n"
            yield parent
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(parent.pid, signal.SIGKILL)


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def our_children() -> list[int]:
    """The processes this test has started. Fixtures of the session may have others running beside it."""
    return [pid for pid in children_of(os.getpid()) if pid not in _strangers]


def children_of(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
