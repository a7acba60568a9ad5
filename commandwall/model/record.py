"""What a data panel was told: its newest value, and the points of a time series."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter

from commandwall.base.clock import NS_PER_S, utc_iso
from commandwall.base.errors import InvalidError
from commandwall.model.data import Panel, Value

MAX_POINTS = 5000
_TIME = attrgetter("at_utc_ns")


class Record:
    """The values of one panel, in the order of their times. A series keeps those of its window."""

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

    def put(self, value: Value) -> None:
        """Take in a value.

        A point of a series takes its place among the others, or that of the one with its time; one that
        is older than the window changes nothing. Of any other panel a value that is older than the newest
        raises :class:`InvalidError`.
        """
        before = self.value
        if not self.panel.span_s:
            if before is not None and value.at_utc_ns < before.at_utc_ns:
                raise InvalidError(
                    "is older than what is shown ({at})", at=utc_iso(before.at_utc_ns), field="at"
                )
            self._values = [value]
            return
        values = self._values
        place = bisect_left(values, value.at_utc_ns, key=_TIME)
        same = place < len(values) and values[place].at_utc_ns == value.at_utc_ns
        values[place : place + same] = [value]
        self._forget()

    def _forget(self) -> None:
        """Drop what is older than the window, but for one point: the line comes in from there."""
        oldest = self._values[-1].at_utc_ns - int(self.panel.span_s * NS_PER_S)
        gone = bisect_left(self._values, oldest, key=_TIME) - 1
        del self._values[: max(gone, len(self._values) - MAX_POINTS, 0)]
