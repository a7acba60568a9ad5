"""Conferences for end-to-end tests: who joins, what each hears and sees, read back from sound and pixels."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulators.conference.desk import Desk
from simulators.conference.eyes import read_code
from simulators.conference.faults import Faults
from simulators.conference.hooks import on_loopback
from simulators.conference.peer import Peer, Person, Seat
from simulators.conference.sites import site_name
from simulators.conference.tones import TONES, tone_hz
from tests.e2e.site import Daemon, until

HEARD_DB, SILENT_DB = -35.0, -50.0
"""Of full scale; a simulated voice comes at -20. What Opus adds to three of them at 40 kb/s is below -55."""
_WINDOW_S = 1.2
_ASPECT = 16 / 9

Rect = tuple[int, int, int, int]


def voices_in(levels_db: Mapping[int, float]) -> set[int] | None:
    """Return the tones that are heard; ``None`` while one is neither heard nor silent."""
    unsure = any(SILENT_DB < level < HEARD_DB for level in levels_db.values())
    return None if unsure else {tone for tone, level in levels_db.items() if level >= HEARD_DB}


class Scan:
    """Finds whom a composed picture shows, wherever in any of the shipped layouts it may be."""

    def __init__(self, layouts: list[dict[str, Any]]) -> None:
        places = {
            (
                cell["column"] / layout["columns"],
                cell["row"] / layout["rows"],
                cell["columns"] / layout["columns"],
                cell["rows"] / layout["rows"],
            )
            for layout in layouts
            if len(layout["cells"]) <= 25
            for cell in layout["cells"]
        }
        self._places = sorted(places, key=lambda place: -place[2] * place[3])

    def people(self, luma: NDArray[np.uint8]) -> dict[int, Rect]:
        """Return where in ``luma`` (h, w) each participant is, by number; the largest where it is twice."""
        height, width = luma.shape
        found: dict[int, Rect] = {}
        for left, top, share, rise in self._places:
            rect = _fitted(left * width, top * height, share * width, rise * height)
            x, y, w, h = rect
            code = read_code(luma[y : y + h, x : x + w]) if w >= 160 else None
            if code is not None:
                found.setdefault(code.camera, rect)
        return found


def _fitted(left: float, top: float, width: float, height: float) -> Rect:
    """Return where in such a cell a picture of 16:9 is that is shown whole."""
    shown_width, shown_height = min(width, height * _ASPECT), min(height, width / _ASPECT)
    x, y = left + (width - shown_width) / 2, top + (height - shown_height) / 2
    return round(x), round(y), round(shown_width), round(shown_height)


@dataclass
class Meeting:
    """A conference of ``daemon`` and those who take part, by number; numbers are in bar codes and tones."""

    daemon: Daemon
    desk: Desk
    scan: Scan
    cache: Path
    stack: AsyncExitStack
    peers: dict[int, Peer] = field(default_factory=dict)

    async def invite(self, number: int, role: str = "site", faults: Faults | None = None) -> Peer:
        """Return a participant who has been invited and comes no further by himself."""
        name = site_name(number)
        participant, token = await self.desk.invite(name, role)
        seat = Seat(self.daemon.site.url, self.desk.conference, participant, token)
        peer = await self.stack.enter_async_context(Peer(Person(number, name), seat, self.cache, faults))
        self.peers[number] = peer
        return peer

    async def join(self, number: int, role: str = "site", faults: Faults | None = None) -> Peer:
        """Return a participant who sends and watches."""
        peer = await self.invite(number, role, faults)
        await peer.join()
        return peer

    def let_talk(self, *numbers: int) -> None:
        """Let just these say something; of more than three at once the others would not be heard."""
        for number, peer in self.peers.items():
            peer.voice.talking = number in numbers

    def id_of(self, number: int) -> str:
        """Return the id of a participant."""
        return self.peers[number].seat.participant

    async def chair(self, verb: str, number: int | None = None, **more: Any) -> Any:
        """Do as the chair does, to the participant of that number."""
        return await self.desk.chair(verb, "" if number is None else self.id_of(number), **more)

    async def line(self, number: int) -> dict[str, Any]:
        """Return a participant's line of the roster."""
        roster = await self.desk.roster()
        return next(one for one in roster["participants"] if one["id"] == self.id_of(number))

    async def until_heard(self, expected: Mapping[int, Collection[int]]) -> None:
        """Wait until each listener of ``expected`` hears just those, in spectra of the last 1.2 s."""
        for listener, speakers in expected.items():
            await self._until_hears(listener, speakers)

    async def until_seen(self, expected: Mapping[int, Collection[int]]) -> None:
        """Wait until each viewer of ``expected`` sees just those, in the pixels of the last picture."""
        for viewer, numbers in expected.items():
            await self._until_sees(viewer, numbers)

    async def _until_hears(self, listener: int, speakers: Collection[int]) -> None:
        ears, wanted = self.peers[listener].ears, {tone_hz(number) for number in speakers}
        levels: dict[int, float] = {}

        async def hears() -> bool:
            levels.update(await asyncio.to_thread(ears.levels_db, _ALL_TONES, _WINDOW_S))
            return voices_in(levels) == wanted

        try:
            await until(f"{listener} hears {sorted(speakers)}", hears, 20)
        except AssertionError as error:
            told = {number: round(levels[tone_hz(number)]) for number in self.peers}
            raise AssertionError(f"{error}; levels are {told} dB") from None

    async def _until_sees(self, viewer: int, numbers: Collection[int]) -> None:
        seen: dict[int, Rect] = {}

        async def sees() -> bool:
            seen.clear()
            seen.update(await self.people_seen(viewer))
            return set(seen) == set(numbers)

        try:
            await until(f"{viewer} sees {sorted(numbers)}", sees, 20)
        except AssertionError as error:
            raise AssertionError(f"{error}; {viewer} sees {seen}") from None

    async def people_seen(self, viewer: int) -> dict[int, Rect]:
        """Return whom a participant sees now, and where."""
        picture = await asyncio.to_thread(self.peers[viewer].eyes.last_picture)
        return {} if picture is None else await asyncio.to_thread(self.scan.people, picture.luma)


_ALL_TONES = [tone_hz(number) for number in range(TONES)]


@asynccontextmanager
async def meeting(daemon: Daemon, cache: Path, conference: str = "morning") -> AsyncIterator[Meeting]:
    """Open a conference; who joined it leaves when the context ends."""
    on_loopback()
    desk = Desk(daemon.session, conference)
    await desk.open("早会")
    scan = Scan((await daemon.get("/layouts"))["items"])
    async with AsyncExitStack() as stack:
        yield Meeting(daemon, desk, scan, cache, stack)
