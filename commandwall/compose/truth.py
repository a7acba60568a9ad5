"""The truth of tiles: from what arrived and when, what each of them is right now.

Pixels decide: a camera whose feed is reported lost but whose pictures still come (from its other
stream) is live, and one that is reported live but sends nothing is late, then lost. Late as well is one
whose pictures come, but long after they were captured. All tiles are judged at every tick, in a few
vectorised operations.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from commandwall.base.clock import NS_PER_S
from commandwall.ipc.slots import SlotFlag
from commandwall.model.wall import TileState

STATES = tuple(TileState)
LIVE, LATE, FROZEN, LOST, CONNECTING, EMPTY = (
    STATES.index(state)
    for state in (
        TileState.LIVE,
        TileState.LATE,
        TileState.FROZEN,
        TileState.LOST,
        TileState.CONNECTING,
        TileState.EMPTY,
    )
)  # fmt: skip

LATE_NS = 2 * NS_PER_S
FROZEN_NS = 5 * NS_PER_S
LOST_NS = 10 * NS_PER_S
DEAD_NS = NS_PER_S // 4
"""How long a picture may be overdue when its feed is known not to deliver."""

Times = NDArray[np.int64]
Marks = NDArray[np.bool_]
Codes = NDArray[np.uint8]

_TIMED = np.uint64(SlotFlag.TIMED)
_TIMED_OR_HELD = np.uint64(SlotFlag.TIMED | SlotFlag.HELD)


class Truth:
    """What is known of ``count`` tiles, one entry each; times are monotonic ns.

    ``has_picture``: at least one arrived. ``arrival``, ``changed``, ``period``, ``flags``: of the
    newest one, as :class:`commandwall.ipc.slots.SlotInfo` says, when it came. ``stay``: its period as it is
    now, which may have grown. ``dead``: its feed is known not to deliver. ``empty``: nothing is to be shown.

    ``captured`` is when the picture that is shown was captured. Where the wall is ``aligned`` that is
    not the newest: ``shown`` is when it arrived, and ``flags`` are its. Such a wall may hold its pictures
    back for up to ``held_back_ns``.
    """

    def __init__(self, count: int, *, aligned: bool = False, held_back_ns: int = 0) -> None:
        self.has_picture: Marks = np.zeros(count, np.bool_)
        self.arrival: Times = np.zeros(count, np.int64)
        self.shown: Times = np.zeros(count, np.int64) if aligned else self.arrival
        self.captured: Times = np.zeros(count, np.int64)
        self.changed: Times = np.zeros(count, np.int64)
        self.period: Times = np.zeros(count, np.int64)
        self.stay: Times = np.zeros(count, np.int64)
        self.flags: NDArray[np.uint64] = np.zeros(count, np.uint64)
        self.dead: Marks = np.zeros(count, np.bool_)
        self.empty: Marks = np.zeros(count, np.bool_)
        self._behind_ns = LATE_NS + held_back_ns

    def judge(self, now_ns: int) -> Codes:
        """Return each tile's state at ``now_ns``, as an index into :data:`STATES`."""
        overdue = self.overdue(now_ns)
        states = np.zeros(len(overdue), np.uint8)
        states[self.arrival - self.changed - self.period > FROZEN_NS] = FROZEN
        behind = self._timed() & (now_ns - self.captured - self.stay > self._behind_ns)
        states[behind | (overdue > LATE_NS)] = LATE
        states[overdue > LOST_NS] = LOST
        states[self.dead & (overdue > DEAD_NS)] = LOST
        if not self.has_picture.all():
            states[~self.has_picture] = CONNECTING
            states[~self.has_picture & self.dead] = LOST
            states[self.empty] = EMPTY
        return states

    def overdue(self, now_ns: int) -> Times:
        """Return for how long another picture has been expected; below 0 until it is."""
        return now_ns - self.arrival - self.stay

    def damaged(self) -> Marks:
        """Return which tiles show a picture from which something was lost."""
        return (self.flags & np.uint64(SlotFlag.DAMAGED)) > 0

    def losses(self) -> Marks:
        """Return which of the damaged ones are so since packets were lost."""
        return (self.flags & np.uint64(SlotFlag.LOSS)) > 0

    def since(self) -> Times:
        """Return from when the pictures are that are shown: when they were captured, or else arrived."""
        return np.where(self._timed(), self.captured, self.shown)

    def ages(self, states: Codes, now_ns: int) -> Times:
        """Return the whole seconds that each tile has to say: 0 where it says none.

        A late or lost tile says how old its picture is, a frozen one for how long nothing moved.
        """
        since = np.where(states == FROZEN, self.changed, self.since())
        told = self.has_picture & (states != LIVE)
        return np.where(told, np.maximum(now_ns - since, 0) // NS_PER_S, 0)

    def _timed(self) -> Marks:
        """Return of which pictures the camera's clock tells the age; what is held is as good as new."""
        timed: Marks = (self.flags & _TIMED_OR_HELD) == _TIMED
        return timed
