"""Private keys are opened, written and used in a few files, and these are all there are."""

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "certifly"

ALLOWED = {
    r"\bprivate_bytes(_raw)?\b": {"credentials/make_keys.py"},
    r"\bprivate_numbers\b": set(),
    r"\bunseal\b": {"credentials/sealing.py", "credentials/keyring.py", "credentials/make_keys.py"},
    r"\bload_(der|pem)_private_key\b": {"credentials/keyring.py", "credentials/make_keys.py"},
    r"\bload_pkcs12\b": {"credentials/import_seal.py"},
    r"\._private\b": {"credentials/keys.py"},
    r"\.sealed\b": {"credentials/keyring.py", "credentials/make_keys.py", "credentials/rotate.py"},
}


@pytest.mark.parametrize("pattern", ALLOWED)
def test_private_keys_are_handled_where_they_belong(pattern: str) -> None:
    found = {
        str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if re.search(pattern, path.read_text())
    }

    assert found == ALLOWED[pattern]
