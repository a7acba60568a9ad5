"""Importance: which tiles keep their pictures longest when decoding must be cut."""

from __future__ import annotations

from commandwall.model.overlays import AlarmLevel

_SPEAKING = 1 << 27
"""More than the pixels of any canvas, so that whoever speaks goes before any size."""
_ALARMED = 1 << 28
"""More than both together: an alarm, and then a worse one, goes before who speaks."""
_PINNED = 1 << 30
_LEVELS = (None, *AlarmLevel)


def importance(area_px: int, *, pinned: bool, alarm: AlarmLevel | None, speaking: bool) -> float:
    """Return the importance of a tile: an operator's pin first, then alarms, then who speaks, then size."""
    return float(area_px + speaking * _SPEAKING + _LEVELS.index(alarm) * _ALARMED + pinned * _PINNED)
