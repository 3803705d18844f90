"""What stands in a PDF: its signatures, and the files attached to it.

pyHanko reads the file and does the arithmetic of signatures. Which bytes a signature covers is worked out here once
more from the bytes alone, by a stricter rule: everything from the first byte on but the signature's own place, and
in that place nothing but the signature. Nothing is fetched, and no certificate is trusted: whose it is, others judge.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from itertools import islice
from typing import Any

from asn1crypto.cms import ContentInfo, SignedData
from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget, StreamDecodeLimits
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject
from pyhanko.pdf_utils.misc import PdfDecodeLimitError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.generic_cms import (
    extract_tst_data_iter,
    message_imprint_checker,
    validate_sig_integrity,
)

from certifly.credentials.timestamp_trust import DIGESTS, Imprint, check_stamp
from certifly.verification.errors import BeyondLimits, CannotInspect, Unreadable, reading
from certifly.verification.facts import CMSFacts, SealFacts, StampFacts
from certifly.verification.strict_json import TEXT_BYTES_MAX

REVISIONS_MAX = 50
"""Of a file that was written to again and again; each costs a walk through its tables."""

ATTACHMENTS_MAX = 32
SEALS_MAX = 8
NAME_TREE_NODES_MAX = 200
STAMPS_MAX = 4
"""On one signature. More are not looked at."""

CMS_BYTES_MAX = 64 * 1024
"""Of the place of a signature of ours, with its chain and a time stamp."""

UNPACKED_BYTES_MAX = 32 * 1024 * 1024
"""Of all streams that have to be unpacked to find signatures and attachments."""

TEXT_CHARACTERS_MAX = 300

_LIMITS = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=UNPACKED_BYTES_MAX),
    document_budget=DocumentDecodeBudget(base_allowance=UNPACKED_BYTES_MAX, max_ratio=0),
)
_HEXADECIMAL = re.compile(rb"<[0-9A-Fa-f]*>")


@dataclass(frozen=True, slots=True)
class PDFFacts:
    """One PDF."""

    seals: list[SealFacts]
    texts: list[str]
    """Of attachments that may be credentials."""
    attachments: int
    revisions: int


def pdf_facts(pdf: bytes, *, timestamp_roots: Sequence[bytes] = ()) -> PDFFacts:
    """The facts of a PDF. Raises Unreadable or BeyondLimits."""
    if pdf.count(b"startxref") > REVISIONS_MAX:
        raise BeyondLimits(f"a PDF that was changed more than {REVISIONS_MAX} times")
    with reading("a PDF", too_much=(PdfDecodeLimitError,)):
        reader = PdfFileReader(BytesIO(pdf), strict=False, decode_limits=_LIMITS)
        if reader.encrypted:
            raise Unreadable("an encrypted PDF")
        attachments = list(_attachments(reader))
        texts = [text for stream in attachments if (text := _text_of(stream)) is not None]
        fields = _signed_fields(reader)
    return PDFFacts(
        seals=[_seal_facts(reader, name, field, pdf, timestamp_roots) for name, field in fields],
        texts=texts,
        attachments=len(attachments),
        revisions=reader.xrefs.total_revisions,
    )


def _attachments(reader: PdfFileReader) -> Iterator[StreamObject]:
    """The attached files: those in the catalogue's tree of names, and those associated with the document."""
    root = reader.root
    names = _member(_member(root, "/Names"), "/EmbeddedFiles")
    associated = _member(root, "/AF")
    specifications = [*_named(names), *(associated if isinstance(associated, ArrayObject) else [])]
    seen: set[int] = set()
    for specification in specifications:
        files = _member(_resolved(specification), "/EF")
        stream = _member(files, "/UF") or _member(files, "/F")
        if isinstance(stream, StreamObject) and id(stream) not in seen:
            seen.add(id(stream))
            if len(seen) > ATTACHMENTS_MAX:
                raise BeyondLimits(f"a PDF with more than {ATTACHMENTS_MAX} attachments")
            yield stream


def _named(tree: Any) -> Iterator[Any]:
    """The values of a tree of names."""
    nodes, looked_at = [tree], 0
    while nodes:
        node = nodes.pop(0)
        looked_at += 1
        if looked_at > NAME_TREE_NODES_MAX:
            raise BeyondLimits("a PDF with a very large tree of attachments")
        pairs, below = _member(node, "/Names"), _member(node, "/Kids")
        if isinstance(pairs, ArrayObject):
            if len(pairs) > 2 * ATTACHMENTS_MAX:
                raise BeyondLimits(f"a PDF with more than {ATTACHMENTS_MAX} attachments")
            yield from (pairs[at] for at in range(1, len(pairs), 2))
        if isinstance(below, ArrayObject):
            nodes += [below[at] for at in range(min(len(below), NAME_TREE_NODES_MAX + 1))]


def _text_of(stream: StreamObject) -> str | None:
    """What is attached, where it may be a credential."""
    content = stream.data
    if len(content) > TEXT_BYTES_MAX or not content.lstrip().startswith((b"{", b"eyJ")):
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _signed_fields(reader: PdfFileReader) -> list[tuple[str, Any]]:
    """The fields that hold a signature, by name."""
    found = list(islice(enumerate_sig_fields(reader, filled_status=True), SEALS_MAX + 1))
    if len(found) > SEALS_MAX:
        raise BeyondLimits(f"a PDF with more than {SEALS_MAX} signatures")
    return [(name, field) for name, _, field in found]


def _seal_facts(
    reader: PdfFileReader, name: str, field: Any, pdf: bytes, timestamp_roots: Sequence[bytes]
) -> SealFacts:
    """One signature; whatever is wrong with it is said in its facts."""
    try:
        with reading("a signature"):
            return _examine(EmbeddedPdfSignature(reader, field, name), pdf, timestamp_roots)
    except CannotInspect as error:
        return SealFacts(detail=error.detail)


def _examine(signature: EmbeddedPdfSignature, pdf: bytes, timestamp_roots: Sequence[bytes]) -> SealFacts:
    certificate = signature.signer_cert
    digest = signature.compute_digest()
    content_type = signature.signed_data["encap_content_info"]["content_type"].native
    is_time_stamp = signature.sig_object_type == "/DocTimeStamp"
    is_intact, detail = False, None
    if signature.md_algorithm not in DIGESTS or signature.external_md_algorithm not in DIGESTS:
        detail = f"the digest {signature.md_algorithm[:20]} is not to be relied on"
    elif is_time_stamp or content_type != "data":
        detail = "a time stamp, or a signature of another kind"
    else:
        is_intact = all(validate_sig_integrity(signature.signer_info, certificate, "data", digest))
    signed_at = signature.self_reported_timestamp
    return SealFacts(
        certificate=certificate.dump().hex(),
        subject=certificate.subject.human_friendly[:TEXT_CHARACTERS_MAX],
        public_key=certificate.public_key.dump().hex(),
        cms=_cms_facts(signature),
        is_intact=is_intact,
        covered_bytes=covered_bytes(list(signature.byte_range), signature.pkcs7_content, pdf),
        signed_at=signed_at.isoformat() if signed_at is not None else None,
        stamp=_stamp_facts(signature, digest, timestamp_roots),
        is_time_stamp=is_time_stamp,
        detail=detail,
    )


def covered_bytes(byte_range: Sequence[int], contents: bytes, pdf: bytes) -> int | None:
    """Up to where a signature covers the file; None when it leaves out anything but its own place.

    ``byte_range`` and ``contents`` are what the signature says of itself: which bytes it covers, and its own bytes.
    """
    if len(byte_range) != 4:
        return None
    start, before, after, rest = map(int, byte_range)
    if start != 0 or rest < 0 or not 0 <= before < after <= len(pdf) - rest:
        return None
    place = pdf[before:after]
    if _HEXADECIMAL.fullmatch(place) is None:
        return None
    written = bytes.fromhex(place[1:-1].decode() + "0" * (len(place) % 2))
    if written != contents:
        return None
    # The place is larger than the signature; what is left of it is zeros.
    used = len(ContentInfo.load(contents).dump())
    return after + rest if not any(contents[used:]) else None


def _cms_facts(signature: EmbeddedPdfSignature) -> CMSFacts | None:
    place = signature.pkcs7_content
    if len(place) > CMS_BYTES_MAX:
        return None
    signer = signature.signer_info
    unsigned = signer["unsigned_attrs"] or ()
    tokens = [
        value.dump().hex()
        for attribute in unsigned
        if attribute["type"].native == "signature_time_stamp_token"
        for value in attribute["values"]
    ]
    return CMSFacts(
        attributes=(signer["signed_attrs"].contents or b"").hex(),
        signature=signer["signature"].native.hex(),
        time_stamp=tokens[0] if len(tokens) == len(unsigned) == 1 else None,
        digest=sha256(place).hexdigest(),
        place_bytes=len(place),
    )


def _stamp_facts(
    signature: EmbeddedPdfSignature, digest: bytes, timestamp_roots: Sequence[bytes]
) -> StampFacts | None:
    """The time stamp on a signature; or the signature itself, where it is one on the document."""
    found = [
        stamp
        for token, imprint in islice(_tokens(signature, digest), STAMPS_MAX)
        if (stamp := checked_stamp(token, imprint, timestamp_roots)) is not None
    ]
    return max(found, key=lambda stamp: stamp.is_confirmed, default=None)


def _tokens(signature: EmbeddedPdfSignature, digest: bytes) -> Iterator[tuple[SignedData, Imprint]]:
    if signature.sig_object_type == "/DocTimeStamp":
        algorithm = signature.external_md_algorithm
        yield signature.signed_data, lambda named: digest if named == algorithm else b""
    else:
        imprint = message_imprint_checker(signature.signer_info)
        yield from ((token, imprint) for token in extract_tst_data_iter(signature.signer_info, signed=False))


def checked_stamp(token: SignedData, imprint: Imprint, timestamp_roots: Sequence[bytes]) -> StampFacts | None:
    """What a time stamp in a signature says; None for one that is broken or for something else."""
    try:
        with reading("a time stamp"):
            stamp = check_stamp(token, imprint, timestamp_roots)
    except CannotInspect:
        return None
    if stamp is None:
        return None
    return StampFacts(
        stamped_at=stamp.stamped_at.isoformat(), authority=stamp.authority, is_confirmed=stamp.is_confirmed
    )


def _member(value: Any, name: str) -> Any:
    """What stands under a name, where it stands; None for anything but a dictionary that has it."""
    return _resolved(value.raw_get(name)) if isinstance(value, DictionaryObject) and name in value else None


def _resolved(value: Any) -> Any:
    return value.get_object() if isinstance(value, IndirectObject) else value  # type: ignore[no-untyped-call]
