"""Answers without end."""

import sys

while True:
    sys.stdout.buffer.write(bytes(1024 * 1024))
