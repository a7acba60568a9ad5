"""A histogram of durations in the form that Prometheus takes: buckets, count and sum."""

from __future__ import annotations

from bisect import bisect_left

SWITCH_BUCKETS_S = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 2.0, 5.0)


class Histogram:
    """Counts observations per upper bound (seconds). Belongs to one event loop."""

    def __init__(self, bounds_s: tuple[float, ...] = SWITCH_BUCKETS_S) -> None:
        self.bounds_s = bounds_s
        self.counts = [0] * (len(bounds_s) + 1)
        self.sum_s = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration; the last bucket has no upper bound."""
        self.counts[bisect_left(self.bounds_s, seconds)] += 1
        self.sum_s += seconds

    def cumulative(self) -> list[tuple[str, float]]:
        """Return (upper bound as text, observations up to it), the last one ``+Inf``."""
        total = 0
        rows = []
        for bound, count in zip((*map(str, self.bounds_s), "+Inf"), self.counts, strict=True):
            total += count
            rows.append((bound, float(total)))
        return rows
