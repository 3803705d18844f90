"""Tells what it knows of the world, as the detail of an answer."""

import json
import os
import sys
from pathlib import Path

from certifly.verification.facts import Facts, to_json
from certifly.verification.report import FileKind

sys.stdin.buffer.read()
known = json.dumps(
    {"environment": dict(os.environ), "folder": str(Path.cwd()), "group": os.getpgrp() == os.getpid()}
)
sys.stdout.buffer.write(to_json(Facts(kind=FileKind.UNKNOWN, size_bytes=0, digest="", detail=known)))
