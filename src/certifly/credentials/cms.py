"""The CMS of a seal, put together from parts that were encoded once per key.

Of a PAdES signature only the document's digest, the signature and a time stamp differ from one file to the
next. The rest is encoded by pyHanko's own types when a key is first used; after that a signature costs little
more than its mathematics. A test holds the result against what pyHanko builds for the same attributes, byte
for byte.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Protocol

from asn1crypto import algos, cms, x509
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from certifly.credentials.keys import RSA, SealKey, digest_for

PREPARED_MAX = 256
"""Keys whose parts are held; the one used longest ago is let go first. Each takes as much as its chain."""

_SEQUENCE, _SET, _OCTETS = 0x30, 0x31, 0x04
_TAGGED_0, _TAGGED_1 = 0xA0, 0xA1


class Seal(Protocol):
    """What a CMS says of the key that signed it: of a SealKey, or of one that is known by its public part."""

    @property
    def chain(self) -> tuple[bytes, ...]: ...
    @property
    def algorithm(self) -> str: ...
    @property
    def digest(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PublicSeal:
    """The public part of a key that seals PDFs."""

    chain: tuple[bytes, ...]
    """DER, the key's own certificate first."""
    algorithm: str

    @property
    def digest(self) -> str:
        """The hash that belongs to the key."""
        return digest_for(self.algorithm)


@dataclass(frozen=True, slots=True)
class CMSParts:
    """What is the same in every seal of a key, in DER."""

    signed_data_head: bytes
    """Version, digest algorithms, encapsulated content, certificates."""
    signer_head: bytes
    """Version, signer's identifier, digest algorithm."""
    attributes: tuple[bytes, bytes]
    """The signed attributes, before and after the digest."""
    signature_algorithm: bytes

    @property
    def size(self) -> int:
        """How many bytes the parts take together."""
        parts = (self.signed_data_head, self.signer_head, *self.attributes, self.signature_algorithm)
        return sum(len(part) for part in parts)


_prepared: OrderedDict[tuple[bytes, ...], CMSParts] = OrderedDict()
_lock = threading.Lock()


def parts_of(key: Seal) -> CMSParts:
    """The parts for this key, prepared when first asked for.

    By one thread at a time: asn1crypto completes its types when they are first used, and a second thread would
    meet half of one.
    """
    with _lock:
        name = (key.algorithm.encode(), *key.chain)
        parts = _prepared.get(name)
        if parts is None:
            parts = _prepared[name] = _prepare(key)
        _prepared.move_to_end(name)
        while len(_prepared) > PREPARED_MAX:
            _prepared.popitem(last=False)
    return parts


def sign_attributes(key: SealKey, digest: bytes) -> tuple[bytes, bytes]:
    """The signed attributes of a document with this digest, without their tag, and the signature over them."""
    before, after = parts_of(key).attributes
    attributes = before + digest + after
    return attributes, key.sign(_wrapped(_SET, attributes))


def assemble(key: Seal, attributes: bytes, signature: bytes, time_stamp: bytes | None = None) -> bytes:
    """The whole CMS: a ContentInfo in DER. Verification compares seals with it byte for byte, so it must not change."""
    parts = parts_of(key)
    signer = (
        parts.signer_head
        + _wrapped(_TAGGED_0, attributes)
        + parts.signature_algorithm
        + _wrapped(_OCTETS, signature)
    )
    if time_stamp is not None:
        token = cms.CMSAttributeType("signature_time_stamp_token").dump() + _wrapped(_SET, time_stamp)
        signer += _wrapped(_TAGGED_1, _wrapped(_SEQUENCE, token))
    signed_data = parts.signed_data_head + _wrapped(_SET, _wrapped(_SEQUENCE, signer))
    kind: bytes = cms.ContentType("signed_data").dump()
    return _wrapped(_SEQUENCE, kind + _wrapped(_TAGGED_0, _wrapped(_SEQUENCE, signed_data)))


def digest_size(key: Seal) -> int:
    """Bytes of a digest by the key's hash."""
    size: int = get_pyca_cryptography_hash(key.digest).digest_size
    return size


def _prepare(key: Seal) -> CMSParts:
    certificates = [x509.Certificate.load(one) for one in key.chain]
    own = certificates[0]
    digest_algorithm = algos.DigestAlgorithm({"algorithm": key.digest})
    placeholder = bytes(range(1, digest_size(key) + 1))
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": kind, "values": [value]})
            for kind, value in (
                ("content_type", "data"),
                ("message_digest", placeholder),
                ("signing_certificate_v2", as_signing_certificate_v2(own)),
            )
        ]
    )
    before, found, after = _contents(attributes).partition(placeholder)
    assert found, "the digest stands in the attributes"
    identifier = cms.SignerIdentifier(
        {
            "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                {"issuer": own.issuer, "serial_number": own.serial_number}
            )
        }
    )
    version = cms.CMSVersion("v1").dump()
    set_of_certificates = cms.CertificateSet(
        [cms.CertificateChoices(name="certificate", value=one) for one in certificates]
    )
    algorithm = key.digest + ("_rsa" if key.algorithm == RSA else "_ecdsa")
    return CMSParts(
        signed_data_head=version
        + cms.DigestAlgorithms((digest_algorithm,)).dump()
        + cms.EncapsulatedContentInfo({"content_type": "data"}).dump()
        + _wrapped(_TAGGED_0, _contents(set_of_certificates)),
        signer_head=version + identifier.dump() + digest_algorithm.dump(),
        attributes=(before, after),
        signature_algorithm=algos.SignedDigestAlgorithm({"algorithm": algorithm}).dump(),
    )


def _contents(value: Any) -> bytes:
    """The DER of a value without its tag and length."""
    value.dump(force=True)
    return bytes(value.contents)


def _wrapped(tag: int, content: bytes) -> bytes:
    """A DER value of this tag."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + content
