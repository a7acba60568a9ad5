from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.control.accounts import Accounts
from commandwall.control.database import FILE_NAME, Database
from commandwall.control.guessing import GuessGuard, TooManyTriesError
from commandwall.control.passwords import Passwords
from commandwall.control.roles import Principal, Role
from commandwall.control.users import NotSignedInError, Users

PASSWORD = "a-good-password"
HOUR_S = 3600.0


class Time:
    """Both clocks, advanced by hand."""

    def __init__(self) -> None:
        self.s = 1_700_000_000.0

    def clock(self) -> float:
        return self.s

    def utc_ns(self) -> int:
        return int(self.s) * 1_000_000_000


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def users(database: Database, passwords: Passwords, time: Time, monkeypatch: pytest.MonkeyPatch) -> Users:
    monkeypatch.setattr("commandwall.control.accounts.utc_ns", time.utc_ns)
    return Users(
        Accounts(database), passwords, GuessGuard(time.clock), clock=time.clock, now_utc_ns=time.utc_ns
    )


async def test_the_first_user_is_made_once(users: Users) -> None:
    password = await users.ensure_first_user()
    assert password is not None
    secret = await users.sign_in("admin", password, "127.0.0.1")
    assert await users.by_session(secret) == Principal("admin", Role.ADMIN)
    assert await users.ensure_first_user() is None


async def test_signing_in_and_out(users: Users) -> None:
    await users.add("林晓", Role.OPERATOR, PASSWORD)
    secret = await users.sign_in("林晓", PASSWORD, "127.0.0.1")
    assert await users.by_session(secret) == Principal("林晓", Role.OPERATOR)
    await users.sign_out(secret)
    with pytest.raises(NotSignedInError):
        await users.by_session(secret)


@pytest.mark.parametrize(("name", "password"), [("lin", "wrong"), ("nobody", PASSWORD), ("", "")])
async def test_a_wrong_sign_in_does_not_say_what_was_wrong(users: Users, name: str, password: str) -> None:
    await users.add("lin", Role.OPERATOR, PASSWORD)
    with pytest.raises(NotSignedInError, match="user name or password is wrong"):
        await users.sign_in(name, password, "127.0.0.1")


async def test_guessing_is_stopped_even_with_the_right_password(users: Users, time: Time) -> None:
    await users.add("lin", Role.OPERATOR, PASSWORD)
    for _ in range(5):
        with pytest.raises(NotSignedInError):
            await users.sign_in("lin", "wrong", "10.0.0.1")
    with pytest.raises(TooManyTriesError):
        await users.sign_in("lin", PASSWORD, "10.0.0.1")
    time.s += 2
    await users.sign_in("lin", PASSWORD, "10.0.0.1")


async def test_the_database_holds_no_secret(users: Users, tmp_path: Path) -> None:
    await users.add("lin", Role.OPERATOR, PASSWORD)
    secrets = [
        await users.sign_in("lin", PASSWORD, "127.0.0.1"),
        await users.create_token("panel", Role.VIEWER),
    ]
    stored = b"".join(file.read_bytes() for file in (tmp_path / "state").glob(f"{FILE_NAME}*"))
    assert b"panel" in stored
    for secret in (*secrets, PASSWORD):
        assert secret.encode() not in stored


async def test_a_session_that_is_used_lasts_a_week_and_not_longer(users: Users, time: Time) -> None:
    await users.add("lin", Role.OPERATOR, PASSWORD)
    secret = await users.sign_in("lin", PASSWORD, "127.0.0.1")
    for _ in range(7 * 3 - 1):
        time.s += 8 * HOUR_S
        await users.by_session(secret)
    time.s += 9 * HOUR_S
    with pytest.raises(NotSignedInError, match="ended"):
        await users.by_session(secret)


async def test_a_session_that_is_not_used_ends_after_half_a_day(users: Users, time: Time) -> None:
    await users.add("lin", Role.OPERATOR, PASSWORD)
    secret = await users.sign_in("lin", PASSWORD, "127.0.0.1")
    time.s += 12 * HOUR_S + 2
    with pytest.raises(NotSignedInError, match="ended"):
        await users.by_session(secret)


async def test_sessions_long_unused_are_swept_out(users: Users, time: Time, database: Database) -> None:
    await users.add("lin", Role.OPERATOR, PASSWORD)
    await users.sign_in("lin", PASSWORD, "127.0.0.1")
    time.s += 24 * HOUR_S
    await users.sign_in("lin", PASSWORD, "127.0.0.1")
    count = await database.run(
        lambda connection: connection.execute("SELECT count(*) FROM sessions").fetchone()
    )
    assert count == (1,)


async def test_a_full_disk_signs_nobody_out(users: Users, time: Time, database: Database) -> None:
    await users.add("lin", Role.OPERATOR, PASSWORD)
    secret = await users.sign_in("lin", PASSWORD, "127.0.0.1")
    await database.run(lambda connection: connection.execute("PRAGMA query_only = ON").fetchall())
    time.s += HOUR_S
    assert (await users.by_session(secret)).name == "lin"


async def test_a_new_password_ends_the_sessions(users: Users) -> None:
    await users.add("lin", Role.OPERATOR, PASSWORD)
    secret = await users.sign_in("lin", PASSWORD, "127.0.0.1")
    await users.by_session(secret)
    await users.set_password("lin", "another-password")
    with pytest.raises(NotSignedInError):
        await users.by_session(secret)
    await users.sign_in("lin", "another-password", "127.0.0.1")
    with pytest.raises(NotFoundError, match="nobody"):
        await users.set_password("nobody", "another-password")


async def test_a_removed_user_is_gone_at_once_with_all_sessions(users: Users) -> None:
    await users.add("boss", Role.ADMIN, PASSWORD)
    await users.add("lin", Role.OPERATOR, PASSWORD)
    secret = await users.sign_in("lin", PASSWORD, "127.0.0.1")
    await users.by_session(secret)
    await users.remove("lin")
    with pytest.raises(NotSignedInError):
        await users.by_session(secret)
    assert [user.name for user in await users.users()] == ["boss"]
    with pytest.raises(NotFoundError):
        await users.remove("lin")


async def test_the_last_administrator_stays(users: Users) -> None:
    await users.add("boss", Role.ADMIN, PASSWORD)
    with pytest.raises(InvalidError, match="last administrator"):
        await users.remove("boss")
    await users.add("deputy", Role.ADMIN, PASSWORD)
    await users.remove("boss")


async def test_a_user_removed_behind_our_back_is_gone_within_seconds(
    users: Users, time: Time, tmp_path: Path
) -> None:
    await users.add("lin", Role.OPERATOR, PASSWORD)
    secret = await users.sign_in("lin", PASSWORD, "127.0.0.1")
    await users.by_session(secret)
    with sqlite3.connect(tmp_path / "state" / FILE_NAME) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM users WHERE name = 'lin'")
    connection.close()
    time.s += 6
    with pytest.raises(NotSignedInError):
        await users.by_session(secret)


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "x" * 65, "-a", "a\n"])
async def test_odd_names_are_refused(users: Users, name: str) -> None:
    if name.strip() == "a":
        name = "a\nb"
    with pytest.raises(InvalidError) as caught:
        await users.add(name, Role.VIEWER, PASSWORD)
    assert caught.value.field == "name"


async def test_a_name_is_taken_once(users: Users) -> None:
    await users.add("lin", Role.VIEWER, PASSWORD)
    with pytest.raises(InvalidError, match="already"):
        await users.add("lin", Role.ADMIN, PASSWORD)
    await users.create_token("panel", Role.VIEWER)
    with pytest.raises(InvalidError, match="already"):
        await users.create_token("panel", Role.VIEWER)


async def test_a_token_lets_a_program_in_until_it_is_removed(users: Users) -> None:
    secret = await users.create_token("panel", Role.OPERATOR)
    assert secret.startswith("cw_")
    assert await users.by_token(secret) == Principal("token:panel", Role.OPERATOR)
    assert [(token.name, token.role, token.expires_utc_ns) for token in await users.tokens()] == [
        ("panel", Role.OPERATOR, None)
    ]
    await users.remove_token("panel")
    with pytest.raises(NotSignedInError):
        await users.by_token(secret)
    with pytest.raises(NotFoundError, match="panel"):
        await users.remove_token("panel")


async def test_a_token_expires(users: Users, time: Time) -> None:
    secret = await users.create_token("panel", Role.OPERATOR, time.utc_ns() + 3600 * 10**9)
    await users.by_token(secret)
    time.s += HOUR_S
    with pytest.raises(NotSignedInError, match="expired"):
        await users.by_token(secret)
    with pytest.raises(InvalidError, match="past"):
        await users.create_token("late", Role.OPERATOR, time.utc_ns())


@pytest.mark.parametrize("secret", ["", "cw_", "cw_x", "\ud800"])
async def test_unknown_tokens_and_sessions_are_turned_away(users: Users, secret: str) -> None:
    with pytest.raises(NotSignedInError):
        await users.by_token(secret)
    with pytest.raises(NotSignedInError):
        await users.by_session(secret)
