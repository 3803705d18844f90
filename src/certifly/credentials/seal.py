"""Sign PDFs: PAdES B-B, and with a time-stamp authority B-T or B-LT.

What must stay true: the signature covers the whole file and is the last thing written; what was drawn before
is not touched. Same PDF, key and time, same bytes, so a job that was killed makes the same file again (a time
stamp differs each time; then the first that is recorded stands). The file stays PDF/A-3b and PDF/UA-1.
"""

from datetime import datetime
from hashlib import sha256
from io import BytesIO

from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import constants
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from certifly.core.clock import isoformat
from certifly.credentials.cms import Seal, assemble, digest_size, parts_of, sign_attributes
from certifly.credentials.errors import SealEnded
from certifly.credentials.keys import RSA, SealKey
from certifly.credentials.timestamps import B_LT, TOKEN_BYTES_MAX, TimeStamps, add_evidence

FIELD = SigFieldSpec(
    sig_field_name="Seal",
    readable_field_name="Electronic seal of the issuer",
    invis_sig_settings=InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True),
)
"""Invisible: PDF/A wants the print flag and no hidden one, PDF/UA then wants it off the page."""
REASON = "The issuer vouches that this certificate is genuine and unaltered."

FRAME_BYTES = 64
"""What tags and lengths around the parts of a CMS take at most."""
ECDSA_BYTES_MAX = 104
"""Of a P-384 key, in DER."""
RSA_BYTES_MAX = 1024
"""Of a key of 8192 bits; no longer ones are taken."""


def seal_pdf(
    pdf: bytes,
    key: SealKey,
    *,
    signed_at: datetime,
    issuer_name: str,
    timestamps: TimeStamps | None = None,
) -> bytes:
    """The PDF with the issuer's signature, which names ``signed_at``.

    Raises SealEnded; TimeStampUnavailable, and then nothing is signed at a lower level instead.
    """
    if signed_at >= key.ends_at:
        raise SealEnded(key.id, key.ends_at)
    writer = open_for_sealing(pdf, key, signed_at=signed_at)
    if timestamps is not None and timestamps.level == B_LT:
        add_evidence(writer, key, timestamps)
    steps = PdfCMSEmbedder(FIELD).write_cms(field_name=FIELD.sig_field_name, writer=writer)
    next(steps)
    writer.register_extension(constants.ESIC_EXTENSION_1)
    signature = SignatureObject(
        timestamp=signed_at,
        subfilter=SigSeedSubFilter.PADES,
        name=issuer_name,
        reason=REASON,
        bytes_reserved=bytes_reserved(key, is_time_stamped=timestamps is not None),
    )
    steps.send(SigObjSetup(sig_placeholder=signature))
    document, output = steps.send(SigIOSetup(md_algorithm=key.digest))
    steps.send(_cms_of(key, document.document_digest, timestamps))
    sealed: bytes = output.getvalue()
    return sealed


def open_for_sealing(pdf: bytes, key: SealKey, *, signed_at: datetime) -> IncrementalPdfFileWriter:
    """The PDF, ready to have a signature written behind it.

    Typst ends its files without the line break that PDF/A asks for between one revision and the next.
    """
    writer = _SealWriter(BytesIO(pdf + b"\n"))
    name = sha256(b"\0".join((pdf, key.chain[0], isoformat(signed_at).encode()))).digest()[:16]
    writer._document_id = ArrayObject([writer._document_id[0], ByteStringObject(name)])
    return writer


class _SealWriter(IncrementalPdfFileWriter):
    """Writes a revision that holds the signature and nothing else.

    pyHanko would give it a random name, and rewrite the file's description with the time of the clock: two runs
    would give two files. Nobody has edited the certificate, so what it says of itself stays as it was drawn.
    """

    def _update_meta(self) -> None:
        pass


def bytes_reserved(key: Seal, *, is_time_stamped: bool) -> int:
    """Hexadecimal digits to leave room for: always the same for a key, so that its files are."""
    signature = RSA_BYTES_MAX if key.algorithm == RSA else ECDSA_BYTES_MAX
    size = parts_of(key).size + digest_size(key) + signature + FRAME_BYTES
    return 2 * (size + (TOKEN_BYTES_MAX if is_time_stamped else 0))


def _cms_of(key: SealKey, digest: bytes, timestamps: TimeStamps | None) -> bytes:
    attributes, signature = sign_attributes(key, digest)
    stamp = None if timestamps is None else timestamps.stamp(signature, key.digest)
    return assemble(key, attributes, signature, stamp)
