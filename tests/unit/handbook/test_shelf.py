"""What is kept of the handbook: each answer made once, beside the event loop, and giving way to calls."""

import asyncio
import sys
import threading
from collections.abc import Callable

import pytest

from certifly.handbook import static_files
from certifly.handbook.contents import Handbook
from certifly.handbook.facts import Installation
from certifly.handbook.page import Page
from certifly.handbook.search import Found
from certifly.handbook.served import Served
from certifly.handbook.shelf import SWITCH_SECONDS, Shelf

WAIT_SECONDS = 30


@pytest.fixture
def shelf() -> Shelf:
    """A shelf with nothing on it, of a handbook that nobody has read."""
    return Shelf(Handbook(Installation("http://localhost:8000", {})))


def refuse() -> bytes:
    raise ValueError("it cannot be made")


def test_what_many_ask_for_at_once_is_made_once(shelf: Shelf) -> None:
    made = []

    def make() -> bytes:
        made.append(threading.current_thread().name)
        return b"a page"

    async def ask() -> list[Served]:
        first = await asyncio.gather(*(shelf.take("/docs", make, "text/html") for _ in range(20)))
        return [*first, await shelf.take("/docs", make, "text/html")]

    answers = asyncio.run(ask())

    assert len(made) == 1
    assert made[0].startswith("handbook")
    assert all(answer is answers[0] for answer in answers)


def test_one_thing_is_made_at_a_time_and_the_event_loop_is_free_meanwhile(shelf: Shelf) -> None:
    go_on = threading.Event()
    order = []

    async def ask() -> None:
        loop, begun = asyncio.get_running_loop(), asyncio.Event()

        def make(name: str) -> Callable[[], bytes]:
            def made() -> bytes:
                order.append(f"{name} begun")
                loop.call_soon_threadsafe(begun.set)
                assert go_on.wait(WAIT_SECONDS)
                order.append(f"{name} done")
                return name.encode()

            return made

        asked = [asyncio.create_task(shelf.take(name, make(name), "text/html")) for name in ("one", "two")]
        # A loop that made them itself would never come to the line after this one.
        await begun.wait()
        go_on.set()
        await asyncio.gather(*asked)

    asyncio.run(ask())

    assert order == ["one begun", "one done", "two begun", "two done"]


def test_calls_are_let_through_while_something_is_made_and_not_after(shelf: Shelf) -> None:
    usual = sys.getswitchinterval()
    seen = []

    def make() -> bytes:
        seen.append(sys.getswitchinterval())
        return refuse()

    with pytest.raises(ValueError, match="it cannot be made"):
        asyncio.run(shelf.take("/docs", make, "text/html"))

    assert seen == [pytest.approx(SWITCH_SECONDS)]
    assert sys.getswitchinterval() == usual


def test_what_could_not_be_made_is_made_when_it_is_asked_for_again(shelf: Shelf) -> None:
    with pytest.raises(ValueError, match="it cannot be made"):
        asyncio.run(shelf.take("/docs", refuse, "text/html"))

    assert asyncio.run(shelf.take("/docs", lambda: b"a page", "text/html")).content == b"a page"


def test_first_readers_that_come_at_once_read_one_handbook(handbook: Handbook) -> None:
    shelf = Shelf(Handbook(handbook.installation))

    async def ask() -> tuple[list[Found], Page | None, Page | None]:
        return await asyncio.gather(
            shelf.search("revoke", limit=1), shelf.page("guides/email"), shelf.page("guides/email")
        )

    found, page, same = asyncio.run(ask())

    assert found
    assert page is not None
    assert page is same is shelf.handbook.page("guides/email")


@pytest.mark.parametrize(
    ("digest", "name", "is_there"),
    [
        (static_files.digest(), "handbook.css", True),
        (static_files.digest(), "handbook.cs", False),
        ("0" * 16, "handbook.css", False),
    ],
)
def test_a_file_is_there_under_its_name_in_its_release(
    shelf: Shelf, digest: str, name: str, is_there: bool
) -> None:
    files = [asyncio.run(shelf.file(digest, name)) for _ in ("first", "again")]

    assert files == [static_files.files()[name] if is_there else None] * 2
