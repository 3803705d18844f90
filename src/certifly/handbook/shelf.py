"""What a web process keeps of the handbook: every answer that it has made, ready to be sent again.

Answers are made beside the event loop, in one thread, one after the other: so nothing is made twice, however many ask
for it at once, and a call that issues a certificate competes with one maker and not with as many as there are readers.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from certifly.handbook import static_files
from certifly.handbook.contents import Handbook
from certifly.handbook.facts import Installation
from certifly.handbook.page import Page
from certifly.handbook.search import Found
from certifly.handbook.served import Served

SWITCH_SECONDS = 0.0005
"""How long the maker goes on when another thread wants to run. A create call changes threads some ten times, and waits
for the maker each time: Python's own 5 ms would make that 50."""

T = TypeVar("T")


class Shelf:
    """The handbook of this process."""

    def __init__(self, handbook: Handbook) -> None:
        self.handbook = handbook
        self._ready: dict[str, Served] = {}
        self._is_read = False
        self._has_files = False
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="handbook")

    @property
    def installation(self) -> Installation:
        """What the handbook describes."""
        return self.handbook.installation

    async def take(self, address: str, make: Callable[[], bytes], media_type: str) -> Served:
        """The answer at ``address``, made by ``make`` if nobody asked for it before."""

        def in_its_turn() -> Served:
            if address not in self._ready:
                self._ready[address] = Served.of(make(), media_type)
            return self._ready[address]

        ready = self._ready.get(address)
        return ready if ready is not None else await self._make(in_its_turn)

    async def page(self, path: str) -> Page | None:
        """The page at a path, None where there is none."""
        if not self._is_read:
            await self._make(lambda: self.handbook.pages)
            self._is_read = True
        return self.handbook.page(path)

    async def file(self, digest: str, name: str) -> Served | None:
        """The file of the pages under this name, None of another release or where there is none."""
        if not self._has_files:
            # Reads and compresses two megabytes: too long for the event loop.
            await self._make(static_files.digest)
            self._has_files = True
        return static_files.files().get(name) if digest == static_files.digest() else None

    async def search(self, query: str, *, limit: int) -> list[Found]:
        """What the handbook says of ``query``."""
        return await self._make(lambda: self.handbook.search.search(query, limit=limit))

    async def _make(self, make: Callable[[], T]) -> T:
        def politely() -> T:
            with _giving_way():
                return make()

        return await asyncio.get_running_loop().run_in_executor(self._maker, politely)


@contextmanager
def _giving_way() -> Iterator[None]:
    """Let the other threads of this process run soon when they want to, for as long as something is made."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
