from __future__ import annotations

import asyncio

import pytest

from commandwall.base.clock import utc_ns
from commandwall.base.errors import NotFoundError
from commandwall.control.accounts import Accounts
from commandwall.control.database import Database, StoreError
from commandwall.control.guessing import GuessGuard
from commandwall.control.passwords import Passwords
from commandwall.control.roles import Principal, Role, Seat
from commandwall.control.rtc import RtcControl, Watched, WatchOffer
from commandwall.control.rtc_guard import guarded
from commandwall.control.users import Users
from commandwall.ipc.rtc_messages import SessionOffer
from tests.e2e.site import until
from tests.unit.control.rtc_stub import RtcStub

WANG, DISPLAY = Principal("wang", Role.OPERATOR), Principal("token:display", Role.VIEWER)
GUEST = Principal("c/1", Role.VIEWER, "invitation", Seat("c", "1"))
OFFER = WatchOffer((), None, "v=0")


@pytest.fixture
def users(database: Database, passwords: Passwords) -> Users:
    return Users(Accounts(database), passwords, GuessGuard())


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> RtcStub:
    return RtcStub(monkeypatch)


async def come(rtc: RtcControl, *principals: Principal) -> dict[str, str]:
    """Let each watch a head; returns the sessions by name."""
    return {by.name: (await rtc.watch(by, Watched("main", "a"), OFFER)).session for by in principals}


async def over(rtc: RtcControl, session: str) -> None:
    """Wait until ``session`` is over."""

    async def ended() -> bool:
        try:
            rtc.session(session)
        except NotFoundError:
            return True
        return False

    await until("the session is over", ended)


async def test_sessions_end_with_the_account_and_the_token(users: Users, stub: RtcStub) -> None:
    await users.add("root", Role.ADMIN, "a-good-password")
    await users.add("wang", Role.OPERATOR, "a-good-password")
    await users.create_token("display", Role.VIEWER)
    sessions = await come(stub.rtc, WANG, DISPLAY, GUEST)
    stub.answer = SessionOffer("v=0")
    link = (await stub.rtc.offer_stream(WANG, (), None)).session
    async with guarded(stub.rtc, users, 0.01):
        await users.remove("wang")
        await over(stub.rtc, sessions["wang"])
        assert stub.rtc.session(sessions["token:display"]).by == DISPLAY
        await users.remove_token("display")
        await over(stub.rtc, sessions["token:display"])
        assert stub.rtc.session(sessions["c/1"]).by == GUEST, (
            "what an invitation opens ends with the conference"
        )
        assert stub.rtc.session(link).by == WANG, "a link between centres is not of who began it"


async def test_sessions_end_with_a_token_that_expires(users: Users, stub: RtcStub) -> None:
    await users.create_token("display", Role.VIEWER, utc_ns() + 200_000_000)
    sessions = await come(stub.rtc, DISPLAY)
    async with guarded(stub.rtc, users, 0.01):
        await over(stub.rtc, sessions["token:display"])


async def test_a_disk_in_trouble_takes_no_picture_away(
    users: Users, stub: RtcStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Semaphore(0)

    async def principals() -> set[Principal]:
        asked.release()
        raise StoreError("the disk is full")

    monkeypatch.setattr(users, "principals", principals)
    sessions = await come(stub.rtc, WANG)
    async with guarded(stub.rtc, users, 0.01):
        for _ in range(3):
            await asked.acquire()
    assert stub.rtc.session(sessions["wang"]).by == WANG
