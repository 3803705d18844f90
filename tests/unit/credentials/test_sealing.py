"""Sealed keys open for whom they were sealed, as they were written, under the same master key, and else never."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certifly.credentials.errors import KeysSealedOtherwise
from certifly.credentials.sealing import KEY_BYTES, NONCE_BYTES, VERSION, MasterKey
from tests.cast import SECRET_KEY

SECRET = b"a private key that nobody shall see"
MASTER = MasterKey.from_settings(None, SECRET_KEY)
SEALED = MASTER.seal(SECRET, tenant_id=7, key_id="proof-1")


@given(secret=st.binary(max_size=5000), tenant_id=st.integers(1, 2**53), key_id=st.text(max_size=40))
def test_what_is_sealed_opens_again(secret: bytes, tenant_id: int, key_id: str) -> None:
    sealed = MASTER.seal(secret, tenant_id=tenant_id, key_id=key_id)

    assert MASTER.unseal(sealed, tenant_id=tenant_id, key_id=key_id) == secret


def test_a_sealed_key_shows_nothing_and_is_never_the_same_twice() -> None:
    assert SECRET not in SEALED
    assert SEALED.startswith(VERSION)
    assert len(SEALED) == 1 + NONCE_BYTES + len(SECRET) + 16
    assert MASTER.seal(SECRET, tenant_id=7, key_id="proof-1") != SEALED


@pytest.mark.parametrize(("tenant_id", "key_id"), [(8, "proof-1"), (7, "proof-2"), (7, "token-1")])
def test_it_opens_for_no_other_tenant_and_under_no_other_name(tenant_id: int, key_id: str) -> None:
    with pytest.raises(KeysSealedOtherwise):
        MASTER.unseal(SEALED, tenant_id=tenant_id, key_id=key_id)


@given(position=st.integers(0, len(SEALED) - 1), bit=st.integers(0, 7))
def test_one_changed_bit_is_noticed(position: int, bit: int) -> None:
    changed = bytearray(SEALED)
    changed[position] ^= 1 << bit

    with pytest.raises(KeysSealedOtherwise):
        MASTER.unseal(bytes(changed), tenant_id=7, key_id="proof-1")


@given(length=st.integers(0, len(SEALED) - 1))
def test_a_piece_of_it_is_refused(length: int) -> None:
    with pytest.raises(KeysSealedOtherwise):
        MASTER.unseal(SEALED[:length], tenant_id=7, key_id="proof-1")


def test_the_master_key_comes_from_its_own_setting_or_else_from_the_secret_key() -> None:
    own = MasterKey.from_settings("m" * 32, SECRET_KEY)
    same = MasterKey.from_settings("m" * 32, "another secret key, as long as it must be")
    sealed = own.seal(SECRET, tenant_id=7, key_id="proof-1")

    assert same.unseal(sealed, tenant_id=7, key_id="proof-1") == SECRET
    with pytest.raises(KeysSealedOtherwise, match="CERTIFLY_MASTER_KEY"):
        MASTER.unseal(sealed, tenant_id=7, key_id="proof-1")


def test_a_master_key_is_not_shown_and_not_copied() -> None:
    master = MasterKey(b"k" * KEY_BYTES)

    assert "k" * 4 not in repr(master) + str(master)
    with pytest.raises(TypeError):
        pickle.dumps(master)
    with pytest.raises(TypeError):
        copy.deepcopy(master)
