from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.control.database import StoreError
from commandwall.control.invitations import FILE_NAME, Invitation, Invitations
from commandwall.control.users import NotSignedInError
from tests.unit.control.stage import Hands

ZHANG = Invitation("flood", "k3", "zhang", 1000)


@pytest.fixture
def clock() -> Hands:
    return Hands(900.0)


@pytest.fixture
def invitations(tmp_path: Path, clock: Hands) -> Invitations:
    return Invitations(tmp_path, clock)


def test_a_token_says_who_is_invited_where(invitations: Invitations) -> None:
    token = invitations.token(ZHANG)
    assert invitations.read(token) == ZHANG
    of_an_account = replace(ZHANG, key=bytes(range(32)))
    assert invitations.read(invitations.token(of_an_account)) == of_an_account
    assert token.startswith("cwi_") and token.isascii() and not set(token) & set("+/= ")


def test_a_token_holds_until_it_expires(invitations: Invitations, clock: Hands) -> None:
    token = invitations.token(ZHANG)
    clock.now_s = 1000.5
    with pytest.raises(NotSignedInError, match="has expired; ask for a new one") as caught:
        invitations.read(token)
    assert caught.value.zh == "此邀请已过期，请索取新的邀请"


def test_a_restart_takes_the_tokens_from_before(
    invitations: Invitations, tmp_path: Path, clock: Hands
) -> None:
    assert Invitations(tmp_path, clock).read(invitations.token(ZHANG)) == ZHANG
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_another_site_takes_none_of_them(
    invitations: Invitations, tmp_path_factory: pytest.TempPathFactory, clock: Hands
) -> None:
    elsewhere = Invitations(tmp_path_factory.mktemp("city"), clock)
    with pytest.raises(NotSignedInError, match="not of this centre"):
        elsewhere.read(invitations.token(ZHANG))


def test_what_is_signed_cannot_be_swapped(invitations: Invitations) -> None:
    said, _, tag = invitations.token(ZHANG).partition(".")
    other = invitations.token(replace(ZHANG, participant="li")).partition(".")[0]
    for forged in (f"{other}.{tag}", f"{said}.", said, f"{said}.{tag[:-2]}", "cwi_", f"{said}.é"):
        with pytest.raises(NotSignedInError):
            invitations.read(forged)


def test_a_key_that_is_damaged_is_replaced(tmp_path: Path, clock: Hands) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"short")
    fresh = Invitations(tmp_path, clock)
    assert fresh.read(fresh.token(ZHANG)) == ZHANG


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, clock: Hands) -> None:
    with pytest.raises(StoreError, match=rf"{FILE_NAME}: "):
        Invitations(tmp_path / "gone", clock)


@given(st.text())
def test_anything_else_is_no_invitation(token: str) -> None:
    class Keyed(Invitations):
        def __init__(self) -> None:
            self._key, self._utc_s = b"k" * 32, lambda: 0.0

    with pytest.raises(NotSignedInError):
        Keyed().read(token)
