"""What a data panel was told: its newest value, and the points of a time series."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from operator import attrgetter

from commandwall.base.clock import NS_PER_S, utc_iso
from commandwall.base.errors import InvalidError
from commandwall.model.data import Panel, Value

MAX_POINTS = 5000
AHEAD_NS = 5 * NS_PER_S
"""So much later than now may be what a sender says: its clock is another one."""
_TIME = attrgetter("at_utc_ns")


class Record:
    """The values of one panel, in the order of their times. A series keeps those of its window.

    What is kept and later than now was told before the clock was put back: nobody knows how old that is.
    """

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self._values: list[Value] = []

    @property
    def value(self) -> Value | None:
        """The newest value."""
        return self._values[-1] if self._values else None

    def __len__(self) -> int:
        """Return how many values are kept."""
        return len(self._values)

    def __iter__(self) -> Iterator[Value]:
        """Yield what is kept, the oldest first: all points of a series, at most one value of any other."""
        return iter(self._values)

    def put(self, value: Value, now_utc_ns: int) -> None:
        """Take in a value at ``now_utc_ns``; one that is kept and later than that gives way to it.

        A point of a series takes its place among the others, or that of the one with its time; one that
        is older than the window, or later than now, changes nothing. Of any other panel a value that is
        older than the newest raises :class:`InvalidError`.
        """
        before, latest_utc_ns = self.value, now_utc_ns + AHEAD_NS
        if not self.panel.span_s:
            if before is not None and value.at_utc_ns < before.at_utc_ns <= latest_utc_ns:
                raise InvalidError(
                    "is older than what is shown ({at})", at=utc_iso(before.at_utc_ns), field="at"
                )
            self._values = [value]
            return
        self.forget_later(now_utc_ns)
        if value.at_utc_ns > latest_utc_ns:
            return
        values = self._values
        place = bisect_left(values, value.at_utc_ns, key=_TIME)
        same = place < len(values) and values[place].at_utc_ns == value.at_utc_ns
        values[place : place + same] = [value]
        self._forget()

    def forget_later(self, now_utc_ns: int) -> bool:
        """Forget what is later than ``now_utc_ns``; return whether there was any.

        A panel that tells no ages goes on with what it shows.
        """
        if not self.panel.span_s and self.panel.stale_after_s is None:
            return False
        kept = bisect_right(self._values, now_utc_ns + AHEAD_NS, key=_TIME)
        later = self._values[kept:]
        del self._values[kept:]
        return bool(later)

    def _forget(self) -> None:
        """Drop what is older than the window, but for one point: the line comes in from there."""
        oldest = self._values[-1].at_utc_ns - int(self.panel.span_s * NS_PER_S)
        gone = bisect_left(self._values, oldest, key=_TIME) - 1
        del self._values[: max(gone, len(self._values) - MAX_POINTS, 0)]
