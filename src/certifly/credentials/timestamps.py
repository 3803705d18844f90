"""Time stamps (RFC 3161) for the seals of PDFs, from the one authority that the operator has set.

B-T: the token stands in the signature, and says that it was there at that time. B-LT: besides, the file carries
what a reader needs to judge the chains later, when nobody answers any more: the certificates of the issuer and of
the time-stamp authority, and the list of withdrawn certificates that the issuer's own authority signed at that
moment. Addresses named inside certificates are never called; what the time-stamp authority wants said of the
state of its own certificates it must put into its tokens.

When the authority does not answer as it should, nothing is signed: a file of a lower level than was asked for
would never be told from one that was meant so. The same where roots are named and the authority does not chain to one
of them: its stamps would not count when the file is checked.
"""

import base64
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException, HTTPResponse
from typing import Any, ClassVar, Literal
from urllib.parse import unquote, urlsplit, urlunsplit

from asn1crypto import algos, cms, core, crl, tsp, x509
from cryptography.hazmat.primitives.hashes import Hash
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from certifly.core.clock import utc_now
from certifly.credentials.chain import der_of
from certifly.credentials.errors import TimeStampAddressInvalid, TimeStampUnavailable
from certifly.credentials.keys import SealKey
from certifly.credentials.timestamp_trust import check_stamp

B_T: Literal["B-T"] = "B-T"
B_LT: Literal["B-LT"] = "B-LT"

WAIT_SECONDS = 10.0
"""For the connection, and for each piece of the answer."""
ANSWER_SECONDS_MAX = 20.0
ANSWER_BYTES_MAX = 64 * 1024
TOKEN_BYTES_MAX = 16 * 1024
"""Room that is left for a token with its certificates; common ones take 3,000 to 7,000 bytes."""
NONCE_BYTES = 8


@dataclass(slots=True)
class TimeStamps:
    """The time-stamp authority, and what is made of its tokens."""

    level: Literal["B-T", "B-LT"]
    url: str = field(repr=False)
    credentials: str | None = field(default=None, repr=False)
    roots: tuple[bytes, ...] = field(default=(), repr=False)
    """That the authority must chain to, in DER; without any, it is not asked for."""
    wait_seconds: float = WAIT_SECONDS
    clock: Callable[[], datetime] = utc_now
    """A list of withdrawn certificates is of the moment in which it is made, whatever time a signature states."""
    _certificates: tuple[bytes, ...] = field(default=(), repr=False)
    _lists: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def from_settings(
        cls, timestamp_url: str | None, level: Literal["B-T", "B-LT"], timestamp_roots: str | None = None
    ) -> "TimeStamps | None":
        """None where no authority is set. Raises TimeStampAddressInvalid, without quoting the password."""
        if timestamp_url is None:
            return None
        try:
            parts = urlsplit(timestamp_url)
            port = parts.port
        except ValueError:
            raise TimeStampAddressInvalid("cannot be read.") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise TimeStampAddressInvalid("is no address of a time-stamp authority.")
        if parts.scheme == "http" and parts.password and parts.hostname not in ("localhost", "127.0.0.1"):
            raise TimeStampAddressInvalid("would send the password in the clear.")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        place = host if port is None else f"{host}:{port}"
        user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        return cls(
            level=level,
            url=urlunsplit((parts.scheme, place, parts.path or "/", parts.query, "")),
            credentials=None if parts.username is None else base64.b64encode(user.encode()).decode(),
            roots=der_of(timestamp_roots or ""),
        )

    def stamp(self, signature: bytes, digest: str) -> bytes:
        """The token for a signature, in DER. Raises TimeStampUnavailable."""
        hashed = Hash(get_pyca_cryptography_hash(digest))
        hashed.update(signature)
        imprint = tsp.MessageImprint(
            {
                "hash_algorithm": algos.DigestAlgorithm({"algorithm": digest}),
                "hashed_message": hashed.finalize(),
            }
        )
        nonce = int.from_bytes(os.urandom(NONCE_BYTES), "big") | 1
        request = tsp.TimeStampReq(
            {"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True}
        )
        answer = self._ask(request.dump())
        try:
            token = _token_in(answer, imprint=imprint, nonce=nonce)
            self._require_counting(token, imprint)
            self._remember(token)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise TimeStampUnavailable("its answer is no time stamp") from None
        der: bytes = token.dump()
        if len(der) > TOKEN_BYTES_MAX:
            raise TimeStampUnavailable(f"its time stamp has more than {TOKEN_BYTES_MAX} bytes")
        return der

    def evidence(self) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        """The certificates and lists of withdrawn ones that come with the authority's tokens; asks once for one."""
        if not self._certificates:
            self.stamp(b"", "sha256")
        return self._certificates, self._lists

    def _require_counting(self, token: cms.ContentInfo, imprint: tsp.MessageImprint) -> None:
        """Raises TimeStampUnavailable for a stamp that would not count when the file is checked."""
        hashed: bytes = imprint["hashed_message"].native
        checked = check_stamp(token["content"], lambda _: hashed, self.roots)
        if checked is None:
            raise TimeStampUnavailable("the signature of its time stamp is wrong")
        if self.roots and not checked.is_confirmed:
            raise TimeStampUnavailable(
                f"its certificate ({checked.authority}) does not chain to a root in CERTIFLY_TIMESTAMP_ROOTS, or is "
                "not one for time stamps alone"
            )

    def _remember(self, token: cms.ContentInfo) -> None:
        signed = token["content"]
        self._certificates = tuple(one.chosen.dump() for one in signed["certificates"])
        lists = signed["crls"]
        self._lists = tuple(one.chosen.dump() for one in lists if one.name == "crl") if lists else ()

    def _ask(self, request: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        if self.credentials is not None:
            headers["Authorization"] = f"Basic {self.credentials}"
        asked = urllib.request.Request(self.url, data=request, headers=headers, method="POST")  # noqa: S310
        try:
            with _OPENER.open(asked, timeout=self.wait_seconds) as answer:
                return _read(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise TimeStampUnavailable(f"it answered {error.code}") from None
        except (OSError, HTTPException) as error:
            raise TimeStampUnavailable(f"it cannot be reached ({type(error).__name__})") from None


def add_evidence(writer: IncrementalPdfFileWriter, key: SealKey, timestamps: TimeStamps) -> None:
    """Put what a reader needs later into the revision that is about to be signed: it belongs to what is sealed."""
    certificates, lists = timestamps.evidence()
    if key.authority is not None:
        lists = (key.authority.list_withdrawn(now=timestamps.clock()), *lists)
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[x509.Certificate.load(one) for one in (*key.chain, *certificates)],
        crls=[crl.CertificateList.load(one) for one in lists],
    )


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Only the address that was set is asked."""


_OPENER = urllib.request.build_opener(_NoRedirects())


class _Response(core.Sequence):  # type: ignore[misc]
    """An answer as RFC 3161 (2.4.2) has it: asn1crypto takes none without a token, so a refusal would not be read."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


def _read(answer: HTTPResponse) -> bytes:
    deadline = time.monotonic() + ANSWER_SECONDS_MAX
    content = b""
    while piece := answer.read1(ANSWER_BYTES_MAX):
        content += piece
        if len(content) > ANSWER_BYTES_MAX:
            raise TimeStampUnavailable(f"its answer has more than {ANSWER_BYTES_MAX} bytes")
        if time.monotonic() > deadline:
            raise TimeStampUnavailable(f"its answer takes more than {ANSWER_SECONDS_MAX:.0f} seconds")
    return content


def _token_in(answer: bytes, *, imprint: tsp.MessageImprint, nonce: int) -> cms.ContentInfo:
    response = _Response.load(answer, strict=True)
    status = response["status"]["status"].native
    if status not in ("granted", "granted_with_mods"):
        raise TimeStampUnavailable(f"it refused the request ({status})")
    token = response["time_stamp_token"]
    stated = token["content"]["encap_content_info"]["content"].parsed
    if stated["message_imprint"].dump() != imprint.dump() or stated["nonce"].native != nonce:
        raise TimeStampUnavailable("its time stamp is for something else")
    if not token["content"]["certificates"]:
        raise TimeStampUnavailable("its time stamp comes without a certificate")
    return token
