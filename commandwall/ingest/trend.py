"""A robust line through what is measured again and again: where it is now, and how fast it moves."""

from __future__ import annotations

import statistics
from collections import deque

from commandwall.base.clock import NS_PER_S

BUCKET_NS = 10 * NS_PER_S
WINDOW = 60
"""Buckets that the line is laid through: ten minutes."""
LEAST = 24
"""Buckets before anything is said of the slope: four minutes."""
STEP_NS = 200_000_000
"""Two buckets further apart than this are not one line: a clock was set."""
_SURE_PPM = 8.0
_MAD_TO_SIGMA, _MEDIAN_TO_MEAN = 1.4826, 1.2533


class Trend:
    """Values of which the largest of each bucket counts, since all errors make them smaller.

    The slope is Theil's (the incomplete method): the median of the slopes between points half a
    window apart. Up to a quarter of the points may be anything. Memory is bounded, and an answer costs
    nothing: the line is laid when a bucket is complete.
    """

    __slots__ = ("_bucket", "_last", "_line", "_points")

    def __init__(self) -> None:
        self._points: deque[tuple[int, int]] = deque(maxlen=WINDOW)
        self._bucket = 0
        self._last: tuple[int, int] | None = None
        self._line: float | None = None

    def add(self, at_ns: int, value_ns: int) -> None:
        """Take ``value_ns``, measured at ``at_ns`` (monotonic, growing)."""
        bucket = at_ns // BUCKET_NS
        last = self._last
        if last is None or bucket == self._bucket:
            if last is None or value_ns > last[1]:
                self._last = at_ns, value_ns
        else:
            self._close(last)
            self._last = at_ns, value_ns
        self._bucket = bucket

    @property
    def value_ns(self) -> int | None:
        """What is measured now; ``None`` before the first value."""
        if self._last is None:
            return None
        if not self._points:
            return self._last[1]
        # A bucket that has just begun may hold nothing but a bad value.
        before = self._points[-1][1]
        stepped = abs(self._last[1] - before) > STEP_NS
        return self._last[1] if stepped else max(self._last[1], before)

    @property
    def slope_ppm(self) -> float | None:
        """How fast the value grows, in millionths; ``None`` while its standard error is above 8 ppm."""
        return self._line

    def _close(self, point: tuple[int, int]) -> None:
        """Take the point of a bucket that is complete."""
        if self._points and abs(point[1] - self._points[-1][1]) > STEP_NS:
            self._points.clear()
        self._points.append(point)
        self._line = _slope_ppm(list(self._points)) if len(self._points) >= LEAST else None


def _slope_ppm(points: list[tuple[int, int]]) -> float | None:
    half = len(points) // 2
    pairs = zip(points[:half], points[-half:], strict=True)
    slopes = [1e6 * (late - early) / (late_at - early_at) for (early_at, early), (late_at, late) in pairs]
    slope = statistics.median(slopes)
    spread = _MAD_TO_SIGMA * statistics.median(abs(each - slope) for each in slopes)
    return slope if _MEDIAN_TO_MEAN * spread <= _SURE_PPM * half**0.5 else None
