"""How many calls a minute one caller may make in one web process.

A token has a limit when the operator sets one; who has no token has a limit at the doors that need one.
"""

import math
from collections import OrderedDict
from collections.abc import Hashable

from certifly.core.errors import Overloaded

BUCKETS_MAX = 10_000


class TooManyRequests(Overloaded):
    """The caller made more calls than are allowed."""

    def __init__(self, limit: int, retry_after_seconds: int, *, who: str = "This token") -> None:
        super().__init__(
            f"{who} may make {limit} calls a minute. Repeat the request in {retry_after_seconds} seconds.",
            retry_after_seconds=retry_after_seconds,
        )


class RateLimit:
    """A token bucket for each caller: ``per_minute`` calls at once, refilled evenly. 0 means no limit."""

    def __init__(self, per_minute: int, *, who: str = "This token") -> None:
        self.per_minute = per_minute
        self._who = who
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, caller: Hashable, *, now_seconds: float, calls: int = 1) -> None:
        """Count one call, or one that weighs as much as several. Raises TooManyRequests when the bucket is empty.

        What a heavy call takes beyond what is there has to be refilled before the next one.
        """
        if not self.per_minute:
            return
        level, filled_at = self._buckets.pop(caller, (float(self.per_minute), now_seconds))
        rate = self.per_minute / 60
        level = min(float(self.per_minute), level + (now_seconds - filled_at) * rate)
        allowed = level >= 1
        self._buckets[caller] = (level - calls if allowed else level, now_seconds)
        while len(self._buckets) > BUCKETS_MAX:
            self._buckets.popitem(last=False)
        if not allowed:
            raise TooManyRequests(self.per_minute, max(1, math.ceil((1 - level) / rate)), who=self._who)
