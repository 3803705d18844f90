"""Whether a time stamp (RFC 3161) counts: anybody can make one, so its authority must chain to a root that is named.

The operator names the roots (``CERTIFLY_TIMESTAMP_ROOTS``); no list of the system or of a library is used. The chain is
judged at the time of the stamp, with the certificates and lists of revoked ones that come with the stamp. Nothing is
fetched.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, x509
from cryptography.hazmat.primitives.hashes import Hash
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.generic_cms import validate_sig_integrity, validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

CERTIFICATES_MAX = 12
"""That come with one time stamp, and lists of revoked certificates."""
DIGESTS = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})
"""Those that nobody can find a second text for."""
NAME_CHARACTERS_MAX = 300

Imprint = Callable[[str], bytes]
"""The digest of what was stamped, by a hash that is named."""


@dataclass(frozen=True, slots=True)
class CheckedStamp:
    """A time stamp whose signature is right and which is for this very thing."""

    stamped_at: datetime
    authority: str
    """As its certificate names it, shortened."""
    is_confirmed: bool
    """Whether its authority chains to one of the roots, for time stamps, at the time of the stamp."""


def check_stamp(token: cms.SignedData, imprint: Imprint, roots: Sequence[bytes]) -> CheckedStamp | None:
    """What a time stamp is worth; None when it is broken, or for something else.

    Raises ValueError and others for what is not a time stamp: it comes from strangers.
    """
    stated = token["encap_content_info"]["content"].parsed
    stamped_at: datetime = stated["gen_time"].native
    (signer,) = token["signer_infos"]
    digest = signer["digest_algorithm"]["algorithm"].native
    stamped = stated["message_imprint"]
    named = stamped["hash_algorithm"]["algorithm"].native
    if not DIGESTS.issuperset((digest, named)) or stamped["hashed_message"].native != imprint(named):
        return None
    authority = extract_certificate_info(token).signer_cert
    hashed = Hash(get_pyca_cryptography_hash(digest))
    hashed.update(bytes(token["encap_content_info"]["content"]))
    if not all(validate_sig_integrity(signer, authority, "tst_info", hashed.finalize())):
        return None
    return CheckedStamp(
        stamped_at,
        authority.subject.human_friendly[:NAME_CHARACTERS_MAX],
        is_confirmed=bool(roots)
        and _is_for_time_stamps(authority)
        and _is_under(roots, token, imprint, moment=stamped_at),
    )


def _is_under(roots: Sequence[bytes], token: cms.SignedData, imprint: Imprint, *, moment: datetime) -> bool:
    """Whether the authority chains to one of the roots at this moment. Without roots pyHanko would ask the system's."""
    others = [one.chosen for one in token["certificates"] if one.name == "certificate"]
    lists = [one.chosen for one in token["crls"] or () if one.name == "crl"]
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(root) for root in roots],
        other_certs=others[:CERTIFICATES_MAX],
        crls=lists[:CERTIFICATES_MAX],
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
        retroactive_revinfo=True,  # a list that is newer than the stamp still says when a certificate was revoked
    )
    found = asyncio.run(validate_tst_signed_data(token, context, imprint))
    return bool(TimestampSignatureStatus(**found).trusted)


def _is_for_time_stamps(certificate: x509.Certificate) -> bool:
    """For nothing else, and marked critical (RFC 3161, 2.3)."""
    return any(
        extension["extn_id"].native == "extended_key_usage"
        and extension["critical"].native is True
        and extension["extn_value"].parsed.native == ["time_stamping"]
        for extension in certificate["tbs_certificate"]["extensions"]
    )
