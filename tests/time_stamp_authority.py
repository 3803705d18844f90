"""A time-stamp authority for tests: ``openssl ts`` behind a small HTTP server."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certifly.core.clock import utc_now

CONFIG = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384
ess_cert_id_chain = yes
ess_cert_id_alg = sha256
"""

Answer = tuple[int, bytes]


@dataclass
class Authority:
    """A running authority; ``answer`` may be changed to one that misbehaves."""

    folder: Path
    root: bytes
    """DER of its root certificate."""
    answer: Callable[[bytes], Answer]
    port: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    """The headers of every request, their names in lower case."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/stamp"


@contextmanager
def time_stamp_authority(folder: Path) -> Iterator[Authority]:
    """An authority that answers until the block ends."""
    root = _make_certificates(folder)
    authority = Authority(folder, root, lambda request: (200, stamped(folder, request)))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            authority.asked.append({name.lower(): value for name, value in self.headers.items()})
            status, content = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", authority.url)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    authority.port = server.server_port
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def stamped(folder: Path, request: bytes) -> bytes:
    """What openssl answers to a request."""
    (folder / "request.tsq").write_bytes(request)
    command = [
        "openssl",
        "ts",
        "-reply",
        "-config",
        "tsa.cnf",
        "-queryfile",
        "request.tsq",
        "-out",
        "reply.tsr",
    ]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return (folder / "reply.tsr").read_bytes()


def _make_certificates(folder: Path) -> bytes:
    root_key, key = (generate_private_key(SECP256R1()) for _ in range(2))
    now = utc_now()

    def builder(name: str, of: object) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Time Root")]))
            .public_key(of.public_key())  # type: ignore[attr-defined]
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=30))
        )

    root = (
        builder("Time Root", root_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(root_key, SHA256())
    )
    own = (
        builder("Time Stamps", key)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(root_key, SHA256())
    )
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "tsa.pem").write_bytes(own.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "tsa.key").write_bytes(secret)
    (folder / "serial").write_text("01")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    return root.public_bytes(Encoding.DER)
