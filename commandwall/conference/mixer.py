"""The mixes of one conference: one of all who are heard, and for each of these one without themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from commandwall.conference.gain import AutomaticGain, Limiter
from commandwall.conference.level import Activity, Levels, Rows
from commandwall.conference.loudest import NOBODY, Loudest
from commandwall.media.opus import FRAME_SAMPLES
from commandwall.media.sound import Samples

SPEAKERS = 3
_RAMP = np.arange(1, FRAME_SAMPLES + 1, dtype=np.float32) / np.float32(FRAME_SAMPLES)


class Mixer:
    """Mixes a block of every voice at each tick. Voices are rows of arrays, ordered by :meth:`rearrange`.

    ``owners`` tells whose voice is missing in each of the mixes but the first: the row of a voice, or
    ``NOBODY`` where it is the same as the first. A voice comes and goes by a ramp of one block.
    """

    def __init__(self) -> None:
        self.activity = Activity()
        self.owners = [NOBODY] * SPEAKERS
        self._gain = AutomaticGain()
        self._loudest = Loudest(SPEAKERS)
        self._limiter = Limiter(SPEAKERS + 1)
        self._factors = np.zeros(SPEAKERS, np.float32)
        self._gone = [True] * SPEAKERS

    def rearrange(self, rows: Rows) -> None:
        """Go on with these of the voices, in this order; -1 is a new one. Those of ``owners`` must stay."""
        new_rows = [NOBODY] * len(self.activity.level_db)
        for new, row in enumerate(rows):
            if row >= 0:
                new_rows[row] = new
        self.activity.rearrange(rows)
        self._gain.rearrange(rows)
        self._loudest.rearrange(new_rows)
        self.owners = [new_rows[row] if row != NOBODY else NOBODY for row in self.owners]

    def mix(self, blocks: Samples, may: NDArray[np.bool_]) -> Samples:
        """Return the mixes (1 + ``SPEAKERS``, ``FRAME_SAMPLES``) of ``blocks`` (voices, ``FRAME_SAMPLES``).

        ``may`` says which of the voices may be heard.
        """
        level_db = self.activity.hear(blocks)
        active = self.activity.active
        self._gain.hear(level_db, active & (level_db > self.activity.level_db - 6))
        self._loudest.choose(self.activity.level_db + self._gain.gain_db, active, may)
        heard = self._heard(blocks, self._gain.factors)
        everybody = heard.sum(axis=0)
        own = self._whose() @ heard
        return self._limiter.limit(np.concatenate((everybody[None], everybody - own)))

    def _whose(self) -> NDArray[np.float32]:
        """Return at which places whoever has a place is heard: two, when they come again while they go."""
        owners = np.array(self.owners)
        same: NDArray[np.float32] = (owners[:, None] == owners).astype(np.float32)
        return same

    def _heard(self, blocks: Samples, gains: Levels) -> Samples:
        """Return what is heard of each speaker (``SPEAKERS``, ``FRAME_SAMPLES``)."""
        heard = np.zeros((SPEAKERS, FRAME_SAMPLES), np.float32)
        for place, wanted in enumerate(self._loudest.places):
            owner, before = self.owners[place], self._factors[place]
            if owner != wanted and self._gone[place]:
                owner = self.owners[place] = wanted
                self._limiter.follow(1 + place, 0)
            self._gone[place] = not before  # by the next tick the limiter holds nothing of it either
            if owner == NOBODY:
                continue
            after = np.float32(gains[owner] if owner == wanted else 0)
            heard[place] = blocks[owner] * (before + (after - before) * _RAMP)
            self._factors[place] = after
        return heard


def moved(before: Sequence[str], after: Sequence[str]) -> Rows:
    """Return for each name of ``after`` where it was in ``before``, -1 where it was not."""
    where = {name: row for row, name in enumerate(before)}
    return np.array([where.get(name, -1) for name in after], np.intp)
