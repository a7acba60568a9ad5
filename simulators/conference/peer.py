"""A simulated participant: joins by WHIP and WHEP, sends what is known, and can say what it gets."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from simulators.conference.connection import ALLOWED_BPS, Connection
from simulators.conference.ears import Ears
from simulators.conference.eyes import Eyes
from simulators.conference.faults import Faults
from simulators.conference.film import CONTENT, PEOPLE, film
from simulators.conference.hooks import Source
from simulators.conference.network import Line
from simulators.conference.sources import Clock, FilmSource, NoisySource, VoiceSource
from simulators.conference.tones import tone_hz, voice


@dataclass(frozen=True, slots=True)
class Person:
    """Who a participant is: its ``number`` is in its bar code and decides its tone and its looks."""

    number: int
    name: str

    @property
    def tone_hz(self) -> int:
        """Its tone."""
        return tone_hz(self.number)


@dataclass(frozen=True, slots=True)
class Seat:
    """A participant's place in a conference, and the token that says so."""

    url: str
    conference: str
    participant: str
    token: str


class Peer:
    """One participant. An async context manager: leaving it says goodbye to the conference.

    ``up`` and ``down`` are its line, whose faults may be changed at any time, if any ``faults`` were given.
    All chance comes from its number, so that a run can be had again. Belongs to the event loop.
    """

    def __init__(self, person: Person, seat: Seat, cache: Path, faults: Faults | None = None) -> None:
        self._through_line = faults is not None
        faults = faults or Faults()
        self.person = person
        self.seat = seat
        self.up, self.down = (Line(faults.network, 2 * person.number + way) for way in (0, 1))
        self.ears = Ears()
        self.voice = VoiceSource(voice(person.number), Clock(faults.device.drift_ppm), faults.device)
        self.joined_s = 0.0
        self._device = faults.device
        self._cache = cache
        self._stack = AsyncExitStack()
        self._eyes: Eyes | None = None

    async def __aenter__(self) -> Peer:
        headers = {"Authorization": f"Bearer {self.seat.token}"}
        session = aiohttp.ClientSession(self.seat.url, headers=headers)
        self._session = await self._stack.enter_async_context(session)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def eyes(self) -> Eyes:
        """What it sees of the conference, after :meth:`watch`."""
        assert self._eyes is not None, "watch() comes first"
        return self._eyes

    async def join(self) -> None:
        """Send and watch; raises RefusedError, TimeoutError."""
        await self.send()
        await self.watch()

    async def send(self) -> FilmSource:
        """Send picture and sound; raises RefusedError, TimeoutError."""
        people = await asyncio.to_thread(film, self.person.number, self.person.name, PEOPLE, self._cache)
        picture = FilmSource(people, Clock(self._device.drift_ppm), self._device)
        connection = self._connection("whip")
        connection.send("audio", self._spoilt(self.voice))
        connection.send("video", self._spoilt(picture))
        await self._open(connection)
        return picture

    async def send_content(self) -> FilmSource:
        """Send a second picture; raises RefusedError, TimeoutError."""
        name = f"{self.person.name} *"
        content = await asyncio.to_thread(film, self.person.number, name, CONTENT, self._cache)
        picture = FilmSource(content, Clock(self._device.drift_ppm), self._device)
        connection = self._connection("whip", "/content")
        connection.send("video", self._spoilt(picture))
        await self._open(connection)
        return picture

    async def watch(self, allowed_bps: int = ALLOWED_BPS) -> None:
        """Receive the conference's picture and the mix; raises RefusedError, TimeoutError."""
        connection = self._connection("whep")
        connection.hear(self.ears)
        self._eyes = connection.see(allowed_bps)
        await self._open(connection)
        self.joined_s = connection.begun_s

    async def watch_content(self) -> Eyes:
        """Receive the second picture; raises RefusedError, TimeoutError."""
        connection = self._connection("whep", "/content")
        eyes = connection.see()
        await self._open(connection)
        return eyes

    def _connection(self, way: str, end: str = "") -> Connection:
        path = f"/{way}/conferences/{self.seat.conference}/{self.seat.participant}{end}"
        return Connection(self._session, path, self._device.codec)

    async def _open(self, connection: Connection) -> None:
        self._stack.push_async_callback(connection.close)
        await connection.open((self.up, self.down) if self._through_line else None)

    def _spoilt(self, source: VoiceSource | FilmSource) -> Source:
        if not self._device.garbage:
            return source
        return NoisySource(source, self._device.garbage, self.person.number)
