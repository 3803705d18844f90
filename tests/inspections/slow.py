"""Takes two seconds for a file that calls itself a PDF, and none for others."""

import sys
import time

from certifly.verification.facts import to_json
from certifly.verification.inspect import inspect

content = sys.stdin.buffer.read()
if content.startswith(b"%PDF-"):
    time.sleep(2)
sys.stdout.buffer.write(to_json(inspect(content)))
