"""What an operator sets, from the environment, checked once at the start.

Every setting is a variable ``CERTIFLY_<NAME>``; ``CERTIFLY_<NAME>_FILE`` names a file that holds the value,
for secrets that should not stand in an environment. A wrong or unknown setting stops the start with one
message that lists every fault.
"""

import difflib
import ipaddress
import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from certifly.core.errors import DomainError

PREFIX = "CERTIFLY_"
SECRET_KEY_BYTES_MIN = 32
_PLAIN_ADDRESS = re.compile(r"[^\s@<>(),;:\"\[\]\\]+@[^\s@<>(),;:\"\[\]\\]+")
SECRET_FILE_BYTES_MAX = 64 * 1024
ROOTS_BYTES_MAX = 48 * 1024
TIMESTAMP_ROOTS_MAX = 16
PEM_START = "-----BEGIN CERTIFICATE-----"
OF_CLIENTS = {"token", "token_file"}
"""What clients on this machine read under our prefix: no settings, and no mistakes either."""
RETRIES_MAX = 20
TRUSTED_PROXIES_MAX = 100
RETRY_SECONDS_MAX = 7 * 24 * 3600


class SettingsInvalid(DomainError):
    """The environment holds settings that cannot be used; the message lists all of them."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("Certifly cannot start with these settings:\n" + "\n".join(f"  {f}" for f in faults))
        self.faults = faults


class Settings(BaseModel):
    """Everything an operator can choose. The docstring of each field is its entry in the reference."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    # What may hold a password is not shown when the settings are.
    database_url: Annotated[str, Field(repr=False)] = "sqlite:///var/certifly.db"
    """Where data lives: ``sqlite:///path`` or ``postgresql://user:password@host/name`` (the service role)."""
    database_owner_url: Annotated[str | None, Field(repr=False)] = None
    """PostgreSQL only: the role that owns the tables, used by ``certifly migrate`` alone."""
    files_url: str = "var/files"
    """Where PDFs, PNGs and pictures live: a folder, or ``s3://bucket/prefix``."""
    public_url: str = "http://localhost:8000"
    """The address people reach this server at; printed in QR codes for ever, so choose it before issuing."""
    mail_url: Annotated[str | None, Field(repr=False)] = None
    """Mail server: ``smtp://user:password@host:587`` or ``smtps://…``. Unset: messages stay in the outbox."""
    mail_from: str = "certificates@localhost"
    """Address that e-mails come from."""
    secret_key: Annotated[str, Field(repr=False)]
    """At least 32 random bytes, hex or text; signs paging cursors, and seals signing keys without a master key.
    ``openssl rand -hex 32`` makes one."""
    master_key: Annotated[str | None, Field(repr=False)] = None
    """Seals the signing keys of all tenants. Unset: derived from the secret key. Lose it and every tenant needs
    new keys; keep a copy apart from the database's backups. ``openssl rand -hex 32`` makes one."""
    timestamp_url: Annotated[str | None, Field(repr=False)] = None
    """Time-stamp authority (RFC 3161), ``https://user:password@tsa.example.org/``: PDFs are then signed at the
    level that ``pdf_signature_level`` names. Unset: PAdES B-B, and nobody is asked for anything."""
    timestamp_roots: str | None = None
    """Certificates in PEM that a time-stamp authority must chain to; usually ``CERTIFLY_TIMESTAMP_ROOTS_FILE`` names a
    file with the root of your authority. When a file is checked, only time stamps under these roots are confirmed, and
    PDFs are signed with no others. Unset: no time stamp is confirmed."""
    pdf_signature_level: Literal["B-T", "B-LT"] = "B-T"
    """With a time-stamp authority: ``B-T`` adds its time stamp, ``B-LT`` also what is needed to check it later."""
    recheck_one_in: Annotated[int, Field(ge=0, le=1_000_000)] = 100
    """Of so many new certificates one is verified again, by other software than that which signed it; 0: none."""
    host: str = "127.0.0.1"
    """Address the web server listens on."""
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    """Port the web server listens on."""
    trusted_proxies: Annotated[tuple[str, ...], Field(max_length=TRUSTED_PROXIES_MAX)] = ("127.0.0.1", "::1")
    """Addresses or networks (``10.0.0.0/8``) of reverse proxies, comma separated, or ``none``. Only a proxy named here
    is believed when its ``X-Forwarded-For`` says who called; without that, all visitors behind it share the limits of
    one address."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much is logged."""
    worker_slots: Annotated[int, Field(ge=1, le=64)] = 1
    """Worker processes that ``certifly work`` and ``certifly run`` keep alive."""
    worker_name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")] = "worker"
    """Name of this machine's worker slots; different on every node that shares a database."""
    render_processes: Annotated[int, Field(ge=1, le=64)] = 1
    """Render processes under each worker slot; the web process keeps as many for previews and PNGs."""
    render_timeout_seconds: Annotated[float, Field(gt=0, le=300)] = 20.0
    """Most processor time one rendering may use before its process is killed. By the clock it may take three times
    as long, at least 10 seconds: when that runs out the server is busy, and the rendering is tried again later."""
    render_memory_mb: Annotated[int, Field(ge=256, le=16384)] = 1024
    """Most memory one render process may use."""
    png_at_once: bool = False
    """Make the PNG together with the PDF, instead of on the first request."""
    fonts_dir: Path | None = None
    """Folder of further fonts, beside the ones that come with Certifly."""
    rate_limit_per_minute: Annotated[int, Field(ge=0)] = 0
    """Most API calls a minute per token in one web process; 0 means no limit."""
    email_retry_seconds: Annotated[
        tuple[Annotated[float, Field(ge=0, le=RETRY_SECONDS_MAX)], ...], Field(max_length=RETRIES_MAX)
    ] = (60.0, 300.0, 1800.0, 7200.0, 28800.0)
    """Waits between the attempts to deliver one e-mail, comma separated; after the last it has failed."""

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        is_address = parts.scheme in ("http", "https") and parts.hostname and not re.search(r"\s", value)
        if not is_address or "@" in parts.netloc or "?" in value or "#" in value or not _has_port(value):
            raise ValueError("must be an address such as https://certificates.example.org")
        return value.rstrip("/")

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _is_a_known_database(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(
            ("sqlite:///", "postgresql://", "postgresql+psycopg://")
        ):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        if value is not None and value.removeprefix("sqlite:///") in ("", ":memory:"):
            raise ValueError("must name a file, such as sqlite:///var/certifly.db")
        if value is not None and not value.startswith("sqlite") and not _has_port(value):
            raise ValueError("has a port that is no number below 65536")
        return value

    @field_validator("secret_key", "master_key")
    @classmethod
    def _is_long_enough(cls, value: str | None) -> str | None:
        if value is not None and len(value.encode()) < SECRET_KEY_BYTES_MIN:
            raise ValueError(
                f"must have at least {SECRET_KEY_BYTES_MIN} characters; make one: openssl rand -hex 32"
            )
        return value

    @field_validator("timestamp_roots")
    @classmethod
    def _are_roots(cls, value: str | None) -> str | None:
        if value is None:
            return None
        is_small = len(value) <= ROOTS_BYTES_MAX and value.count(PEM_START) <= TIMESTAMP_ROOTS_MAX
        if not is_small or not _are_certificates(value):
            raise ValueError(
                f"must be 1 to {TIMESTAMP_ROOTS_MAX} certificates in PEM, at most {ROOTS_BYTES_MAX} bytes; name the "
                f"file that holds them in {PREFIX}TIMESTAMP_ROOTS_FILE"
            )
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_a_plain_address(cls, value: str) -> str:
        # Found out at the start: later, every single e-mail would be refused for it.
        if not _PLAIN_ADDRESS.fullmatch(value):
            raise ValueError("must be a plain address such as certificates@example.org, without a name")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value == ("none",):
            return ()
        for one in value:
            try:
                network = ipaddress.ip_network(one)
            except ValueError:
                raise ValueError(
                    "must be addresses or networks such as 10.0.0.1,10.8.0.0/16, or none"
                ) from None
            if network.prefixlen == 0:
                raise ValueError(
                    "must name the proxies themselves: a network of all addresses trusts everybody"
                )
        return value

    @field_validator("email_retry_seconds", "trusted_proxies", mode="before")
    @classmethod
    def _splits_at_commas(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read and check every ``CERTIFLY_*`` variable; raises SettingsInvalid with every fault found."""
        values, faults = _collect(environment, known=set(cls.model_fields))
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            for fault in error.errors(include_url=False, include_input=False, include_context=False):
                name = f"{PREFIX}{str(fault['loc'][0]).upper()}"
                if fault["type"] == "missing":
                    if any(known.startswith(f"{name}_FILE") for known in faults):
                        continue  # set, but by a file that cannot be used
                    faults.append(f"{name} is not set. Make one: openssl rand -hex 32")
                else:
                    faults.append(f"{name}: {fault['msg'].removeprefix('Value error, ')}.")
            raise SettingsInvalid(faults) from None
        if faults:
            raise SettingsInvalid(faults)
        return settings


def _collect(environment: Mapping[str, str], *, known: set[str]) -> tuple[dict[str, str], list[str]]:
    values: dict[str, str] = {}
    faults: list[str] = []
    for variable, value in sorted(environment.items()):
        if not variable.startswith(PREFIX) or value == "":
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in OF_CLIENTS:
            continue
        if name in known:
            values[name] = value
        elif name.endswith("_file") and name.removesuffix("_file") in known:
            name = name.removesuffix("_file")
            if name in values:  # sorted: CERTIFLY_X comes before CERTIFLY_X_FILE
                faults.append(f"{PREFIX}{name.upper()} and {variable} are both set. Keep one.")
                continue
            # Without the value: somebody may have put the secret itself where its file belongs.
            try:
                content = _read_secret(Path(value))
            except (OSError, UnicodeDecodeError) as error:
                faults.append(f"{variable} names a file that cannot be read ({type(error).__name__}).")
                continue
            if content:
                values[name] = content
            else:
                faults.append(f"{variable} names a file that is empty.")
        else:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {PREFIX}{near[0].upper()}?" if near else ""
            faults.append(f"{variable} is not a setting of Certifly.{hint}")
    return values, faults


def _read_secret(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(SECRET_FILE_BYTES_MAX).decode().strip()


def _has_port(address: str) -> bool:
    """Whether the port of an address, if it has one, can be one."""
    try:
        _ = urlsplit(address).port
    except ValueError:
        return False
    return True


def _are_certificates(pem: str) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError):
        return False
    return True
