"""A voice on a line that loses, delays and drifts, in virtual time: an hour of it takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from commandwall.conference.listeners import INFO
from commandwall.conference.resample import resample
from commandwall.conference.voice import Voice
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE, OpusEncoder
from commandwall.media.sound import Samples
from commandwall.model.access_unit import AccessUnit

MS = SAMPLE_RATE // 1000


def tone(hz: float, seconds: float, amplitude: float = 0.3) -> Samples:
    """Return ``seconds`` of a tone (n,)."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (amplitude * np.sin(2 * np.pi * hz * at)).astype(np.float32)


@cache
def packets(hz: float, seconds: float, amplitude: float = 0.3) -> tuple[bytes, ...]:
    """Return a tone as packets of Opus, which can be sent over and over if it has whole periods."""
    encoder = OpusEncoder()
    blocks = tone(hz, seconds, amplitude).reshape(-1, FRAME_SAMPLES)
    return tuple([encoder.encode(block) for block in (*blocks, *blocks)][len(blocks) :])


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a packet: how much later than the others it comes, in ms; ``None``: it never does."""

    late_ms: float | None = 0.0


class Line:
    """Sends a tone of 1 s over and over into a voice and plays what comes out, tick by tick."""

    def __init__(
        self,
        fate: Callable[[int], Fate] = lambda number: Fate(),
        *,
        hz: float = 440.0,
        drift_ppm: float = 0.0,
        starts_90k: int = 12345,
    ) -> None:
        self.voice = Voice()
        self.voice.begin(0.0)
        self.voice.describe(INFO)
        self._fate = fate
        self._sound = packets(hz, 1.0)
        self._drift = 1 + drift_ppm * 1e-6
        self._starts_90k = starts_90k
        self._sent = 0
        self._waiting: list[tuple[float, int]] = []
        self.tick = 0

    def run(self, seconds: float) -> Samples:
        """Return what is heard in the next ``seconds`` (n,)."""
        return np.concatenate(list(self.blocks(seconds)))

    def blocks(self, seconds: float) -> Iterator[Samples]:
        """Yield what is heard at each tick of the next ``seconds`` (``FRAME_SAMPLES``,)."""
        for _ in range(round(seconds * SAMPLE_RATE / FRAME_SAMPLES)):
            self.tick += 1
            now = float(self.tick * FRAME_SAMPLES)
            self._send(now)
            window = self.voice.window(now)
            block, moved, place = resample(
                window[None], np.array([self.voice.place]), np.array([self.voice.speed])
            )
            self.voice.moved(int(moved[0]), float(place[0]))
            yield block[0]

    def _send(self, now: float) -> None:
        while (sent := (self._sent + 1) * FRAME_SAMPLES / self._drift) <= now:
            late_ms = self._fate(self._sent).late_ms
            if late_ms is not None:
                self._waiting.append((sent + late_ms * MS, self._sent))
            self._sent += 1
        for arrival, number in sorted(each for each in self._waiting if each[0] <= now):
            data = self._sound[number % len(self._sound)]
            self.voice.push(AccessUnit(data, self._starts_90k + number * 1800, True), arrival)
        self._waiting = [each for each in self._waiting if each[0] > now]
