"""The same seal as pyHanko makes it by itself, slowly: what ``seal.py`` is held against.

Nothing of what is prepared there is used here, so that tests, the bench and the sampled re-check compare two
ways to one result.
"""

import asyncio
from datetime import datetime
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import constants
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certifly.credentials.keys import SealKey
from certifly.credentials.seal import FIELD, REASON, bytes_reserved, open_for_sealing


class PlainSigner(Signer):
    """A signer of pyHanko whose private key stays with us."""

    def __init__(self, key: SealKey) -> None:
        own, *others = (x509.Certificate.load(one) for one in key.chain)
        super().__init__(signing_cert=own, cert_registry=SimpleCertificateStore.from_certs(others))  # type: ignore[no-untyped-call]
        self._key = key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: ARG002  the interface is pyHanko's
    ) -> bytes:
        """The signature over the attributes that pyHanko has built."""
        assert digest_algorithm == self._key.digest
        return self._key.sign(data)


class _PlainSigner(PdfSigner):
    """States the time it is given, and stays at the version of PDF that PDF/A-3 is made of."""

    signed_at: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> Any:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.signed_at
        return session

    def register_extensions(self, pdf_out: BasePdfFileWriter, *, md_algorithm: str) -> None:  # noqa: ARG002
        pdf_out.register_extension(constants.ESIC_EXTENSION_1)


def seal_plainly(pdf: bytes, key: SealKey, *, signed_at: datetime, issuer_name: str) -> bytes:
    """PAdES B-B, equal to what ``seal_pdf`` gives for the same arguments."""
    metadata = PdfSignatureMetadata(
        field_name=FIELD.sig_field_name,
        md_algorithm=key.digest,
        subfilter=SigSeedSubFilter.PADES,
        name=issuer_name,
        reason=REASON,
    )
    signer = _PlainSigner(metadata, PlainSigner(key), new_field_spec=FIELD)
    signer.signed_at = signed_at
    output = asyncio.run(
        signer.async_sign_pdf(
            open_for_sealing(pdf, key, signed_at=signed_at),
            bytes_reserved=bytes_reserved(key, is_time_stamped=False),
        )
    )
    sealed: bytes = output.getvalue()
    return sealed
