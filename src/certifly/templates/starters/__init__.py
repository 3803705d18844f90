"""Templates to start from: documents and pictures as files, shipped with the package.

A document names its pictures by file (``ground.svg``). To install it, the pictures are stored as the tenant's own and
their digests put in. Nothing about an installed starter is special: it can be changed like any template.
"""

import json
from importlib.resources import files

from certifly.templates.design_files import DOCUMENT_NAME, DesignFiles

CERTIFICATE_OF_COMPLETION = "certificate-of-completion"
STARTERS = (CERTIFICATE_OF_COMPLETION,)


def read_starter(name: str = CERTIFICATE_OF_COMPLETION) -> DesignFiles:
    """A starter as it is shipped."""
    assert name in STARTERS, "starters are named in the code only"
    folder = files(__package__) / name
    pictures = {file.name: file.read_bytes() for file in folder.iterdir() if file.name != DOCUMENT_NAME}
    return DesignFiles(json.loads((folder / DOCUMENT_NAME).read_text("utf-8")), pictures)
