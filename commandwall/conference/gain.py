"""Making faint voices louder and loud ones fainter, slowly; and mixes that never clip."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from commandwall.conference.level import Levels, Rows, picked
from commandwall.media.opus import FRAME_SAMPLES
from commandwall.media.sound import Samples

_WANTED_DB = -23.0
_LEAST_DB, _MOST_DB = -9.0, 12.0
_UP_DB, _DOWN_DB = 0.05, 0.15
"""A tick: 2.5 and 7.5 dB a second."""
_NEAR = 0.03

CEILING = 0.89
"""-1 dBFS: what Opus adds to a peak does not clip either."""
_PARTS = 8
_PART = FRAME_SAMPLES // _PARTS
_RELEASE = 10 ** (0.15 / 20)
_RAMP = np.arange(1, _PART + 1, dtype=np.float32) / np.float32(_PART)
LOOK_AHEAD = _PART
"""How much later a mix comes out of the limiter: 120 samples, 2.5 ms."""


class AutomaticGain:
    """Brings what each voice says to -23 dBFS, by ``gain_db``, 12 at most; its pauses change nothing."""

    def __init__(self) -> None:
        self._speech_db: Levels = np.empty(0)
        self.gain_db: Levels = np.empty(0)

    @property
    def factors(self) -> Levels:
        """What the samples of each voice are multiplied by."""
        factors: Levels = 10 ** (self.gain_db / 20)
        return factors

    def rearrange(self, rows: Rows) -> None:
        """Go on with these of the voices, in this order; -1 is a new one."""
        self._speech_db = picked(self._speech_db, rows, _WANTED_DB)
        self.gain_db = picked(self.gain_db, rows, 0)

    def hear(self, level_db: Levels, speaks: NDArray[np.bool_]) -> None:
        """Take the levels of the newest block of each voice, and whether it speaks loud enough to count."""
        self._speech_db += np.where(speaks, (level_db - self._speech_db) * _NEAR, 0)
        wanted_db = np.clip(_WANTED_DB - self._speech_db, _LEAST_DB, _MOST_DB)
        self.gain_db += np.where(speaks, np.clip(wanted_db - self.gain_db, -_DOWN_DB, _UP_DB), 0)


class Limiter:
    """Keeps the peaks of several mixes below ``CEILING``: it sees them 2.5 ms before they come and gives way.

    Gains run in straight lines between parts of 2.5 ms, so that nothing clicks, and come back by 60 dB/s.
    """

    def __init__(self, count: int) -> None:
        self._tail = np.zeros((count, _PART), np.float32)
        self._gain = np.ones(count, np.float32)

    def follow(self, row: int, leader: int) -> None:
        """Go on with mix ``row`` as if it had been ``leader`` so far."""
        self._tail[row], self._gain[row] = self._tail[leader], self._gain[leader]

    def limit(self, mixes: Samples) -> Samples:
        """Return what follows of each mix (mixes, ``FRAME_SAMPLES``), ``LOOK_AHEAD`` samples later."""
        joined = np.concatenate((self._tail, mixes), axis=1)
        self._tail = joined[:, FRAME_SAMPLES:].copy()
        parts = joined.reshape(len(mixes), _PARTS + 1, _PART)
        allowed = CEILING / np.maximum(np.abs(parts).max(axis=2), CEILING)
        nodes = np.empty((len(mixes), _PARTS + 1), np.float32)
        nodes[:, 0] = self._gain
        for part in range(_PARTS):
            free = np.minimum(nodes[:, part] * _RELEASE, 1)
            nodes[:, part + 1] = np.minimum(free, np.minimum(allowed[:, part], allowed[:, part + 1]))
        self._gain = nodes[:, _PARTS]
        rise = np.diff(nodes, axis=1)[:, :, None]
        gains = nodes[:, :-1, None] + rise * _RAMP
        return (parts[:, :-1] * gains).reshape(len(mixes), FRAME_SAMPLES)
