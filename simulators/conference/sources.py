"""What a simulated participant sends, when it is due: voice and pictures that were encoded once."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Callable
from typing import NamedTuple

from simulators.conference.faults import DeviceFaults
from simulators.conference.film import KEY_APART, Film, loop_pictures, offset_s
from simulators.conference.tones import FRAME, FRAME_S, LEVEL_DBOV, LOOP_FRAMES, SILENT_DBOV, Voice, silence

VIDEO_CLOCK_HZ = 90_000
_MOST_LATE_S = 1.0


class Outgoing(NamedTuple):
    """RTP payloads of one frame, its RTP time, and for sound how loud it says it is (dBov)."""

    payloads: list[bytes]
    timestamp: int
    level_dbov: int | None = None


class Clock:
    """A participant's own clock: UTC in seconds, fast by ``drift_ppm`` from when it was made."""

    def __init__(self, drift_ppm: float = 0.0, utc: Callable[[], float] = time.time) -> None:
        self._utc = utc
        self._begin_s = utc()
        self._rate = 1 + drift_ppm / 1e6

    def now_s(self) -> float:
        """Return the time."""
        return self._begin_s + (self._utc() - self._begin_s) * self._rate


class Pace:
    """When frames of a stream are due: frame ``n`` at ``n * period_s + offset_s`` of ``clock``.

    ``stall_s``: a slow processor gets round to it only at whole multiples of that.
    """

    def __init__(self, clock: Clock, period_s: float, offset_s: float, stall_s: float) -> None:
        self._clock = clock
        self._period_s = period_s
        self._offset_s = offset_s
        self._stall_s = stall_s

    def current(self) -> int:
        """Return the number of the next frame that is due."""
        return math.floor((self._clock.now_s() - self._offset_s) / self._period_s) + 1

    async def wait(self, number: int) -> float:
        """Wait until frame ``number`` is due; return for how long it has been."""
        due_s = number * self._period_s + self._offset_s
        turn_s = math.ceil(due_s / self._stall_s) * self._stall_s if self._stall_s else due_s
        if (ahead_s := turn_s - self._clock.now_s()) > 0:
            await asyncio.sleep(ahead_s)
        return self._clock.now_s() - due_s


class VoiceSource:
    """Sends a voice; while not ``talking`` silence. Belongs to the event loop, one task asks it."""

    def __init__(self, voice: Voice, clock: Clock, faults: DeviceFaults) -> None:
        self.talking = True
        self._voice = voice
        self._pace = Pace(clock, FRAME_S, voice.offset_s + FRAME_S, faults.stall_ms / 1000)
        self._first = self._next = 0

    async def next_frame(self) -> Outgoing:
        """Return the packet of the next 20 ms when their end has come."""
        if not self._first:
            self._first = self._next = self._pace.current()
        number = self._next
        if await self._pace.wait(number) > _MOST_LATE_S:
            number = self._pace.current()
        self._next = number + 1
        timestamp = (number - self._first) * FRAME
        if not self.talking:
            return Outgoing([silence()], timestamp, SILENT_DBOV)
        return Outgoing([self._voice.packets[number % LOOP_FRAMES]], timestamp, LEVEL_DBOV)

    def want_key(self) -> None:
        """Do nothing: in sound every packet is a beginning."""


class FilmSource:
    """Sends a film: begins with a key frame, has one in every loop, and soon after it was asked for.

    Belongs to the event loop, one task asks it.
    """

    def __init__(self, film: Film, clock: Clock, faults: DeviceFaults) -> None:
        spec = film.spec
        self.keys_asked = 0
        self._film = film
        self._count = loop_pictures(spec)
        self._step = VIDEO_CLOCK_HZ // spec.fps
        self._pace = Pace(clock, 1 / spec.fps, offset_s(film.number, spec), faults.stall_ms / 1000)
        self._stalls = faults.stall_ms > 0
        self._version = self._first = self._next = 0
        self._key_wanted = True

    async def next_frame(self) -> Outgoing:
        """Return the next picture when it is due."""
        if not self._first:
            self._first = self._next = -(-self._pace.current() // KEY_APART) * KEY_APART
        number = self._next
        late_s = await self._pace.wait(number)
        if late_s > _MOST_LATE_S or (self._stalls and late_s > 1 / self._film.spec.fps):
            number = -(-self._pace.current() // KEY_APART) * KEY_APART
            self._key_wanted = True
            await self._pace.wait(number)
        self._next = number + 1
        picture = number % self._count
        if self._key_wanted and picture % KEY_APART == 0:
            self._version, self._key_wanted = picture // KEY_APART, False
        payloads = self._film.payloads[self._version][picture]
        return Outgoing(payloads, (number - self._first) * self._step)

    def want_key(self) -> None:
        """Send a key frame soon."""
        self.keys_asked += 1
        self._key_wanted = True


class NoisySource:
    """Sends what another source has, and noise in place of a share of it."""

    def __init__(self, inner: VoiceSource | FilmSource, share: float, seed: int) -> None:
        self._inner = inner
        self._share = share
        self._chance = random.Random(seed)
        self.want_key = inner.want_key

    async def next_frame(self) -> Outgoing:
        """Return the next frame, spoilt or not."""
        frame = await self._inner.next_frame()
        chance = self._chance
        if chance.random() >= self._share:
            return frame
        return frame._replace(payloads=[chance.randbytes(max(1, len(part))) for part in frame.payloads])
