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
    seen = asyncio.run(WaitingRoom(wait_seconds=60).until(is_done, look, network="a"))

    assert seen == 3
    assert time.monotonic() - started < 30


def test_what_gets_done_in_time_is_seen() -> None:
    assert asyncio.run(WaitingRoom(wait_seconds=60).until(is_done, counting(), network="a")) == 3


def test_the_wait_ends() -> None:
    assert asyncio.run(WaitingRoom(wait_seconds=0.12).until(is_done, never, network="a")) == 0


def test_who_finds_no_place_is_not_kept() -> None:
    async def crowd() -> tuple[int, int]:
        room = WaitingRoom(waiters_max=1, wait_seconds=60)
        arrived = asyncio.Event()

        async def look() -> int:
            arrived.set()
            return 0

        first = asyncio.create_task(room.until(is_done, look, network="a"))
        await arrived.wait()
        await asyncio.sleep(0)
        second = await room.until(is_done, never, network="a")
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        third = await room.until(is_done, counting(), network="a")
        return second, third

    assert asyncio.run(crowd()) == (0, 3)


def test_one_network_address_has_a_share_of_the_places() -> None:
    async def crowd() -> list[bool]:
        room = WaitingRoom(waiters_max=3, waiters_share=2, wait_seconds=60)
        waits = []
        for network in ("hostile", "hostile", "hostile", "honest", "late"):
            waits.append(asyncio.create_task(room.until(is_done, never, network=network)))
            await asyncio.sleep(0.01)
        ended = [one.done() for one in waits]
        for one in waits:
            one.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        return ended

    assert asyncio.run(crowd()) == [False, False, True, False, True]
