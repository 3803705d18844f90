"""What a web process keeps of the handbook: every answer that it has made, ready to be sent again.

Answers are made beside the event loop: the first one reads all pages, and a call must not wait for that. Two
requests that come at once may make the same answer; it is the same bytes, and one of them stays.
"""

import asyncio
from collections.abc import Callable

from certifly.handbook.contents import Handbook
from certifly.handbook.facts import Installation
from certifly.handbook.page import Page
from certifly.handbook.search import Found
from certifly.handbook.served import Served


class Shelf:
    """The handbook of this process."""

    def __init__(self, handbook: Handbook) -> None:
        self.handbook = handbook
        self._ready: dict[str, Served] = {}
        self._is_read = False

    @property
    def installation(self) -> Installation:
        """What the handbook describes."""
        return self.handbook.installation

    async def take(self, address: str, make: Callable[[], bytes], media_type: str) -> Served:
        """The answer at ``address``, made by ``make`` if nobody asked for it before."""
        ready = self._ready.get(address)
        if ready is None:
            ready = await asyncio.to_thread(lambda: Served.of(make(), media_type))
            self._ready[address] = ready
        return ready

    async def page(self, path: str) -> Page | None:
        """The page at a path, None where there is none."""
        if not self._is_read:
            await asyncio.to_thread(self.handbook.page, path)
            self._is_read = True
        return self.handbook.page(path)

    async def search(self, query: str, *, limit: int) -> list[Found]:
        """What the handbook says of ``query``."""
        return await asyncio.to_thread(lambda: self.handbook.search.search(query, limit=limit))
