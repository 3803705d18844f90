"""Spare the garbage collector what will never be garbage.

Modules, mapped classes and compiled statements are a quarter of a million objects, and Python walks all of them
each time it looks for cycles: pauses of 20 to 110 ms in the middle of requests, seen as the p99 of create
calls. What is loaded once is therefore set apart, and the collector looks less often at the little that is left.
"""

import gc

THRESHOLDS = (20_000, 20, 50)
"""Objects made before the young are looked at, and rounds before the older and the oldest are."""


def settle_memory() -> None:
    """Call when everything a process needs is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
