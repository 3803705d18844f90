"""Places are shared by key: never more than there are, never more than a share, in turn, and none is ever lost."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect

from certifly.web.admission import Budget, Places, PlacesTaken, ShareExceeded

FOR_LONG = 60.0


def places(count: int = 2, **changes: Any) -> Places:
    options: dict[str, Any] = {
        "share": 1,
        "waiting_max": 8,
        "waiting_share": 3,
        "wait_seconds": FOR_LONG,
        "what": "checks of files",
    }
    return Places(count, **(options | changes))


class Visitors:
    """Requests that come, wait, work until they are told to end, or go away."""

    def __init__(self, shared: Places) -> None:
        self.shared = shared
        self.inside: Counter[str] = Counter()
        self.most_inside: Counter[str] = Counter()
        self.admitted: list[str] = []
        self.tasks: list[tuple[str, asyncio.Task[str], asyncio.Event]] = []

    async def come(self, key: str) -> asyncio.Task[str]:
        leave = asyncio.Event()
        task = asyncio.create_task(self._visit(key, leave))
        self.tasks.append((key, task, leave))
        await settle()
        return task

    async def _visit(self, key: str, leave: asyncio.Event) -> str:
        try:
            async with self.shared.place(key):
                self.inside[key] += 1
                self.most_inside[key] = max(self.most_inside[key], self.inside[key])
                self.admitted.append(key)
                try:
                    await leave.wait()
                finally:
                    self.inside[key] -= 1
        except ShareExceeded:
            return "share exceeded"
        except PlacesTaken:
            return "places taken"
        return "done"

    async def end_one(self, key: str) -> None:
        """One of those inside ends its work."""
        _, _, leave = next(
            one for one in self.tasks if one[0] == key and not one[1].done() and not one[2].is_set()
        )
        leave.set()
        await settle()

    async def end_all(self) -> list[str]:
        for _, _, leave in self.tasks:
            leave.set()
        return [await task for _, task, _ in self.tasks if not task.cancelled()]


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def run(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(scenario())


def test_one_visitor_with_twelve_requests_does_not_keep_another_out() -> None:
    async def scenario() -> None:
        visitors = Visitors(places())
        hostile = [await visitors.come("hostile") for _ in range(12)]
        honest = await visitors.come("honest")

        assert visitors.inside == {"hostile": 1, "honest": 1}
        assert visitors.shared.waiting == 3
        assert [task.done() for task in hostile] == [False] * 4 + [True] * 8
        await visitors.end_all()
        assert [task.result() for task in hostile] == ["done"] * 4 + ["share exceeded"] * 8
        assert honest.result() == "done"
        assert (visitors.shared.held, visitors.shared.waiting) == (0, 0)
        assert visitors.most_inside["hostile"] == 1

    run(scenario)


def test_keys_take_turns() -> None:
    async def scenario() -> None:
        visitors = Visitors(places(1))
        for key in ["a", "a", "a", "b", "b", "c"]:
            await visitors.come(key)
        await visitors.end_all()

        assert visitors.admitted == ["a", "a", "b", "c", "a", "b"]

    run(scenario)


def test_a_share_may_be_more_than_one_place() -> None:
    async def scenario() -> None:
        visitors = Visitors(places(4, share=2))
        for _ in range(4):
            await visitors.come("a")
        assert visitors.inside["a"] == 2
        for key in ("b", "c", "d"):
            await visitors.come(key)
        assert visitors.inside == {"a": 2, "b": 1, "c": 1}
        await visitors.end_one("b")
        assert visitors.inside["d"] == 1

        await visitors.end_all()
        assert visitors.shared.held == 0

    run(scenario)


@pytest.mark.parametrize(
    ("waiting_max", "waiting_share", "keys", "last"),
    [
        (8, 3, ["a"] * 4, "done"),
        (8, 3, ["a"] * 5, "share exceeded"),
        (2, 2, ["a", "b", "c", "d"], "done"),
        (2, 2, ["a", "b", "c", "d", "e"], "places taken"),
        (0, 0, ["a", "b"], "done"),
        (0, 0, ["a", "a"], "share exceeded"),
        (0, 0, ["a", "b", "c"], "places taken"),
    ],
)
def test_the_queue_has_limits(waiting_max: int, waiting_share: int, keys: list[str], last: str) -> None:
    async def scenario() -> None:
        visitors = Visitors(places(waiting_max=waiting_max, waiting_share=waiting_share))
        for key in keys:
            await visitors.come(key)

        assert (await visitors.end_all())[-1] == last

    run(scenario)


def test_room_is_known_before_a_body_is_read() -> None:
    async def scenario() -> None:
        visitors = Visitors(places(waiting_max=2, waiting_share=1))
        for key in ("a", "b", "a"):
            visitors.shared.require_room(key)
            await visitors.come(key)
        with pytest.raises(ShareExceeded, match="checks of files") as exceeded:
            visitors.shared.require_room("a")
        visitors.shared.require_room("c")
        await visitors.come("c")
        with pytest.raises(PlacesTaken, match="checks of files") as taken:
            visitors.shared.require_room("d")

        assert exceeded.value.retry_after_seconds > 0 and taken.value.retry_after_seconds > 0
        await visitors.end_all()

    run(scenario)


@pytest.mark.parametrize(("key", "outcome"), [("a", "share exceeded"), ("c", "places taken")])
def test_waiting_ends_and_says_whose_requests_were_in_the_way(key: str, outcome: str) -> None:
    async def scenario() -> None:
        visitors = Visitors(places(wait_seconds=0.05))
        await visitors.come("a")
        await visitors.come("b")
        late = await visitors.come(key)

        assert await late == outcome
        assert visitors.shared.waiting == 0
        assert set(await visitors.end_all()) == {"done", outcome}

    run(scenario)


def test_who_goes_away_while_waiting_leaves_the_queue() -> None:
    async def scenario() -> None:
        visitors = Visitors(places(1))
        await visitors.come("a")
        gone = await visitors.come("b")
        after = await visitors.come("b")
        gone.cancel()
        await settle()
        assert visitors.shared.waiting == 1
        await visitors.end_one("a")
        assert visitors.inside == {"a": 0, "b": 1}

        await visitors.end_all()
        assert after.result() == "done" and visitors.shared.held == 0

    run(scenario)


def test_a_place_given_to_one_who_goes_in_the_same_moment_goes_to_the_next() -> None:
    async def scenario() -> None:
        visitors = Visitors(places(1))
        await visitors.come("a")
        gone = await visitors.come("b")
        await visitors.come("c")
        visitors.tasks[0][2].set()
        await asyncio.sleep(0)
        for _ in range(10):
            if visitors.shared.waiting == 1:
                break
            await asyncio.sleep(0)
        assert not gone.done(), "it was admitted, and has not run yet"
        gone.cancel()
        await settle()

        assert visitors.inside["c"] == 1 and visitors.inside["b"] == 0
        await visitors.end_all()
        assert visitors.shared.held == 0

    run(scenario)


@pytest.mark.parametrize("stays", [True, False])
def test_a_client_that_goes_ends_its_wait(stays: bool) -> None:
    async def scenario() -> None:
        shared = places(1)
        gone = asyncio.Event()
        entered = asyncio.Event()

        async def client_is_gone() -> None:
            await gone.wait()

        async def visit() -> None:
            async with shared.place("b", gone=client_is_gone):
                entered.set()

        async with shared.place("a"):
            waiting = asyncio.create_task(visit())
            await settle()
            assert shared.waiting == 1
            if not stays:
                gone.set()
                await settle()
                assert shared.waiting == 0
        outcome = (await asyncio.gather(waiting, return_exceptions=True))[0]
        await settle()

        assert entered.is_set() is stays
        assert isinstance(outcome, ClientDisconnect) is not stays
        assert (shared.held, shared.waiting) == (0, 0)
        assert asyncio.all_tasks() == {asyncio.current_task()}, "nobody watches any more"

    run(scenario)


def test_one_who_is_cancelled_just_before_a_place_is_free_is_passed_over() -> None:
    async def scenario() -> None:
        visitors = Visitors(places(1))
        await visitors.come("a")
        gone = await visitors.come("b")
        await visitors.come("c")
        gone.cancel()  # its task has not run yet: it is still in the queue
        visitors.tasks[0][1].cancel()
        await settle()

        assert visitors.inside["c"] == 1
        await visitors.end_all()
        assert (visitors.shared.held, visitors.shared.waiting) == (0, 0)

    run(scenario)


def test_work_that_fails_gives_its_place_back() -> None:
    async def scenario() -> None:
        shared = places(1)
        with pytest.raises(ZeroDivisionError):
            async with shared.place("a"):
                raise ZeroDivisionError

        assert shared.held == 0

    run(scenario)


STEPS = st.lists(
    st.tuples(st.sampled_from(["come", "end", "cancel", "wait"]), st.sampled_from("abc"), st.integers(0, 30)),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(
    count=st.integers(1, 4),
    share=st.integers(1, 4),
    waiting=st.tuples(st.integers(0, 6), st.integers(0, 6)),
    steps=STEPS,
)
def test_whatever_happens_no_place_is_lost_and_none_too_many_is_given(
    count: int, share: int, waiting: tuple[int, int], steps: list[tuple[str, str, int]]
) -> None:
    share = min(share, count)

    async def scenario() -> None:
        shared = places(count, share=share, waiting_max=max(waiting), waiting_share=min(waiting))
        visitors = Visitors(shared)
        for step, key, number in steps:
            alive = [one for one in visitors.tasks if not one[1].done()]
            if step == "come":
                leave = asyncio.Event()
                visitors.tasks.append((key, asyncio.create_task(visitors._visit(key, leave)), leave))
            elif step == "end" and alive:
                alive[number % len(alive)][2].set()
            elif step == "cancel" and alive:
                alive[number % len(alive)][1].cancel()
            for _ in range(number % 4 if step == "wait" else 0):
                await asyncio.sleep(0)
            assert sum(visitors.inside.values()) <= shared.held <= count
            assert all(held <= share for held in visitors.inside.values())
            assert shared.waiting <= max(waiting)
            free = count - shared.held
            waits = {one for one in shared._queues if shared._next(one) and shared._held[one] < share}
            assert not (free and waits), "nobody waits for a place that is free"
        for _, task, leave in visitors.tasks:
            leave.set()
            await asyncio.wait([task])
        assert (shared.held, shared.waiting) == (0, 0)
        assert not any(visitors.inside.values())
        async with asyncio.timeout(5), shared.place("d"):
            pass

    run(scenario)


@settings(max_examples=50, deadline=None)
@given(crowd=st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=40), others=st.integers(1, 6))
def test_nobody_waits_longer_than_one_turn_of_every_other_key(crowd: list[str], others: int) -> None:
    async def scenario() -> None:
        visitors = Visitors(places(others, waiting_max=100, waiting_share=50))
        for key in crowd:
            await visitors.come(key)
        before = len(visitors.admitted)
        await visitors.come("honest")
        await visitors.end_all()

        assert "honest" in visitors.admitted[before : before + len(set(crowd)) + 1]

    run(scenario)


def test_a_budget_has_a_limit_and_each_key_a_share() -> None:
    bytes_held = Budget(10, share=6, what="uploads")
    with ExitStack() as stack:
        add_a, add_b = (stack.enter_context(bytes_held.holding(key)) for key in ("a", "b"))
        add_a(4)
        add_a(2)
        with pytest.raises(ShareExceeded, match="uploads") as exceeded:
            add_a(1)
        add_b(4)
        with pytest.raises(PlacesTaken, match="uploads") as taken:
            add_b(1)
        assert bytes_held.held == 10
        with bytes_held.holding("a") as add_more, pytest.raises(ShareExceeded):
            add_more(1)

    assert bytes_held.held == 0
    assert exceeded.value.retry_after_seconds > 0 and taken.value.retry_after_seconds > 0


@given(st.lists(st.tuples(st.sampled_from("ab"), st.lists(st.integers(0, 8), max_size=4)), max_size=8))
def test_a_budget_gives_back_what_was_held(requests: list[tuple[str, list[int]]]) -> None:
    shared = Budget(20, share=15, what="uploads")
    with ExitStack() as stack:
        for key, amounts in requests:
            add = stack.enter_context(shared.holding(key))
            for amount in amounts:
                try:
                    add(amount)
                except (ShareExceeded, PlacesTaken):
                    pass
                assert shared.held <= 20
                assert all(held <= 15 for held in shared._held.values())

    assert shared.held == 0
    assert not shared._held, "keys are forgotten"
