"""Waiting for a file: long enough, not too long, and not too many."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from certifly.public.waiting import WaitingRoom


def is_done(seen: int) -> bool:
    return seen >= 3


def counting() -> Callable[[], Awaitable[int]]:
    """Each look sees one more."""
    seen = 0

    async def look() -> int:
        nonlocal seen
        seen += 1
        return seen

    return look


async def never() -> int:
    return 0


def test_what_is_done_is_not_waited_for() -> None:
    async def look() -> int:
        return 3

    started = time.monotonic()
    seen = asyncio.run(WaitingRoom(wait_seconds=60).until(is_done, look))

    assert seen == 3
    assert time.monotonic() - started < 30


def test_what_gets_done_in_time_is_seen() -> None:
    assert asyncio.run(WaitingRoom(wait_seconds=60).until(is_done, counting())) == 3


def test_the_wait_ends() -> None:
    assert asyncio.run(WaitingRoom(wait_seconds=0.12).until(is_done, never)) == 0


def test_who_finds_no_place_is_not_kept() -> None:
    async def crowd() -> tuple[int, int]:
        room = WaitingRoom(waiters_max=1, wait_seconds=60)
        arrived = asyncio.Event()

        async def look() -> int:
            arrived.set()
            return 0

        first = asyncio.create_task(room.until(is_done, look))
        await arrived.wait()
        await asyncio.sleep(0)
        second = await room.until(is_done, never)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        third = await room.until(is_done, counting())
        return second, third

    assert asyncio.run(crowd()) == (0, 3)
