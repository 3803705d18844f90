"""Takes a file, and never answers."""

import sys
import time

sys.stdin.buffer.read()
time.sleep(600)
