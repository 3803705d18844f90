"""A second opinion on a PDF that was just sealed: pyHanko's own validation, with the issuer's root as its only trust.

Nothing of what ``seal.py`` prepares is used here, and nothing is fetched.
"""

from collections.abc import Sequence
from io import BytesIO

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from certifly.credentials.recheck import RecheckFailed


def recheck_seal(pdf: bytes, chain: Sequence[bytes]) -> None:
    """See that one signature, by the first certificate of ``chain`` (DER), covers all. Raises RecheckFailed."""
    own, *above = (x509.Certificate.load(one) for one in chain)
    signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
    if len(signatures) != 1:
        raise RecheckFailed(f"The slow path disagrees: the PDF has {len(signatures)} signatures.")

    context = ValidationContext(
        trust_roots=[above[-1] if above else own],
        other_certs=above,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    # What a certificate is for was judged when it was made or imported; by default pyHanko is stricter than readers.
    any_use = KeyUsageConstraints(key_usage=set())
    status = validate_pdf_signature(signatures[0], context, key_usage_settings=any_use)
    is_whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    is_own = status.signing_cert.dump() == own.dump()
    if not (status.intact and status.valid and status.trusted and is_whole and is_own):
        raise RecheckFailed(f"The slow path disagrees on the PDF's signature: {status.summary()}.")
