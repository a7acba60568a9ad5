from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.ingest import waiting as waiting_module
from commandwall.ingest.waiting import WaitingRoom
from commandwall.model.reason import ReasonCode
from tests.unit.ingest.cameras import until

LONG_S = 300.0
CUT_NS = monotonic_ns()
OFF = ReasonCode.NO_ROUTE


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Rest and spread for moments only."""
    monkeypatch.setattr(waiting_module, "REST_S", 0.0)
    monkeypatch.setattr(waiting_module, "SPREAD_S", 0.01)
    yield


class Feeds:
    """Feeds that wait in a room, by name."""

    def __init__(self, room: WaitingRoom, group: asyncio.TaskGroup) -> None:
        self._room = room
        self._group = group
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def wait(self, name: str, last_ns: int, delay_s: float = LONG_S, why: ReasonCode = OFF) -> None:
        self.tasks[name] = self._group.create_task(self._room.wait(last_ns, delay_s, why))
        await asyncio.sleep(0)

    @property
    def gone(self) -> set[str]:
        return {name for name, task in self.tasks.items() if task.done()}

    def end(self) -> None:
        for task in self.tasks.values():
            task.cancel()


async def test_each_waits_for_its_time() -> None:
    async with asyncio.timeout(20):
        await WaitingRoom().wait(CUT_NS, 0.01, OFF)


async def test_those_lost_together_go_when_one_of_them_is_back() -> None:
    async with asyncio.TaskGroup() as group:
        room = WaitingRoom()
        feeds = Feeds(room, group)
        for number in range(4):
            await feeds.wait(f"district-{number}", CUT_NS + number * NS_PER_S)
        await feeds.wait("off since yesterday", CUT_NS - 80_000 * NS_PER_S)
        await feeds.wait("never seen", 0)
        room.returned(CUT_NS + 2 * NS_PER_S)
        await until(lambda: len(feeds.gone) == 4)
        assert feeds.gone == {f"district-{number}" for number in range(4)}
        feeds.end()


async def test_who_fails_just_when_the_others_return_is_tried_again_soon() -> None:
    room = WaitingRoom()
    room.returned(CUT_NS)
    async with asyncio.timeout(20):
        await room.wait(CUT_NS + NS_PER_S, LONG_S, OFF)


async def test_a_return_of_others_is_no_reason_to_hope() -> None:
    async with asyncio.TaskGroup() as group:
        room = WaitingRoom()
        feeds = Feeds(room, group)
        room.returned(CUT_NS)
        await feeds.wait("other", CUT_NS + 60 * NS_PER_S)
        room.returned(CUT_NS)
        await asyncio.wait(feeds.tasks.values(), timeout=0.05)
        assert not feeds.gone
        feeds.end()


async def test_one_of_a_group_is_sent_ahead_the_one_that_waited_longest() -> None:
    async with asyncio.TaskGroup() as group:
        room = WaitingRoom()
        feeds = Feeds(room, group)
        for name in ("first", "second", "third"):
            await feeds.wait(name, CUT_NS)
            await asyncio.sleep(0.002)  # so that who came first has waited longest on any clock
        room.scout()
        await until(lambda: feeds.gone)
        assert feeds.gone == {"first"}
        feeds.end()


async def test_a_camera_that_is_off_alone_waits_out_its_time() -> None:
    async with asyncio.TaskGroup() as group:
        room = WaitingRoom()
        feeds = Feeds(room, group)
        await feeds.wait("one", CUT_NS)
        await feeds.wait("another", CUT_NS)
        await feeds.wait("long ago", CUT_NS - 60 * NS_PER_S)
        room.scout()
        await asyncio.wait(feeds.tasks.values(), timeout=0.05)
        assert not feeds.gone
        feeds.end()


async def test_nobody_is_asked_again_before_it_has_rested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_module, "REST_S", 0.1)
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    room = WaitingRoom()
    async with asyncio.TaskGroup() as group:
        feeds = Feeds(room, group)
        for number in range(3):
            await feeds.wait(str(number), CUT_NS)
        room.scout()
        room.returned(CUT_NS)
        assert not feeds.gone
    assert loop.time() - began_s >= 0.09


async def test_a_return_makes_nobody_wait_longer() -> None:
    async with asyncio.TaskGroup() as group:
        room = WaitingRoom()
        feeds = Feeds(room, group)
        await feeds.wait("soon", CUT_NS, 0.01)
        room.returned(CUT_NS)
        await until(lambda: feeds.gone == {"soon"})


@pytest.mark.parametrize(
    "why", [ReasonCode.BUSY, ReasonCode.NOT_FOUND, ReasonCode.PROTOCOL, ReasonCode.LOCAL]
)
async def test_who_was_answered_waits_out_its_time(why: ReasonCode) -> None:
    async with asyncio.TaskGroup() as group:
        room = WaitingRoom()
        feeds = Feeds(room, group)
        for number in range(4):
            await feeds.wait(str(number), CUT_NS, why=why)
        room.scout()
        room.returned(CUT_NS)
        await asyncio.wait(feeds.tasks.values(), timeout=0.05)
        assert not feeds.gone
        feeds.end()


async def sent_ahead(lost_ns: int) -> set[str]:
    """Return who of four feeds goes when it is looked out twice in a row."""
    async with asyncio.TaskGroup() as group:
        room = WaitingRoom()
        feeds = Feeds(room, group)
        for number in range(4):
            await feeds.wait(str(number), lost_ns)
            await asyncio.sleep(0.002)
        for _ in range(2):
            room.scout()
            await until(lambda: feeds.gone)
            await asyncio.sleep(0.02)
        gone = feeds.gone
        feeds.end()
    return gone


async def test_after_minutes_it_is_looked_out_less_often() -> None:
    assert await sent_ahead(monotonic_ns()) == {"0", "1"}
    long_ago_ns = monotonic_ns() - round((waiting_module.FRESH_S + 1) * NS_PER_S)
    assert await sent_ahead(long_ago_ns) == {"0"}
