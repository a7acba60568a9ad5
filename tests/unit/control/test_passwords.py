from __future__ import annotations

import pytest

from commandwall.base.errors import InvalidError
from commandwall.control.passwords import Passwords


async def test_a_password_matches_its_own_hash_only(passwords: Passwords) -> None:
    stored = await passwords.hash("罗湖指挥中心-2014")
    assert "罗湖" not in stored
    assert stored.startswith("$argon2id$")
    assert await passwords.matches("罗湖指挥中心-2014", stored)
    assert not await passwords.matches("罗湖指挥中心-2015", stored)
    assert await passwords.hash("罗湖指挥中心-2014") != stored


async def test_nobody_has_no_password(passwords: Passwords) -> None:
    assert not await passwords.matches("anything at all", None)


async def test_a_damaged_hash_matches_nothing(passwords: Passwords) -> None:
    assert not await passwords.matches("anything at all", "$argon2id$broken")


@pytest.mark.parametrize("password", ["", "short12", "x" * 257])
async def test_poor_passwords_are_refused(passwords: Passwords, password: str) -> None:
    with pytest.raises(InvalidError) as caught:
        await passwords.hash(password)
    assert caught.value.field == "password"


async def test_a_very_long_guess_is_just_wrong(passwords: Passwords) -> None:
    stored = await passwords.hash("correct horse")
    assert not await passwords.matches("x" * 1_000_000, stored)
