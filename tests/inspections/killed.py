"""Is ended as the kernel ends processes when the machine has no memory left."""

import os
import signal
import sys

sys.stdin.buffer.read()
os.kill(os.getpid(), signal.SIGKILL)
