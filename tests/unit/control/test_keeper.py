from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from commandwall.control.database import StoreError
from commandwall.control.keeper import ArrangementKeeper
from commandwall.model.arrangement import Arrangement


class Disk:
    """A store that refuses ``refusals`` times and tells what it has."""

    def __init__(self, refusals: int = 0) -> None:
        self.kept: dict[str, Arrangement] = {}
        self.writes = 0
        self.refusals = refusals
        self.written = asyncio.Event()

    async def save_arrangement(self, wall: str, arrangement: Arrangement) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StoreError("the disk is full")
        self.writes += 1
        self.kept[wall] = arrangement
        self.written.set()


def keeper(disk: Disk) -> ArrangementKeeper:
    return ArrangementKeeper(disk)  # type: ignore[arg-type]


async def within(seconds: float, awaitable: Awaitable[object]) -> None:
    await asyncio.wait_for(awaitable, seconds)


async def test_the_last_of_many_quick_switches_is_kept() -> None:
    disk = Disk()
    async with keeper(disk) as keeping:
        for revision in range(1, 100):
            keeping.keep("main", Arrangement(revision, "4x4"))
        keeping.keep("side", Arrangement(5, "1"))
    assert {wall: kept.revision for wall, kept in disk.kept.items()} == {"main": 99, "side": 5}
    assert disk.writes < 10


async def test_it_writes_while_it_runs() -> None:
    disk = Disk()
    async with keeper(disk) as keeping:
        keeping.keep("main", Arrangement(1, "4x4"))
        await within(2, disk.written.wait())


async def test_a_disk_that_refuses_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    disk = Disk(refusals=1)
    async with keeper(disk) as keeping:
        keeping.keep("main", Arrangement(1, "4x4"))
        await within(5, disk.written.wait())
    assert "disk is full" in caplog.text


async def test_what_could_not_be_kept_at_the_end_is_said(caplog: pytest.LogCaptureFixture) -> None:
    async with keeper(Disk(refusals=99)) as keeping:
        keeping.keep("main", Arrangement(1, "4x4"))
    assert "what main shows" in caplog.text


async def test_what_is_forgotten_while_another_is_written_is_not_written() -> None:
    disk, begun, let_go = Disk(), asyncio.Event(), asyncio.Event()
    save = disk.save_arrangement

    async def slow(wall: str, arrangement: Arrangement) -> None:
        begun.set()
        await let_go.wait()
        await save(wall, arrangement)

    disk.save_arrangement = slow  # type: ignore[method-assign]
    async with keeper(disk) as keeping:
        for wall in ("main", "side"):
            keeping.keep(wall, Arrangement(1, "4x4"))
        await within(2, begun.wait())
        keeping.forget("side")
        let_go.set()
    assert list(disk.kept) == ["main"]
