"""Make files and folders that only their owner can read: they hold people's names, addresses and secrets.

What exists is left as it is: an operator who opened it wider has his reasons.
"""

import os
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def make_private_folder(folder: Path) -> None:
    """Make the folder, and those above it that are missing, for their owner alone."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(FOLDER_MODE, exist_ok=True)
    folder.mkdir(FOLDER_MODE, exist_ok=True)  # says so when it is no folder


def make_private_file(path: Path) -> None:
    """Make the file, empty, for its owner alone, unless there is one."""
    # Not opened when it is there: it may be one that we are allowed to read only.
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))
