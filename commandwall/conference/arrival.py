"""How late the packets of one voice come, and how long it is best kept therefore."""

from __future__ import annotations

import numpy as np

from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE

_KEPT = 150
_WINDOW = 3 * SAMPLE_RATE
_LATE_ONES = 0.98
_EVERY = SAMPLE_RATE // 10
_MARGIN = SAMPLE_RATE * 5 // 1000
LEAST_DELAY = FRAME_SAMPLES + _MARGIN
"""A tick takes 20 ms at once: whatever it needs must be there when it begins."""
MOST_DELAY = SAMPLE_RATE * 240 // 1000
_FIRST_DELAY = SAMPLE_RATE * 50 // 1000


class Arrivals:
    """The transit times of the last three seconds, of 150 packets at most. All times in samples of 48 kHz.

    A transit is when a packet arrived less when it begins by the sender's clock. The clocks have nothing to
    do with each other, so that only differences mean something: ``base`` is the shortest, and ``target`` is
    how long after that sound is best played: as late as 98 of 100 packets come, and a tick more.
    """

    __slots__ = ("_count", "_looked", "_times", "_transits", "base", "target")

    def __init__(self) -> None:
        self._transits = np.zeros(_KEPT)
        self._times = np.full(_KEPT, -np.inf)
        self._count = 0
        self._looked = -np.inf
        self.base = 0.0
        self.target = _FIRST_DELAY

    @property
    def none(self) -> bool:
        """Whether nothing has arrived yet."""
        return self._count == 0

    def add(self, transit: float, now: float) -> None:
        """Take note of a packet that arrived ``now``."""
        self.base = transit if self.none else min(self.base, transit)
        at = self._count % _KEPT
        self._transits[at], self._times[at] = transit, now
        self._count += 1
        if now - self._looked >= _EVERY:
            self._look(now)

    def _look(self, now: float) -> None:
        self._looked = now
        transits = self._transits[self._times > now - _WINDOW]
        self.base = float(transits.min())
        if len(transits) < _KEPT // 15:
            return
        last = int(_LATE_ONES * (len(transits) - 1))
        late = float(np.partition(transits, last)[last])
        self.target = int(min(max(late - self.base + LEAST_DELAY, LEAST_DELAY), MOST_DELAY))
