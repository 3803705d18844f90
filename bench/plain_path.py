"""The plain path that signing is measured against: PyLD for RDFC-1.0, and pyHanko as it comes.

Everything else is ours: the same credential, JCS, JWT, drawing, jobs. ``take_plain_path`` replaces the two short
cuts in the process that calls it, and in no other; ``work`` is ``certifly work`` on that path.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pyld import jsonld

from certifly.certificates import produce
from certifly.credentials import canonical, proofs
from certifly.credentials.contexts import load
from certifly.credentials.keys import SealKey
from certifly.credentials.plain_seal import seal_plainly
from certifly.credentials.timestamps import TimeStamps


def rdfc_by_pyld(document: Mapping[str, Any]) -> bytes:
    """What ``canonical.rdfc`` gives, by PyLD, which loads the bundled contexts through a document loader."""
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load}
    normalised: str = jsonld.normalize(dict(document), options)
    return normalised.encode()


def seal_by_pyhanko(
    pdf: bytes, key: SealKey, *, signed_at: datetime, issuer_name: str, timestamps: TimeStamps | None = None
) -> bytes:
    """What ``seal.seal_pdf`` gives, by pyHanko's own signer."""
    assert timestamps is None, "time stamps are not measured"
    return seal_plainly(pdf, key, signed_at=signed_at, issuer_name=issuer_name)


def take_plain_path() -> None:
    """Sign by the plain path from now on, in this process."""
    for module in (canonical, proofs):
        setattr(module, "rdfc", rdfc_by_pyld)  # noqa: B010  mypy knows it for a function that stays
    setattr(produce, "seal_pdf", seal_by_pyhanko)  # noqa: B010


def work() -> None:
    """The command line, on the plain path."""
    from certifly.cli.main import main

    take_plain_path()
    main()


def _load(url: str, options: object = None) -> dict[str, Any]:  # noqa: ARG001  the interface is PyLD's
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": load(url),
    }
