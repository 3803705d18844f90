"""Works for ever, within the limits it was told."""

import sys

from certifly.verification.child import limit

memory_mb, cpu_seconds = map(int, sys.argv[1:])
limit(memory_mb=memory_mb, cpu_seconds=cpu_seconds)
while True:
    pass
