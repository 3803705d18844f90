"""Settings from the environment: all of them, from files too, every fault at once, and no secret told."""

import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from certifly.core.settings import (
    PREFIX,
    RETRIES_MAX,
    RETRY_SECONDS_MAX,
    ROOTS_BYTES_MAX,
    SECRET_FILE_BYTES_MAX,
    TIMESTAMP_ROOTS_MAX,
    Settings,
    SettingsInvalid,
)
from tests.sealing import outside_chain, private_key

SECRET = "k" * 32
NEEDED = {"CERTIFLY_SECRET_KEY": SECRET}

ROOTS = "".join(
    one.public_bytes(Encoding.PEM).decode() for one in outside_chain(private_key("P-256"))
).strip()

EVERY_SETTING: dict[str, tuple[str, Any]] = {
    "database_url": ("postgresql://certifly:pa55@db/certifly", "postgresql://certifly:pa55@db/certifly"),
    "database_owner_url": ("postgresql://owner:pa55@db/certifly", "postgresql://owner:pa55@db/certifly"),
    "files_url": ("s3://bucket/prefix", "s3://bucket/prefix"),
    "public_url": ("https://certificates.example.org/", "https://certificates.example.org"),
    "mail_url": ("smtp://user:pa55@mail:587", "smtp://user:pa55@mail:587"),
    "mail_from": ("certificates@example.org", "certificates@example.org"),
    "secret_key": ("s" * 40, "s" * 40),
    "master_key": ("m" * 40, "m" * 40),
    "timestamp_url": ("https://ada:pa55@tsa.example.org/", "https://ada:pa55@tsa.example.org/"),
    "timestamp_roots": (ROOTS, ROOTS),
    "pdf_signature_level": ("B-LT", "B-LT"),
    "recheck_one_in": ("20", 20),
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("8080", 8080),
    "log_level": ("debug", "debug"),
    "trusted_proxies": ("10.0.0.1, 10.8.0.0/16,2001:db8::/32", ("10.0.0.1", "10.8.0.0/16", "2001:db8::/32")),
    "worker_slots": ("3", 3),
    "worker_name": ("node-2", "node-2"),
    "render_processes": ("2", 2),
    "render_timeout_seconds": ("7.5", 7.5),
    "render_memory_mb": ("512", 512),
    "png_at_once": ("true", True),
    "fonts_dir": ("/srv/fonts", Path("/srv/fonts")),
    "rate_limit_per_minute": ("600", 600),
    "email_retry_seconds": ("1, 2.5,30", (1.0, 2.5, 30.0)),
}


def refused(environment: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsInvalid) as refusal:
        Settings.from_environment(NEEDED | environment)
    return refusal.value.faults


def test_this_list_knows_every_setting() -> None:
    assert set(EVERY_SETTING) == set(Settings.model_fields)


@pytest.mark.parametrize("name", EVERY_SETTING)
def test_every_setting_can_be_set(name: str) -> None:
    text, value = EVERY_SETTING[name]

    settings = Settings.from_environment(NEEDED | {f"{PREFIX}{name.upper()}": text})

    assert getattr(settings, name) == value


@pytest.mark.parametrize("name", EVERY_SETTING)
def test_every_setting_can_come_from_a_file(name: str, tmp_path: Path) -> None:
    text, value = EVERY_SETTING[name]
    file = tmp_path / "value"
    file.write_text(f"  {text}\n")
    needed = {} if name == "secret_key" else NEEDED

    settings = Settings.from_environment(needed | {f"{PREFIX}{name.upper()}_FILE": str(file)})

    assert getattr(settings, name) == value


@pytest.mark.parametrize("name", EVERY_SETTING)
def test_every_setting_is_described(name: str) -> None:
    assert Settings.model_fields[name].description


def test_one_setting_is_enough() -> None:
    settings = Settings.from_environment(NEEDED | {"HOME": "/somewhere/ada", "CERTIFLY_MAIL_URL": ""})

    assert settings.database_url.startswith("sqlite:///")
    assert settings.mail_url is None, "an empty variable is one that is not set"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings.from_environment(NEEDED).port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("port", ["1", "65535"], ["0", "65536", "-1", "http", "8000.5"]),
        ("worker_slots", ["1", "64"], ["0", "65"]),
        ("render_processes", ["1", "64"], ["0", "65"]),
        ("render_timeout_seconds", ["0.001", "300"], ["0", "300.1", "nan", "inf"]),
        ("render_memory_mb", ["256", "16384"], ["255", "16385"]),
        ("rate_limit_per_minute", ["0", "100000"], ["-1"]),
        ("log_level", ["debug", "info", "warning", "error"], ["INFO", "trace"]),
        (
            "trusted_proxies",
            ["none", "10.0.0.1", "10.0.0.0/8,::1", ",".join(["10.0.0.1"] * 100)],
            ["*", "0.0.0.0/0", "::/0", "proxy", "10.0.0.1/8", "none,::1", ",".join(["10.0.0.1"] * 101)],
        ),
        ("png_at_once", ["1", "false", "yes"], ["maybe"]),
        ("worker_name", ["a", "0-z", "a" * 63], ["-a", "A", "a b", "a" * 64]),
        ("secret_key", ["k" * 32, "ü" * 16], ["k" * 31, "ü" * 15]),
        ("master_key", ["k" * 32, "ü" * 16], ["k" * 31, "ü" * 15]),
        ("pdf_signature_level", ["B-T", "B-LT"], ["B-B", "B-LTA", "b-t"]),
        ("recheck_one_in", ["0", "1", "1000000"], ["-1", "1000001", "0.5"]),
        (
            "email_retry_seconds",
            ["0", "1,", "60", str(RETRY_SECONDS_MAX), ",".join(["1"] * RETRIES_MAX)],
            ["-1", "nan", "inf", "soon", str(RETRY_SECONDS_MAX + 1), ",".join(["1"] * (RETRIES_MAX + 1))],
        ),
        (
            "public_url",
            ["http://localhost:8000", "https://example.org/certificates", "https://[::1]:8000"],
            [
                "example.org",
                "ftp://example.org",
                "https://",
                "https://example.org?x",
                "https://example.org#x",
                "https://example.org?",
                "https://ada:pa55@example.org",
                "https://example .org",
                "https://example.org:99999",
                "https://[::1",
            ],
        ),
        (
            "database_url",
            ["sqlite:///x.db", "sqlite:////srv/x.db", "postgresql://h/d", "postgresql+psycopg://h:5432/d"],
            [
                "mysql://h/d",
                "x.db",
                "sqlite:///",
                "sqlite:///:memory:",
                "postgresql://h:99999/d",
                "postgresql://h:x/d",
            ],
        ),
        ("database_owner_url", ["postgresql://owner@h/d"], ["owner", "postgresql://h:99999/d"]),
    ],
)
def test_both_sides_of_every_bound(name: str, good: list[str], bad: list[str]) -> None:
    variable = f"{PREFIX}{name.upper()}"
    for text in good:
        Settings.from_environment(NEEDED | {variable: text})
    for text in bad:
        faults = refused({variable: text})

        assert len(faults) == 1, text
        assert re.match(rf"{variable}: ", faults[0]), text
        assert faults[0].endswith("."), faults[0]


def test_a_setting_without_which_there_is_no_start_says_how_to_make_one() -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        Settings.from_environment({})

    assert refusal.value.faults == ["CERTIFLY_SECRET_KEY is not set. Make one: openssl rand -hex 32"]


@pytest.mark.parametrize(
    ("variable", "hint"),
    [
        ("CERTIFLY_MAILURL", " Did you mean CERTIFLY_MAIL_URL?"),
        ("CERTIFLY_DATABASE", " Did you mean CERTIFLY_DATABASE_URL?"),
        ("CERTIFLY_SECRET_KEYS_FILE", " Did you mean CERTIFLY_SECRET_KEY?"),
        ("CERTIFLY_ZEPPELIN", ""),
    ],
)
def test_an_unknown_variable_is_refused_and_its_neighbour_named(variable: str, hint: str) -> None:
    assert refused({variable: "x"}) == [f"{variable} is not a setting of Certifly.{hint}"]


def test_a_value_and_a_file_together_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s" * 32)

    assert refused({"CERTIFLY_SECRET_KEY_FILE": str(file)}) == [
        "CERTIFLY_SECRET_KEY and CERTIFLY_SECRET_KEY_FILE are both set. Keep one."
    ]


def test_a_file_that_cannot_be_used_is_told_without_its_name(tmp_path: Path) -> None:
    """Somebody may have put the secret itself where its file belongs."""
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text(" \n")
    binary.write_bytes(b"\xff\xfe")
    for value, fault in [
        ("hunter2-hunter2", "names a file that cannot be read (FileNotFoundError)."),
        (str(tmp_path), "names a file that cannot be read (IsADirectoryError)."),
        ("x" * 300, "names a file that cannot be read (OSError)."),
        (str(binary), "names a file that cannot be read (UnicodeDecodeError)."),
        (str(empty), "names a file that is empty."),
    ]:
        with pytest.raises(SettingsInvalid) as refusal:
            Settings.from_environment({"CERTIFLY_SECRET_KEY_FILE": value})

        assert refusal.value.faults == [f"CERTIFLY_SECRET_KEY_FILE {fault}"], "and nothing of a missing key"


def test_a_file_is_read_up_to_a_bound(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"s" * (SECRET_FILE_BYTES_MAX + 1))

    settings = Settings.from_environment({"CERTIFLY_SECRET_KEY_FILE": str(file)})

    assert len(settings.secret_key) == SECRET_FILE_BYTES_MAX


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        Settings.from_environment(
            {
                "CERTIFLY_PORT": "0",
                "CERTIFLY_PUBLIC_URL": "example.org",
                "CERTIFLY_MAIL_FORM": "a@example.org",
                "CERTIFLY_MAIL_URL_FILE": str(tmp_path / "none"),
                "CERTIFLY_HOST": "::1",
                "CERTIFLY_HOST_FILE": str(tmp_path / "none"),
            }
        )

    assert [fault.split()[0].rstrip(":") for fault in refusal.value.faults] == [
        "CERTIFLY_HOST",
        "CERTIFLY_MAIL_FORM",
        "CERTIFLY_MAIL_URL_FILE",
        "CERTIFLY_PUBLIC_URL",
        "CERTIFLY_SECRET_KEY",
        "CERTIFLY_PORT",
    ]
    for fault in refusal.value.faults:
        assert fault in refusal.value.message


def test_no_secret_is_shown_by_the_settings() -> None:
    secrets = {
        "CERTIFLY_SECRET_KEY": "hunter2-" * 4,
        "CERTIFLY_DATABASE_URL": "postgresql://certifly:hunter2@db/certifly",
        "CERTIFLY_DATABASE_OWNER_URL": "postgresql://owner:hunter2@db/certifly",
        "CERTIFLY_MAIL_URL": "smtp://certifly:hunter2@mail:587",
        "CERTIFLY_MASTER_KEY": "hunter2+" * 4,
        "CERTIFLY_TIMESTAMP_URL": "https://certifly:hunter2@tsa.example.org/",
    }
    settings = Settings.from_environment(secrets)

    assert "hunter2" not in repr(settings) + str(settings)


@pytest.mark.parametrize(
    "environment",
    [
        {"CERTIFLY_SECRET_KEY": "hunter2"},
        {"CERTIFLY_MASTER_KEY": "hunter2"},
        {"CERTIFLY_DATABASE_URL": "mysql://certifly:hunter2@db/certifly"},
        {"CERTIFLY_DATABASE_URL": "postgresql://certifly:hunter2@db:x/certifly"},
        {"CERTIFLY_DATABASE_OWNER_URL": "hunter2"},
        {"CERTIFLY_PUBLIC_URL": "https://ada:hunter2@example.org"},
        {"CERTIFLY_MAIL_FROM": "hunter2"},
        {"CERTIFLY_SECRET_KEYS": "hunter2"},
        {"CERTIFLY_SECRET_KEY_FILE": "hunter2"},
        {"CERTIFLY_MAIL_URL_FILE": "hunter2"},
    ],
    ids=lambda environment: next(iter(environment)) + str(len(str(environment))),
)
def test_no_secret_is_told_by_a_refusal(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        Settings.from_environment(NEEDED | environment)

    assert "hunter2" not in refusal.value.message + repr(refusal.value)
    assert refusal.value.__cause__ is None, "nothing behind it quotes what was given"


def test_the_roots_of_time_stamps_are_certificates_and_not_too_many(tmp_path: Path) -> None:
    one = ROOTS.partition("-----END CERTIFICATE-----\n")[0] + "-----END CERTIFICATE-----\n"
    most, too_many = one * TIMESTAMP_ROOTS_MAX, one * (TIMESTAMP_ROOTS_MAX + 1)
    long, too_long = (one + "#" * (ROOTS_BYTES_MAX + more - len(one)) for more in (0, 1))

    for taken in (one, most, long):
        file = tmp_path / "roots.pem"
        file.write_text(taken)
        environment = NEEDED | {"CERTIFLY_TIMESTAMP_ROOTS_FILE": str(file)}
        assert Settings.from_environment(environment).timestamp_roots == taken.strip()
    broken = one.replace("MII", "AAA")
    for wrong in ("root.pem", "-----BEGIN CERTIFICATE-----", broken, too_many, too_long, too_long * 2):
        [fault] = refused({"CERTIFLY_TIMESTAMP_ROOTS": wrong})
        assert fault.startswith(
            f"CERTIFLY_TIMESTAMP_ROOTS: must be 1 to {TIMESTAMP_ROOTS_MAX} certificates in PEM"
        )
    [fault] = refused({"CERTIFLY_TIMESTAMP_ROOTS_FILE": str(tmp_path / "nowhere.pem")})
    assert "CERTIFLY_TIMESTAMP_ROOTS_FILE names a file that cannot be read" in fault
