"""Who is heard: the loudest few of those who speak, and not another few every moment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from commandwall.conference.level import Levels

NOBODY = -1
_LINGER_TICKS = 150
_LOUDER_DB = 3.0
_FOR_TICKS = 10


class Loudest:
    """Gives ``count`` places to voices. Who has one keeps it while speaking, and 3 s more if nobody wants it.

    Who speaks takes a free place, or that of somebody silent; the place of somebody who speaks only by being
    3 dB louder for 0.2 s.
    """

    def __init__(self, count: int) -> None:
        self.places = [NOBODY] * count
        self._idle = [0] * count
        self._challenged = 0

    def rearrange(self, new_rows: Sequence[int]) -> None:
        """Take note that each voice, by its row, is in another row now; ``NOBODY`` is one that has gone."""
        self.places = [new_rows[row] if row != NOBODY else NOBODY for row in self.places]

    def choose(self, level_db: Levels, active: NDArray[np.bool_], may: NDArray[np.bool_]) -> None:
        """Give places by the levels of voices, by who of them is ``active``, and by who ``may`` be heard."""
        for place, row in enumerate(self.places):
            self._idle[place] = 0 if row != NOBODY and active[row] else self._idle[place] + 1
            if row != NOBODY and (not may[row] or self._idle[place] > _LINGER_TICKS):
                self.places[place] = NOBODY
        wanting = [int(row) for row in np.flatnonzero(active & may) if row not in self.places]
        wanting.sort(key=lambda row: -level_db[row])
        for row in wanting:
            if not self._place(row, level_db):
                return
        self._challenged = 0

    def _place(self, row: int, level_db: Levels) -> bool:
        """Give ``row`` a place if there is one for it."""
        place = max(range(len(self.places)), key=lambda each: self._weakness(each, level_db))
        holder = self.places[place]
        if holder != NOBODY and not self._idle[place]:
            louder = level_db[row] > level_db[holder] + _LOUDER_DB
            self._challenged = self._challenged + 1 if louder else 0
            if self._challenged < _FOR_TICKS:
                return False
        self.places[place] = row
        self._idle[place] = self._challenged = 0
        return True

    def _weakness(self, place: int, level_db: Levels) -> tuple[bool, int, float]:
        row = self.places[place]
        return (True, 0, 0.0) if row == NOBODY else (False, self._idle[place], -float(level_db[row]))
