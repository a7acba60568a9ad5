"""Importance: which tiles keep their pictures longest when decoding must be cut."""

from __future__ import annotations

from commandwall.model.overlays import AlarmLevel

_ALARMED = 1 << 27
"""More than the pixels of any canvas, so that an alarm, and then a worse one, goes before any size."""
_PINNED = 1 << 30
_LEVELS = (None, *AlarmLevel)


def importance(area_px: int, *, pinned: bool, alarm: AlarmLevel | None) -> float:
    """Return the importance of a tile: an operator's pin goes before everything, then alarms, then size."""
    return float(area_px + _LEVELS.index(alarm) * _ALARMED + pinned * _PINNED)
