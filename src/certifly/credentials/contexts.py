"""The JSON-LD contexts that decide what a credential's members mean: bundled, with digests, never fetched.

A context that changed would change what was signed. So each file is held against the SHA-256 recorded beside
it before a word of it is used, and an address that is not bundled is unknown, whoever may serve it.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

CREDENTIALS_V1: Final = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_EXTENSIONS: Final = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
DID_V1: Final = "https://www.w3.org/ns/did/v1"
MULTIKEY_V1: Final = "https://w3id.org/security/multikey/v1"
JWS_2020: Final = "https://w3id.org/security/suites/jws-2020/v1"
"""Named in DID documents, which nothing of ours has to canonicalise; not bundled."""

FOLDER = Path(__file__).with_name("contexts")


class ContextUnknown(ValueError):
    """A document names a context that is not bundled: what its members mean cannot be said here."""

    def __init__(self, url: str) -> None:
        super().__init__(f"The context {url[:200]} is not bundled.")
        self.url = url


class ContextChanged(Exception):
    """A bundled context is not the file it was: the installation is damaged."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"The bundled file of {url} does not have its recorded digest. Install Certifly anew."
        )


class Source(NamedTuple):
    """Where a bundled context comes from."""

    file: str
    sha256: str
    package: str
    version: str
    path: str
    licence: str


@lru_cache(maxsize=1)
def sources(folder: Path = FOLDER) -> Mapping[str, Source]:
    """All bundled contexts by address."""
    listed = json.loads((folder / "sources.json").read_text())
    return {url: Source(**described) for url, described in listed.items()}


@lru_cache(maxsize=64)
def load(url: str, folder: Path = FOLDER) -> Mapping[str, Any]:
    """The document at an address, with its ``@context``. Not to be changed: everybody shares it.

    Raises ContextUnknown for an address that is not bundled, ContextChanged for a damaged file.
    """
    source = sources(folder).get(url)
    if source is None:
        raise ContextUnknown(url)
    content = (folder / source.file).read_bytes()
    if sha256(content).hexdigest() != source.sha256:
        raise ContextChanged(url)

    document: Mapping[str, Any] = json.loads(content)
    return document
