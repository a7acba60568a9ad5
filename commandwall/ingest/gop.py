"""The group-of-pictures cache: what a new viewer of a feed is given at once."""

from __future__ import annotations

from commandwall.model.access_unit import AccessUnit

MAX_FRAMES = 640
MAX_BYTES = 12 << 20
"""A key frame every 20 s fits, at 30 frames a second and at 4 Mb/s."""
WORKER_BYTES = 128 << 20
ASSURED_BYTES = 256 << 10
"""What a feed may hold however much others do: two seconds of a sub stream of 1 Mb/s."""


class GopBudget:
    """The bytes that all caches of one worker hold together, and may hold; ``assured`` is for each."""

    __slots__ = ("assured", "limit", "used")

    def __init__(self, limit: int = WORKER_BYTES, assured: int = ASSURED_BYTES) -> None:
        self.limit = limit
        self.assured = assured
        self.used = 0


class GopCache:
    """The access units of one feed from its newest key frame on. Belongs to the event loop.

    It holds at most ``max_frames`` and ``max_bytes``, and all caches of a worker share
    ``budget``, of which a little is assured to each. A group that grows beyond any of these is cut
    down to its key frame, and what follows is not kept until the next one: a gap in the middle could
    not be decoded. ``whole`` tells the two apart: with ``whole`` the last unit is the newest picture
    of the feed; without, there is one old picture, and nothing that follows can be decoded upon it.
    """

    __slots__ = ("_budget", "_bytes", "_max_bytes", "_max_frames", "_units", "whole")

    def __init__(self, budget: GopBudget, max_frames: int = MAX_FRAMES, max_bytes: int = MAX_BYTES) -> None:
        self._budget = budget
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self._units: list[AccessUnit] = []
        self._bytes = 0
        self.whole = True

    def add(self, unit: AccessUnit) -> None:
        """Take the next access unit of the feed; what comes before the first key frame is not kept."""
        size = len(unit.data)
        budget = self._budget
        units = self._units
        if unit.key:
            self._units = [unit]
            budget.used += size - self._bytes
            self._bytes = size
            self.whole = True
        elif self.whole and units:
            total = self._bytes + size
            used = budget.used + size
            room = used <= budget.limit or total <= budget.assured
            if room and total <= self._max_bytes and len(units) < self._max_frames:
                units.append(unit)
                self._bytes = total
                budget.used = used
            else:
                self._cut()

    def units(self) -> list[AccessUnit]:
        """Return what is held, key frame first; empty before the first key frame."""
        return self._units.copy()

    def clear(self) -> None:
        """Forget everything: the feed is closed, and what comes next is another session."""
        self._budget.used -= self._bytes
        self._bytes = 0
        self._units = []
        self.whole = True

    def _cut(self) -> None:
        del self._units[1:]
        size = len(self._units[0].data)
        self._budget.used += size - self._bytes
        self._bytes = size
        self.whole = False
