"""Share what is scarce fairly: by network address among visitors, so that one cannot keep the others out.

``Places`` are for work of which only so much is done at the same time, such as checking a file. Nobody holds more than
a share of them; further requests wait in a queue by key, and the keys take turns. ``Budget`` is for what is counted and
not waited for, such as the bytes of bodies that are arriving.

A request that exceeds the share of its own key gets ShareExceeded (429). One that finds no room because of others gets
PlacesTaken (503). Both say when to come back.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from starlette.requests import ClientDisconnect, Request

from certifly.core.errors import Overloaded

RETRY_AFTER_SECONDS = 2


class ShareExceeded(Overloaded):
    """One network address asks for more at the same time than its share."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Your network address has as many {what} under way as one address may have. "
            "Repeat the request when one of them has ended.",
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )


class PlacesTaken(Overloaded):
    """Others ask for as much as this process can do at the same time."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The server is busy with {what}. Repeat the request in a moment.",
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )


class Places:
    """A number of places for work of one kind, for the tasks of one event loop.

    At most ``share`` of the ``places`` are held by one key. At most ``waiting_max`` requests wait, of one key at most
    ``waiting_share``, and each at most ``wait_seconds``. ``what`` names the work in messages, in the plural.
    """

    def __init__(
        self,
        places: int,
        *,
        share: int,
        waiting_max: int,
        waiting_share: int,
        wait_seconds: float,
        what: str,
    ) -> None:
        assert 1 <= share <= places and 0 <= waiting_share <= waiting_max
        self._free = places
        self._share = share
        self._waiting_max = waiting_max
        self._waiting_share = waiting_share
        self._wait_seconds = wait_seconds
        self._what = what
        self._held: Counter[Hashable] = Counter()
        self._queues: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()
        """Who waits, by key. The key whose turn is next comes first; no queue is empty."""

    @property
    def held(self) -> int:
        """Places that are taken at this moment."""
        return self._held.total()

    @property
    def waiting(self) -> int:
        """Requests that wait at this moment."""
        return sum(map(len, self._queues.values()))

    @asynccontextmanager
    async def place(
        self, key: Hashable, *, gone: Callable[[], Coroutine[Any, Any, None]] | None = None
    ) -> AsyncIterator[None]:
        """Hold a place until the block ends; wait for it first. Raises ShareExceeded and PlacesTaken.

        A task that is cancelled while it waits leaves the queue, and never keeps a place. So does one whose client
        goes: ``gone`` returns when that has happened, and the wait ends with ClientDisconnect.
        """
        await self._enter(key, gone)
        try:
            yield
        finally:
            self._leave(key)

    def require_room(self, key: Hashable) -> None:
        """Raise ShareExceeded or PlacesTaken when a request of this key could not even wait."""
        if self._can_enter(key):
            return
        mine = len(self._queues.get(key, ()))
        if mine >= self._waiting_share and mine + self._held[key] > 0:
            raise ShareExceeded(self._what)
        if self.waiting >= self._waiting_max:
            raise PlacesTaken(self._what)

    def _can_enter(self, key: Hashable) -> bool:
        # A free place means that nobody waits who may have it: _admit has seen to that.
        return self._free > 0 and self._held[key] < self._share

    async def _enter(self, key: Hashable, gone: Callable[[], Coroutine[Any, Any, None]] | None) -> None:
        self.require_room(key)
        if self._can_enter(key):
            self._take(key)
            return
        admitted = asyncio.get_running_loop().create_future()
        self._queues.setdefault(key, deque()).append(admitted)
        watching = asyncio.create_task(gone()) if gone is not None else None
        if watching is not None:
            watching.add_done_callback(lambda _: admitted.cancel())
        try:
            async with asyncio.timeout(self._wait_seconds):
                await admitted
        except BaseException as error:  # also a cancellation
            if admitted.done() and not admitted.cancelled():
                self._leave(key)  # admitted in the same moment
            else:
                self._leave_queue(key, admitted)
            if isinstance(error, TimeoutError):
                is_own_share = self._held[key] >= self._share
                raise (ShareExceeded if is_own_share else PlacesTaken)(self._what) from None
            if watching is not None and watching.done():
                raise ClientDisconnect from None
            raise
        finally:
            if watching is not None:
                watching.cancel()

    def _take(self, key: Hashable) -> None:
        self._free -= 1
        self._held[key] += 1

    def _leave(self, key: Hashable) -> None:
        self._free += 1
        self._held[key] -= 1
        if not self._held[key]:
            del self._held[key]
        self._admit()

    def _leave_queue(self, key: Hashable, admitted: "asyncio.Future[None]") -> None:
        queue = self._queues[key]
        queue.remove(admitted)
        if not queue:
            del self._queues[key]

    def _admit(self) -> None:
        """Give free places to those who wait: one to each key in turn, and to none more than its share."""
        while self._free:
            key = next(
                (key for key in self._queues if self._held[key] < self._share and self._next(key)), None
            )
            if key is None:
                return
            admitted = self._next(key)
            assert admitted is not None, "looked at above"
            self._leave_queue(key, admitted)
            if key in self._queues:
                self._queues.move_to_end(key)
            self._take(key)
            admitted.set_result(None)

    def _next(self, key: Hashable) -> "asyncio.Future[None] | None":
        """Who has waited longest; not one that was cancelled and has not left its queue yet."""
        return next((admitted for admitted in self._queues[key] if not admitted.done()), None)


class Budget:
    """An amount of something that requests hold for a while, such as bytes. Of ``amount_max`` one key has ``share``."""

    def __init__(self, amount_max: int, *, share: int, what: str) -> None:
        assert 0 <= share <= amount_max
        self._amount_max = amount_max
        self._share = share
        self._what = what
        self._held: Counter[Hashable] = Counter()

    @property
    def held(self) -> int:
        """How much is held at this moment."""
        return self._held.total()

    @contextmanager
    def holding(self, key: Hashable) -> Iterator[Callable[[int], None]]:
        """Hold what the yielded function adds, piece by piece, until the block ends.

        That function raises ShareExceeded and PlacesTaken, and then adds nothing.
        """
        mine = 0

        def add(amount: int) -> None:
            nonlocal mine
            # A key whose share is everything has no share to exceed.
            if self._held[key] + amount > self._share < self._amount_max:
                raise ShareExceeded(self._what)
            if self.held + amount > self._amount_max:
                raise PlacesTaken(self._what)
            self._held[key] += amount
            mine += amount

        try:
            yield add
        finally:
            self._held[key] -= mine
            if not self._held[key]:
                del self._held[key]


async def until_disconnected(request: Request) -> None:
    """Return when the client has closed its connection. Only for requests whose body was read, or that have none."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
