from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from commandwall.control.conference_book import BookLinks, ConferenceBook
from commandwall.control.cores import Cores
from commandwall.control.decoding import Decoding
from commandwall.control.documents import Cause
from commandwall.control.hidden_walls import CONFERENCE, HiddenWalls
from commandwall.control.sources import Sources
from commandwall.control.walls import WallLinks
from commandwall.ipc.messages import ShowTiles
from commandwall.model.arrangement import Arrangement
from commandwall.model.head import Head
from commandwall.model.rect import Rect
from commandwall.model.source import Source
from commandwall.model.wall import Wall
from commandwall.settings.site import Language
from commandwall.workers.processes import Processes
from commandwall.workers.worker import WorkerState, WorkerStatus
from tests.unit.control.stage import LAYOUTS

PICTURE = Wall("conference:flood", "防汛", 640, 360, 5, "1", (Head("main", Rect(0, 0, 640, 360)),))
ZHANG = Source.parse("conference:flood/zhang")


class Bench:
    """Hidden walls, and what was shown and told of them."""

    def __init__(self, directory: Path, processes: Processes) -> None:
        self.shown: list[ShowTiles] = []
        self.told: list[object] = []
        self.book = ConferenceBook(BookLinks(lambda _: "", *4 * [lambda *_: None]))
        links = WallLinks(
            self.shown.append,
            lambda tiles: None,
            Decoding(Cores()),
            lambda kind, body: self.told.append(kind),
            lambda wall, arrangement: self.told.append(wall),
        )
        self.hidden = HiddenWalls(
            LAYOUTS, Sources([self.book]), links, directory, Language.CHINESE, processes
        )


async def until_ready(status: WorkerStatus) -> None:
    """Wait until a worker is."""
    while status.state is not WorkerState.READY:
        await asyncio.sleep(0.01)


@pytest.mark.timeout(60)
async def test_a_hidden_wall_is_fed_like_any_other_and_told_to_nobody(
    tmp_path: Path, processes: Processes
) -> None:
    bench = Bench(tmp_path, processes)
    bench.book.put(ZHANG.id, "张局")
    async with bench.hidden:
        wall = bench.hidden.open(PICTURE)
        wall.show(Arrangement(0, "1", (ZHANG,)), Cause.PROCESS)
        assert [tile.source for tile in bench.shown[-1].tiles] == [ZHANG]
        await until_ready(wall.worker.status)
        assert wall.worker.status.kind == CONFERENCE
        bench.hidden.close(PICTURE.id)
        bench.hidden.close(PICTURE.id)
        assert bench.shown[-1].tiles == () and bench.hidden.walls == {}
        bench.book.live(ZHANG.id)  # Nobody listens any more.
    assert wall.worker.status.state is WorkerState.STOPPED
    assert bench.told == []


@pytest.mark.timeout(60)
async def test_what_is_open_at_the_end_is_closed(tmp_path: Path, processes: Processes) -> None:
    bench = Bench(tmp_path, processes)
    async with bench.hidden:
        first = bench.hidden.open(PICTURE)
        assert first.packet_path.name == "hidden-0.packets"
    assert first.worker.status.state is WorkerState.STOPPED and bench.hidden.walls == {}


@pytest.mark.timeout(60)
async def test_processes_end_before_the_walls_do(tmp_path: Path, processes: Processes) -> None:
    bench = Bench(tmp_path, processes)
    async with bench.hidden:
        first = bench.hidden.open(PICTURE)
        await until_ready(first.worker.status)
        bench.hidden.drain()
        while first.worker.status.state is not WorkerState.STOPPED:
            await asyncio.sleep(0.01)
        assert bench.hidden.walls == {PICTURE.id: first}
