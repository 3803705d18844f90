"""Answers, and does not end."""

import os
import sys
import time

from certifly.verification.facts import to_json
from certifly.verification.inspect import inspect

os.write(1, to_json(inspect(sys.stdin.buffer.read())))
os.close(1)
time.sleep(600)
