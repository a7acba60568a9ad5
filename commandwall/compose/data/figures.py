"""Numbers as panels write them, and the round steps of scales."""

from __future__ import annotations

from math import floor, log10

_THOUSANDS = 10_000


def number_text(value: float, decimals: int | None) -> str:
    """Return ``value`` with so many digits after the point, or (``None``) no more than it needs of six."""
    comma = "," if abs(value) >= _THOUSANDS else ""
    if decimals is not None:
        return f"{value:{comma}.{decimals}f}"
    places = max(0, 5 - floor(log10(abs(value)))) if value else 0
    text = f"{value:{comma}.{min(places, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def round_step(span: float, count: int) -> float:
    """Return the smallest of 1, 2, 5 x 10^n of which at most ``count`` fit into ``span`` (> 0)."""
    least = span / count
    size: float = 10.0 ** floor(log10(least))
    return next(step * size for step in (1, 2, 5, 10) if step * size >= least * 0.999999)


def scale(low: float, high: float, count: int) -> list[float]:
    """Return round numbers from ``low`` to ``high``, at most about ``count``."""
    step = round_step(high - low, count)
    first, last = -floor(-low / step + 1e-9), floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def step_decimals(step: float) -> int:
    """Return how many digits after the point tell the numbers of a scale apart."""
    return max(0, -floor(log10(step) + 1e-9))
