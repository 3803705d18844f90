"""Wait a moment for a file that is being made, so that the first click after issuing just works.

Waiting holds no thread and no writer: a row is read now and then. Only so many requests may wait at once;
further ones are told at once to come back, and a crowd cannot exhaust the readers.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

WAIT_SECONDS = 5.0
WAITERS_MAX = 64
PAUSE_SECONDS_FIRST = 0.05
PAUSE_SECONDS_MAX = 0.5


class WaitingRoom:
    """Counts who waits in this process."""

    def __init__(self, *, waiters_max: int = WAITERS_MAX, wait_seconds: float = WAIT_SECONDS) -> None:
        self._waiters_max = waiters_max
        self._wait_seconds = wait_seconds
        self._waiters = 0

    async def until(self, is_done: Callable[[T], bool], look: Callable[[], Awaitable[T]]) -> T:
        """Look until what is seen is done, the time is over, or there is no place to wait; return what was seen."""
        seen = await look()
        if is_done(seen) or self._waiters >= self._waiters_max:
            return seen

        self._waiters += 1
        try:
            deadline = time.monotonic() + self._wait_seconds
            pause = PAUSE_SECONDS_FIRST
            while not is_done(seen) and (left := deadline - time.monotonic()) > 0:
                await asyncio.sleep(min(pause, left))
                seen = await look()
                pause = min(pause * 1.5, PAUSE_SECONDS_MAX)
            return seen
        finally:
            self._waiters -= 1
