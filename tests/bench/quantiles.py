"""Medians and percentiles of samples."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence


def percentile(samples: Sequence[float], percent: float) -> float:
    """Return the smallest sample that at least ``percent`` % of them don't exceed (nearest rank).

    A percentile so taken is always one that was measured. Raises ``ValueError`` without samples.
    """
    if not samples:
        raise ValueError("no samples")
    rank = max(1, math.ceil(len(samples) * percent / 100))
    return sorted(samples)[rank - 1]


def median(samples: Sequence[float]) -> float:
    """Return the middle sample, or the mean of the two middle ones; raises ``ValueError`` without any."""
    if not samples:
        raise ValueError("no samples")
    ordered = sorted(samples)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def medians(runs: Iterable[dict[str, float]]) -> dict[str, float]:
    """Return the median of every figure over the runs that have it, in the order first met."""
    samples: dict[str, list[float]] = {}
    for run in runs:
        for name, value in run.items():
            samples.setdefault(name, []).append(value)
    return {name: median(values) for name, values in samples.items()}
