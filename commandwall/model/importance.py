"""Importance: which tiles keep their pictures longest when decoding must be cut."""

from __future__ import annotations

_PINNED = 1 << 30
"""Above the pixels of any canvas, so that nothing but another pin stands beside a pinned tile."""


def importance(area_px: int, *, pinned: bool) -> float:
    """Return the importance of a tile: an operator's pin goes before everything, then the larger one."""
    return float(area_px + pinned * _PINNED)
