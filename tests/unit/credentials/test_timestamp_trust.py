"""Which time stamps count: those of an authority under a root that was named, for what was stamped, and no others."""

import logging
from datetime import datetime, timedelta
from hashlib import sha256, sha512
from typing import Any

import pytest
from asn1crypto import cms, tsp
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certifly.credentials.timestamp_trust import CheckedStamp, check_stamp
from tests.cast import MONDAY, TUESDAY

SIGNATURE = b"the signature that is stamped"
FOR_STAMPS = (ExtendedKeyUsageOID.TIME_STAMPING,)


class Names:
    """Certificates by name, made when first asked for."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {
            name: generate_private_key(SECP256R1()) for name in ("Root", "Other", "Between")
        }
        self.keys["Stamps"] = rsa.generate_private_key(
            65537, 2048
        )  # pyHanko's authority for tests signs with no other
        self.root = self.make("Root", by="Root")
        self.other_root = self.make("Other", by="Other")

    def make(
        self,
        name: str,
        *,
        by: str,
        purposes: Any = None,
        is_critical: bool = True,
        ends_at: datetime = MONDAY + timedelta(days=300),
        is_authority: bool = True,
        named_as: str | None = None,
        revocations_at: str | None = None,
    ) -> x509.Certificate:
        def known_as(common: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])

        key = self.keys[name]
        builder = (
            x509.CertificateBuilder()
            .subject_name(known_as(named_as or name))
            .issuer_name(known_as(named_as if by == name and named_as else by))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(MONDAY - timedelta(days=30))
            .not_valid_after(ends_at)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if purposes is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=is_critical)
        if revocations_at is not None:
            place = x509.DistributionPoint([x509.UniformResourceIdentifier(revocations_at)], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([place]), critical=False)
        return builder.sign(self.keys[by], SHA256())

    def stamps(self, **changes: Any) -> x509.Certificate:
        """A certificate of an authority for time stamps."""
        sound = {"by": "Root", "purposes": FOR_STAMPS, "is_authority": False}
        return self.make("Stamps", **{**sound, **changes})

    def token(
        self, own: x509.Certificate, *others: x509.Certificate, at: datetime = MONDAY, digest: str = "sha256"
    ) -> cms.SignedData:
        """A time stamp that says this moment."""
        key = self.keys["Stamps"].private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        store = SimpleCertificateStore.from_certs([loaded(one) for one in others])
        stamper = DummyTimeStamper(loaded(own), PrivateKeyInfo.load(key), certs_to_embed=store, fixed_dt=at)
        imprint = sha256(SIGNATURE).digest() if digest == "sha256" else sha512(SIGNATURE).digest()
        request = tsp.TimeStampReq(
            {
                "version": 1,
                "message_imprint": {"hash_algorithm": {"algorithm": digest}, "hashed_message": imprint},
                "cert_req": True,
            }
        )
        response = stamper.request_tsa_response(request)
        return signed_data(response["time_stamp_token"].dump(force=True))


def signed_data(token: bytes) -> cms.SignedData:
    """The inner part of a time stamp."""
    found: cms.SignedData = cms.ContentInfo.load(token)["content"]
    return found


@pytest.fixture(scope="module")
def names() -> Names:
    return Names()


def loaded(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(der(certificate))


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def checked(
    token: cms.SignedData, *roots: x509.Certificate, signature: bytes = SIGNATURE
) -> CheckedStamp | None:
    digests = {"sha256": sha256, "sha512": sha512}
    return check_stamp(token, lambda named: digests[named](signature).digest(), [der(root) for root in roots])


def is_confirmed(token: cms.SignedData, *roots: x509.Certificate) -> bool:
    found = checked(token, *roots)
    assert found is not None, "it is a sound time stamp, whoever made it"
    return found.is_confirmed


@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_a_stamp_of_an_authority_under_a_named_root_is_confirmed(names: Names, digest: str) -> None:
    token = names.token(names.stamps(), names.root, digest=digest)

    assert checked(token, names.root) == CheckedStamp(MONDAY, "Common Name: Stamps", is_confirmed=True)
    assert is_confirmed(token, names.other_root, names.root)


def test_the_root_need_not_come_with_the_stamp(names: Names) -> None:
    assert is_confirmed(names.token(names.stamps()), names.root)


def test_an_authority_may_have_another_one_between_it_and_the_root(names: Names) -> None:
    between = names.make("Between", by="Root")
    own = names.stamps(by="Between")

    assert is_confirmed(names.token(own, between), names.root)
    assert is_confirmed(names.token(own), between), "which may be named itself"
    assert not is_confirmed(names.token(own), names.root), "its certificate is missing"


def test_no_root_or_another_one_confirms_nothing(names: Names, caplog: pytest.LogCaptureFixture) -> None:
    token = names.token(names.stamps(), names.root)

    with caplog.at_level(logging.DEBUG):
        assert not is_confirmed(token)
    assert caplog.records == [], "a library has nothing to complain about"
    assert not is_confirmed(token, names.other_root)


def test_a_self_signed_authority_is_not_confirmed_even_under_the_name_of_the_root(names: Names) -> None:
    for own in (names.stamps(by="Stamps"), names.stamps(by="Stamps", named_as="Root")):
        assert not is_confirmed(names.token(own, names.root), names.root)


def test_one_that_somebody_else_signed_in_the_name_of_the_root_is_not_confirmed(names: Names) -> None:
    impostor = names.make("Other", by="Other", named_as="Root")
    own = names.stamps(by="Other")
    as_if = names.stamps(by="Root")
    forged = asn1_x509.Certificate.load(der(as_if))
    forged["signature_value"] = asn1_x509.Certificate.load(der(own))["signature_value"]
    made_up = x509.load_der_x509_certificate(forged.dump(force=True))

    assert not is_confirmed(names.token(made_up, impostor), names.root)


def test_the_certificate_has_to_be_valid_at_the_time_of_the_stamp_and_not_today(names: Names) -> None:
    ended = names.stamps(ends_at=MONDAY)

    assert is_confirmed(names.token(ended, at=MONDAY - timedelta(seconds=2)), names.root)
    assert not is_confirmed(names.token(ended, at=MONDAY + timedelta(hours=1)), names.root)
    assert not is_confirmed(names.token(ended, at=MONDAY - timedelta(days=31)), names.root), (
        "nor before it began"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"purposes": None},
        {"purposes": [ExtendedKeyUsageOID.CODE_SIGNING]},
        {"purposes": [ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]},
        {"purposes": [*FOR_STAMPS, ExtendedKeyUsageOID.CODE_SIGNING]},
        {"is_critical": False},
    ],
)
def test_the_certificate_has_to_be_for_time_stamps_alone(names: Names, changes: dict[str, Any]) -> None:
    assert not is_confirmed(names.token(names.stamps(**changes)), names.root)


def test_an_authority_named_itself_has_to_be_for_time_stamps_too(names: Names) -> None:
    own, other = names.stamps(by="Stamps"), names.stamps(by="Stamps", purposes=None)

    assert is_confirmed(names.token(own), own)
    assert not is_confirmed(names.token(other), other)


@pytest.mark.parametrize(
    ("revoked_at", "confirmed"), [(MONDAY - timedelta(days=1), False), (MONDAY + timedelta(days=1), True)]
)
def test_a_list_of_revoked_certificates_in_the_stamp_counts(
    names: Names, revoked_at: datetime, confirmed: bool
) -> None:
    own = names.stamps(revocations_at="http://127.0.0.1:1/list.crl")
    assert is_confirmed(names.token(own, names.root), names.root), "nobody is asked for the list"
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(names.root.subject)
        .last_update(TUESDAY + timedelta(days=3))
        .next_update(TUESDAY + timedelta(days=10))
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(own.serial_number)
            .revocation_date(revoked_at)
            .build()
        )
        .sign(names.keys["Root"], SHA256())
    )
    token = names.token(own, names.root)
    token["crls"] = [
        cms.RevocationInfoChoice("crl", asn1_crl.CertificateList.load(made.public_bytes(Encoding.DER)))
    ]

    assert is_confirmed(token, names.root) == confirmed


def test_a_stamp_for_something_else_or_with_another_time_is_none(names: Names) -> None:
    token = names.token(names.stamps(), names.root)
    whole = cms.ContentInfo({"content_type": "signed_data", "content": token}).dump()
    later = signed_data(whole.replace(b"20261123090000Z", b"20201123090000Z"))
    signature = token["signer_infos"][0]["signature"].native
    broken = signed_data(whole.replace(signature, signature[:-1] + bytes([signature[-1] ^ 1])))

    assert checked(token, names.root, signature=b"another") is None
    assert later["encap_content_info"]["content"].parsed["gen_time"].native.year == 2020
    assert checked(later, names.root) is None
    assert checked(broken, names.root) is None


def test_a_digest_that_can_be_forged_is_none(names: Names) -> None:
    token = names.token(names.stamps())
    token["encap_content_info"]["content"].parsed["message_imprint"]["hash_algorithm"]["algorithm"] = "sha1"

    assert check_stamp(token, lambda _: sha256(SIGNATURE).digest(), [der(names.root)]) is None


@pytest.mark.parametrize("content", [b"", b"\x30\x00", b"0" * 40])
def test_what_is_no_stamp_raises(content: bytes) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        check_stamp(cms.SignedData.load(content), lambda _: b"", [])
