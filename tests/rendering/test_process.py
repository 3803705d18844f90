"""The main loop of a render process, without the process."""

import io
import os
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest

from certifly.rendering import frames, process
from certifly.rendering.errors import RenderFailed
from certifly.rendering.job import RenderJob
from certifly.rendering.process import AssetCache, Drawing
from tests.rendering.handlers import make_obedient
from tests.rendering.test_pool import job_that

ADA, BYRON = f"sha256:{1:064}", f"sha256:{2:064}"


class Hung(Exception):
    """Nothing more comes in; the loop would wait for ever."""


def answers_to(*received: tuple[bytes, bytes], folder: Path = Path()) -> list[tuple[bytes, bytes]]:
    """What the loop says to these frames."""
    waiting = iter(received)
    said: list[tuple[bytes, bytes]] = []

    def next_frame() -> tuple[bytes, bytes]:
        try:
            return next(waiting)
        except StopIteration:
            raise Hung from None

    with pytest.raises(Hung):
        process.work(
            next_frame, lambda kind, content: said.append((kind, content)), make_obedient(folder, None)
        )
    return said


def job_frame(title: str, names: Sequence[str] = ()) -> tuple[bytes, bytes]:
    whole = job_that(title, pictures=dict.fromkeys(names, b""))
    without = RenderJob(**{field: getattr(whole, field) for field in RenderJob.__slots__} | {"assets": {}})
    return frames.JOB, b"pdf 10.0\n" + without.to_bytes()


class TestAnswers:
    def test_it_says_that_it_is_ready_then_answers_each_job(self) -> None:
        assert answers_to(job_frame("result:2"), job_frame("result:0")) == [
            (frames.READY, b""),
            (frames.DONE, b"\x00\x00"),
            (frames.DONE, b""),
        ]

    def test_each_kind_of_failure_has_its_answer_and_the_next_job_is_done(self) -> None:
        said = answers_to(*map(job_frame, ["refuse:no such colour", "no-memory", "stumble", "result:1"]))

        assert [kind for kind, _ in said[1:]] == [
            frames.FAILED,
            frames.OUT_OF_MEMORY,
            frames.FAILED,
            frames.DONE,
        ]
        assert said[1][1] == b"no such colour"
        assert said[3][1].startswith(b"ValueError: two lines")

    def test_assets_are_asked_for_once(self) -> None:
        said = answers_to(
            job_frame("echo", [ADA, BYRON]),
            (frames.ASSET, b"a"),
            (frames.ASSET, b"bb"),
            job_frame("echo", [BYRON]),
            job_frame("result:1"),
        )

        assert said[1] == (frames.NEED, f"{ADA}\n{BYRON}".encode())
        assert said[2][1].decode().split("\n")[2:] == [f"{ADA}=1", f"{BYRON}=2"]
        assert said[3][1].decode().split("\n")[2:] == [f"{BYRON}=2"]

    def test_a_frame_that_is_no_job_ends_the_process(self) -> None:
        with pytest.raises(AssertionError, match="expected a job"):
            process.work(lambda: (frames.ASSET, b""), lambda *_: None, make_obedient(Path(), None))


class TestAssetCache:
    def test_it_forgets_the_least_recent_beyond_its_bound(self) -> None:
        cache = AssetCache(bytes_max=10)
        cache.add("a", b"12345")
        cache.add("b", b"12345")
        assert cache.take(["a"]) == {"a": b"12345"}
        cache.add("c", b"1")

        assert cache.take(["c"]) == {"c": b"1"}
        assert cache.missing(["a", "b", "c"]) == ["b"]

    def test_a_job_gets_all_its_assets_however_large(self) -> None:
        cache = AssetCache(bytes_max=1)
        cache.add("a", b"12345")
        cache.add("b", b"12345")

        assert len(cache.take(["a", "b"])) == 2
        assert cache.missing(["a", "b"]) == ["a", "b"]


class TestDrawing:
    def test_every_format(self, tmp_path: Path) -> None:
        draw = Drawing(tmp_path, None)

        assert draw(job_that("Ada"), "pdf").startswith(b"%PDF-")
        assert draw(job_that("Ada"), "svg").startswith(b"<svg")
        assert draw(job_that("Ada"), "png").startswith(b"\x89PNG")

    def test_a_picture_that_is_none_fails(self, tmp_path: Path) -> None:
        with pytest.raises(RenderFailed):
            Drawing(tmp_path, None)(job_that("Ada", pictures={ADA: b"\x89PNG nonsense"}), "pdf")

    def test_its_folder_does_not_grow_for_ever(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(process, "FOLDER_BYTES_MAX", 100_000)
        draw = Drawing(tmp_path, None)
        for number in range(40):
            picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number + 1} 9"/>{" " * 9_000}'
            assert draw(job_that("Ada", pictures={f"sha256:{number:064}": picture.encode()}), "pdf")
            assert sum(file.stat().st_size for file in tmp_path.rglob("*.svg")) <= 110_000

        assert len(list(tmp_path.iterdir())) == 1


class TestFrames:
    def test_what_is_written_is_read(self) -> None:
        stream = io.BytesIO()
        frames.write_frame(stream, frames.JOB, b"Ada")
        frames.write_frame(stream, frames.DONE)
        stream.seek(0)

        assert [frames.read_frame(stream) for _ in range(3)] == [(b"J", b"Ada"), (b"D", b""), None]

    @pytest.mark.parametrize("length", range(8))
    def test_a_stream_that_ends_early_ends(self, length: int) -> None:
        stream = io.BytesIO()
        frames.write_frame(stream, frames.JOB, b"Ada")

        assert frames.read_frame(io.BytesIO(stream.getvalue()[:length])) is None


class TestLimits:
    def test_while_drawing_allocations_succeed_and_afterwards_they_do_not(self) -> None:
        said = in_a_process(
            """
            from certifly.rendering.process import limit_memory, memory_watched_by_the_pool_alone
            limit_memory(1)
            with memory_watched_by_the_pool_alone():
                print(len(bytearray(100_000_000)))
            try:
                bytearray(100_000_000)
            except MemoryError:
                print("refused")
            """
        )

        assert said == "100000000\nrefused\n"

    def test_a_picture_that_does_not_fit_is_want_of_memory_not_a_broken_file(self, tmp_path: Path) -> None:
        said = in_a_process(
            f"""
            import re
            from pathlib import Path
            from certifly.rendering.process import Drawing, limit_memory
            from tests.rendering.test_pool import job_that
            draw = Drawing(Path({str(tmp_path)!r}), None)
            draw(job_that("Ada"), "pdf")
            job = job_that("Ada", pictures={{"sha256:" + 64 * "0": bytes(90_000_000)}})
            used = int(re.search(r"VmData:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
            limit_memory(used // 1024 + 20)
            try:
                draw(job, "pdf")
            except MemoryError:
                print("out of memory")
            """
        )

        assert said == "out of memory\n"

    def test_no_core_file_is_ever_written(self) -> None:
        in_a_process(
            """
            import resource
            from certifly.rendering.process import limit_memory
            limit_memory(512)
            assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
            """
        )

    def test_a_job_too_large_to_read_ends_the_process_with_the_reason(self) -> None:
        listening = subprocess.Popen(
            [sys.executable, "-c", LISTENING],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        _, complaints = listening.communicate(frames.HEADER.pack(frames.JOB, 400_000_000), timeout=30)

        assert listening.returncode == 1
        assert complaints.startswith(b"MemoryError")

    @pytest.mark.parametrize("rest", [b"", frames.HEADER.pack(frames.JOB, 5) + b"Ada"])
    def test_when_nobody_is_left_to_work_for_it_tidies_up_and_ends(self, tmp_path: Path, rest: bytes) -> None:
        (tmp_path / "folder").mkdir()
        listening = subprocess.run(
            [sys.executable, "-c", LISTENING, tmp_path / "folder"], input=rest, timeout=30, check=True
        )

        assert listening.returncode == 0
        assert not (tmp_path / "folder").exists()


LISTENING = """
import os, queue, sys
from pathlib import Path
from certifly.rendering.process import _listen, limit_memory
limit_memory(250)
_listen(os.fdopen(0, "rb", buffering=0), queue.SimpleQueue(), Path(sys.argv[1] if sys.argv[1:] else "/nowhere"))
"""


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))


def in_a_process(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_arguments_reach_the_process() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "certifly.rendering.process"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert asked.returncode == 2
    assert "--folder" in asked.stderr
