"""The farm: knows every simulated camera and has its streams ready when a client asks for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from commandwall.base.tasks import spawn
from commandwall.model.camera import StreamName
from commandwall.rtsp.server_track import Track
from simulators.bake import bake
from simulators.faults.book import FaultBook, stream_at
from simulators.live import live_track
from simulators.loopfile import Unit, cache_folder, read_loop
from simulators.loops import LoopTrack, SoundLoop
from simulators.pacer import Pacer
from simulators.places import Place
from simulators.sound import tone, tone_hz
from simulators.spec import VideoSpec

_ASKED_FOR, _AHEAD = 0, 1
"""What is waited for is baked before what is baked ahead of time."""


@dataclass(frozen=True, slots=True)
class FarmPlan:
    """What a farm serves. ``live`` is how many cameras, from the first on, are encoded in real time.

    ``audio`` is the codec of their sound, ``None`` where they have none; ``loudspeakers`` the folder where
    what is said at their loudspeakers goes, ``None`` where they have none.
    """

    places: tuple[Place, ...]
    specs: dict[StreamName, VideoSpec]
    clip: Path | None
    live: int
    cache: Path
    faults: FaultBook
    audio: str | None = None
    loudspeakers: Path | None = None


class Farm:
    """A ``Catalogue`` of simulated cameras.

    ``bakers`` are processes that draw and encode, ``workers`` of them at once; ``threads`` draw
    live cameras. Sub streams are baked when the farm starts, main streams when first asked for.
    """

    def __init__(self, plan: FarmPlan, group: asyncio.TaskGroup, bakers: Executor, workers: int,
                 threads: Executor) -> None:  # fmt: skip
        self._plan = plan
        self._group = group
        self._bakers = bakers
        self._workers = workers
        self._threads = threads
        self._pacer = Pacer()
        self._folders: dict[VideoSpec, Path] = {}
        self._places = {place.number: place for place in plan.places}
        self._tracks: dict[tuple[int, StreamName], asyncio.Task[tuple[Track, ...]]] = {}
        self._baked: dict[tuple[int, VideoSpec], asyncio.Future[None]] = {}
        self._started: set[tuple[int, VideoSpec]] = set()
        self._orders: asyncio.PriorityQueue[tuple[int, int, VideoSpec]] = asyncio.PriorityQueue()

    def start(self) -> None:
        """Start the tasks that pace and bake."""
        spawn(self._group, self._pacer.run(), "pacer")
        for worker in range(self._workers):
            spawn(self._group, self._bake_orders(), f"baker-{worker}")

    async def prepare(self, on_ready: Callable[[], None]) -> None:
        """Bake every camera's sub stream that is not in the cache; ``on_ready`` is called for each camera."""
        recorded = [place.number for place in self._plan.places if place.number > self._plan.live]
        waiting = [self._ready(number, StreamName.SUB, _AHEAD) for number in recorded]
        for _ in range(self._plan.live):
            on_ready()
        for done in asyncio.as_completed(waiting):
            await done
            on_ready()

    async def open(self, path: str) -> tuple[Track, ...]:
        """Return the tracks at ``/cam/NUMBER/STREAM``; waits until they are baked."""
        key = stream_at(path)
        if key is None or key[0] not in self._places:
            return ()
        task = self._tracks.get(key)
        if task is None:
            task = self._tracks[key] = self._group.create_task(self._make(*key), name=f"track-{path}")
        return await asyncio.shield(task)

    async def _make(self, number: int, stream: StreamName) -> tuple[Track, ...]:
        make = self._live if number <= self._plan.live else self._recorded
        video = await make(number, stream)
        if self._plan.audio is None:
            return (video,)
        sound = await asyncio.to_thread(tone, self._plan.audio, tone_hz(number))
        return video, SoundLoop(sound, number, self._pacer)

    async def _recorded(self, number: int, stream: StreamName) -> Track:
        await self._ready(number, stream, _ASKED_FOR)
        units: list[Unit] = []
        for spec in self._specs(number, stream):
            loop = read_loop(self._path(number, spec))
            assert loop is not None, "what was baked is in the cache"
            units += loop
        spec = self._plan.specs[stream]
        return LoopTrack(units, spec.codec.payload, spec.fps, number, self._pacer)

    async def _ready(self, number: int, stream: StreamName, urgency: int) -> None:
        """Wait until all that a stream is made of is in the cache."""
        for done in [self._order(number, spec, urgency) for spec in self._specs(number, stream)]:
            await asyncio.shield(done)

    def _specs(self, number: int, stream: StreamName) -> list[VideoSpec]:
        """Return the loops that a stream plays one after the other: one, where its camera has no faults."""
        return self._plan.faults.recordings(number, stream, self._plan.specs[stream])

    async def _live(self, number: int, stream: StreamName) -> Track:
        spec, place = self._plan.specs[stream], self._places[number]
        loop = asyncio.get_running_loop()
        make = partial(live_track, place, spec, self._plan.clip, self._threads)
        track = await loop.run_in_executor(self._threads, make)
        spawn(self._group, track.run(), f"live-{number}-{stream}")
        return track

    def _order(self, number: int, spec: VideoSpec, urgency: int) -> asyncio.Future[None]:
        """Return what tells when a loop is in the cache, ordering it if need be, or sooner."""
        key = number, spec
        known = self._baked.get(key)
        if known is None:
            known = self._baked[key] = asyncio.get_running_loop().create_future()
            if self._path(number, spec).exists():
                known.set_result(None)
                return known
        elif known.done() or urgency == _AHEAD:
            return known
        self._orders.put_nowait((urgency, number, spec))
        return known

    async def _bake_orders(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            _, number, spec = await self._orders.get()
            key = number, spec
            if key in self._started:
                continue
            self._started.add(key)
            order = partial(bake, self._places[number], spec, self._plan.clip, self._path(number, spec))
            await loop.run_in_executor(self._bakers, order)
            self._baked[key].set_result(None)

    def _path(self, number: int, spec: VideoSpec) -> Path:
        folder = self._folders.get(spec)
        if folder is None:
            folder = cache_folder(self._plan.cache, spec, self._plan.clip)
            self._folders[spec] = folder
        return folder / f"{number:04}.loop"
