"""When a stream is late: after some seconds, or after some of its own intervals if it is a slow one."""

from __future__ import annotations

STALL_S = 3.0
STALL_INTERVALS = 3.0
"""A stream is stalled after ``STALL_S``, or this many of its own frame intervals if that is longer."""
SLOWEST_S = 30.0
"""The longest time between two frames that is taken for a camera's own way."""
FIRST_S = STALL_INTERVALS * SLOWEST_S
"""So long is waited at most for what nothing tells the pace of: it may be a slow one."""


def stalled_after_s(gap_s: float) -> float:
    """Return after how long a silence a stream is stalled whose frames are ``gap_s`` apart."""
    return max(STALL_S, STALL_INTERVALS * gap_s)
