"""Wait a moment for a file that is being made, so that the first click after issuing just works.

Waiting holds no thread and no writer: a row is read now and then. Only so many requests wait at the same time, and of
one network address a share; further ones are answered without waiting, and a crowd cannot exhaust the readers.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from certifly.web.admission import Budget, PlacesTaken, ShareExceeded

T = TypeVar("T")

WAIT_SECONDS = 5.0
WAITERS_MAX = 64
WAITERS_SHARE = 16
"""Of these, from one network address."""

PAUSE_SECONDS_FIRST = 0.05
PAUSE_SECONDS_MAX = 0.5


class WaitingRoom:
    """Counts who waits in this process."""

    def __init__(
        self,
        *,
        waiters_max: int = WAITERS_MAX,
        waiters_share: int = WAITERS_SHARE,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._waiters = Budget(waiters_max, share=min(waiters_share, waiters_max), what="downloads")
        self._wait_seconds = wait_seconds

    async def until(
        self, is_done: Callable[[T], bool], look: Callable[[], Awaitable[T]], *, network: str
    ) -> T:
        """Look until what is seen is done, the time is over, or there is no place to wait; return what was seen."""
        seen = await look()
        if is_done(seen):
            return seen

        with self._waiters.holding(network) as add:
            try:
                add(1)
            except (ShareExceeded, PlacesTaken):
                return seen
            deadline = time.monotonic() + self._wait_seconds
            pause = PAUSE_SECONDS_FIRST
            while not is_done(seen) and (left := deadline - time.monotonic()) > 0:
                await asyncio.sleep(min(pause, left))
                seen = await look()
                pause = min(pause * 1.5, PAUSE_SECONDS_MAX)
            return seen
