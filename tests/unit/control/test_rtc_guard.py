from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from commandwall.base.clock import utc_ns
from commandwall.base.errors import NotFoundError
from commandwall.control.accounts import Accounts
from commandwall.control.database import Database, StoreError
from commandwall.control.guessing import GuessGuard
from commandwall.control.passwords import Passwords
from commandwall.control.roles import Principal, Role, Seat
from commandwall.control.rtc import OnChange, RtcControl, Watched, WatchOffer
from commandwall.control.rtc_guard import guarded
from commandwall.control.users import Users
from commandwall.ipc.rtc_messages import SessionChanged, SessionPhase
from tests.e2e.site import until
from tests.unit.control.rtc_stub import RtcStub

GUEST = Principal("c/1", Role.VIEWER, "invitation", Seat("c", "1"))
OFFER = WatchOffer((), None, "v=0")
PASSWORD = "a-good-password"
NEVER_S = 3600.0


@pytest.fixture
async def users(database: Database, passwords: Passwords) -> Users:
    users = Users(Accounts(database), passwords, GuessGuard())
    await users.add("root", Role.ADMIN, PASSWORD)
    await users.add("wang", Role.OPERATOR, PASSWORD)
    return users


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> RtcStub:
    return RtcStub(monkeypatch)


async def signed_in(users: Users) -> tuple[str, Principal]:
    """Sign wang in; returns the secret of the session, and who that is."""
    secret = await users.sign_in("wang", PASSWORD, "127.0.0.1")
    return secret, await users.by_session(secret)


async def display(users: Users, expires_utc_ns: int | None = None, heads: Sequence[str] = ()) -> Principal:
    """Return a display with a new token."""
    return await users.by_token(await users.create_token("display", Role.VIEWER, expires_utc_ns, heads))


async def comes(rtc: RtcControl, by: Principal, on_change: OnChange | None = None) -> str:
    """Let somebody watch a head; returns the session."""
    return (await rtc.watch(by, Watched("main", "a"), OFFER, on_change)).session


async def over(rtc: RtcControl, session: str) -> None:
    """Wait until ``session`` is over."""

    async def ended() -> bool:
        try:
            rtc.session(session)
        except NotFoundError:
            return True
        return False

    await until("the session is over", ended)


@pytest.mark.parametrize("how", ["remove", "set_password", "sign_out"])
async def test_sessions_end_at_once_with_the_sign_in(users: Users, stub: RtcStub, how: str) -> None:
    secret, wang = await signed_in(users)
    session, other = await comes(stub.rtc, wang), await comes(stub.rtc, await display(users))
    guest = await comes(stub.rtc, GUEST)
    async with guarded(stub.rtc, users, NEVER_S):
        match how:
            case "remove":
                await users.remove("wang")
            case "set_password":
                await users.set_password("wang", "another-password")
            case _:
                await users.sign_out(secret)
        await over(stub.rtc, session)
        assert stub.rtc.session(other).id
        assert stub.rtc.session(guest).id, "what an invitation opens ends with the conference"


async def test_signing_in_elsewhere_is_another_sign_in(users: Users, stub: RtcStub) -> None:
    (first, wang), (_, again) = await signed_in(users), await signed_in(users)
    stays, session = await comes(stub.rtc, again), await comes(stub.rtc, wang)
    async with guarded(stub.rtc, users, NEVER_S):
        await users.sign_out(first)
        await over(stub.rtc, session)
        assert stub.rtc.session(stays).by == wang


async def test_a_token_that_is_made_anew_by_the_same_name_is_another_one(users: Users, stub: RtcStub) -> None:
    session = await comes(stub.rtc, await display(users))
    await users.remove_token("display")
    stays = await comes(stub.rtc, await display(users))
    async with guarded(stub.rtc, users, NEVER_S):
        await over(stub.rtc, session)
        assert stub.rtc.session(stays).id


async def test_who_watches_with_a_token_for_heads_goes_on(users: Users, stub: RtcStub) -> None:
    stays = await comes(stub.rtc, await display(users, heads=["main/a"]))
    secret, wang = await signed_in(users)
    session = await comes(stub.rtc, wang)
    async with guarded(stub.rtc, users, NEVER_S):
        await users.sign_out(secret)
        await over(stub.rtc, session)  # It is asked about after the other one.
        assert stub.rtc.session(stays).id


async def test_what_an_account_has_in_a_conference_ends_as_if_it_left(users: Users, stub: RtcStub) -> None:
    told: list[SessionChanged] = []
    _, wang = await signed_in(users)
    seat = Principal("c/wang", Role.VIEWER, "invitation", Seat("c", "wang"), key=wang.key)
    session = await comes(stub.rtc, seat, told.append)
    async with guarded(stub.rtc, users, NEVER_S):
        await users.remove("wang")
        await over(stub.rtc, session)
    assert told == [SessionChanged(session, SessionPhase.ENDED, asked=True)]


async def test_what_the_command_line_ends_is_found(
    users: Users, stub: RtcStub, tmp_path: Path, passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commandwall.control.users._CACHED_S", 0.0)
    session = await comes(stub.rtc, await display(users))
    async with (
        guarded(stub.rtc, users, 0.01),
        Database(tmp_path / "state") as same_file,
    ):
        await Users(Accounts(same_file), passwords, GuessGuard()).remove_token("display")
        await over(stub.rtc, session)


async def test_sessions_end_with_a_token_that_expires(
    users: Users, stub: RtcStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commandwall.control.users._CACHED_S", 0.0)
    session = await comes(stub.rtc, await display(users, expires_utc_ns=utc_ns() + 3_000_000_000))
    async with guarded(stub.rtc, users, 0.01):
        await over(stub.rtc, session)


async def test_a_disk_in_trouble_takes_no_picture_away(
    users: Users, stub: RtcStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Semaphore(0)

    async def confirm(who: Principal) -> None:
        asked.release()
        raise StoreError("the disk is full")

    monkeypatch.setattr(users, "confirm", confirm)
    session = await comes(stub.rtc, (await signed_in(users))[1])
    async with guarded(stub.rtc, users, 0.01):
        for _ in range(3):
            await asked.acquire()
    assert stub.rtc.session(session).id
