"""How loud voices are, and whether there is voice in them at all; all voices of a tick at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from commandwall.media.sound import Samples

SILENCE_DB = -127.0
"""The lowest level that RFC 6464 knows; 0 is full scale."""
_FLOOR_RISE_DB = 0.02
_ABOVE_FLOOR_DB = 9.0
_LEAST_DB, _MOST_DB = -55.0, -38.0
"""What is louder than the upper one is voice whatever the noise, what is fainter than the lower one never."""
_HANGOVER_TICKS = 20
_RISE, _FALL = 0.6, 0.1

Levels = NDArray[np.float64]
Rows = NDArray[np.intp]


def decibels(blocks: Samples) -> Levels:
    """Return the level of each block (voices, samples) in dBFS, a full square wave being 0."""
    power = np.einsum("ij,ij->i", blocks, blocks, dtype=np.float64) / blocks.shape[1]
    levels_db: Levels = np.maximum(10 * np.log10(np.maximum(power, 1e-13)), SILENCE_DB)
    return levels_db


def picked(values: Levels, rows: Rows, fresh: float) -> Levels:
    """Return ``values`` of ``rows``, and ``fresh`` where a row is -1."""
    chosen: Levels = np.append(values, fresh)[rows]
    return chosen


class Activity:
    """Tells voice from noise, by level: 9 dB above the quietest of late, for 0.4 s after it was so.

    ``level_db`` follows the loudness as an ear does: up at once, down within 0.2 s.
    """

    def __init__(self) -> None:
        self.level_db: Levels = np.empty(0)
        self._floor_db: Levels = np.empty(0)
        self._hangover: Levels = np.empty(0)

    @property
    def active(self) -> NDArray[np.bool_]:
        """In which of them there is voice."""
        return self._hangover > 0

    def rearrange(self, rows: Rows) -> None:
        """Go on with these of the voices, in this order; -1 is a new one."""
        self.level_db = picked(self.level_db, rows, SILENCE_DB)
        self._floor_db = picked(self._floor_db, rows, _LEAST_DB)
        self._hangover = picked(self._hangover, rows, 0)

    def hear(self, blocks: Samples) -> Levels:
        """Take the next block of each voice (voices, samples) and return the levels of these alone."""
        now_db = decibels(blocks)
        rate = np.where(now_db > self.level_db, _RISE, _FALL)
        self.level_db += (now_db - self.level_db) * rate
        self._floor_db = np.minimum(now_db, self._floor_db + _FLOOR_RISE_DB)
        threshold_db = np.clip(self._floor_db + _ABOVE_FLOOR_DB, _LEAST_DB, _MOST_DB)
        self._hangover = np.where(now_db > threshold_db, _HANGOVER_TICKS, np.maximum(self._hangover - 1, 0))
        return now_db
