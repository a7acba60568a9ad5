"""A stream decoder without threads and its tile, for tests that step it themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from commandwall.ingest.pool import DecodePool, Job, Urgency
from commandwall.ingest.stillness import Stillness
from commandwall.ingest.stream_decoder import StreamDecoder
from commandwall.ingest.tile import Tile
from commandwall.media.park import DecoderPark
from commandwall.model.access_unit import StreamInfo
from commandwall.model.camera import StreamName
from commandwall.model.wall import DecodeLevel
from tests.unit.ingest.arenas import Canvas

INFO = StreamInfo("h264", 128, 96)
MakeCanvas = Callable[..., Canvas]


class Bench:
    """A pool without threads: the test steps the one decoder that is in it."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Job, Urgency]] = []

    def put(self, job: Job, urgency: Urgency) -> None:
        assert all(other is not job for other, _ in self.jobs), "in the pool twice"
        self.jobs.append((job, urgency))

    put_back = put

    def hasten(self, job: Job) -> None:
        self.jobs = [(each, Urgency.FIRST if each is job else urgency) for each, urgency in self.jobs]

    def step(self) -> Urgency:
        """Run the next job; return how urgent it was."""
        job, urgency = self.jobs.pop(0)
        job.step()
        job.charge(1_000_000)
        return urgency

    def drain(self) -> None:
        while self.jobs:
            self.step()


def decoder_on(
    bench: Bench,
    *tiles: Tile,
    level: DecodeLevel = DecodeLevel.NODEBLOCK,
    stillness: Stillness | None = None,
) -> StreamDecoder:
    pool, park = cast("DecodePool", bench), DecoderPark()
    decoder = StreamDecoder(pool, "cam/sub", StreamName.SUB, level, park, stillness=stillness)
    decoder.show(tiles)
    decoder.describe(INFO)
    return decoder


def one_tile(canvas: MakeCanvas) -> tuple[Canvas, Tile]:
    wall = canvas()
    return wall, Tile(wall.tile(), wall.arena)
