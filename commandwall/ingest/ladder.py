"""The decode ladder: which rung each shown feed gets, within a budget. Pure, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from commandwall.model.wall import DecodeLevel

RESTORE_SHARE = 0.85
"""A feed goes up a rung only within this part of the budget: what was just taken away must not
come back by a breath of noise."""
FULL_COST = 1.35
"""What deblocking makes of the cost of a frame (measured at 640x360: 0.51 to 0.37 ms)."""

_RANK = {DecodeLevel.OFF: 0, DecodeLevel.KEY: 1, DecodeLevel.NODEBLOCK: 2, DecodeLevel.FULL: 3}


@dataclass(frozen=True, slots=True)
class Demand:
    """One shown feed: the rung it deserves, the rung it has, and what it costs.

    ``least`` is the lowest rung that shows anything: key frames, unless none come. ``frame_cost_s``
    is what a frame takes without deblocking, ``key_cost_s`` a key frame, painting included; rates
    are per second.
    """

    feed: str
    wanted: DecodeLevel
    current: DecodeLevel
    importance: float
    fps: float
    key_fps: float
    frame_cost_s: float
    key_cost_s: float
    least: DecodeLevel = DecodeLevel.KEY

    def load(self, level: DecodeLevel) -> float:
        """Return the cores that ``level`` takes."""
        keys = self.key_fps * self.key_cost_s
        if _RANK[level] <= _RANK[DecodeLevel.KEY]:
            return keys if level is DecodeLevel.KEY else 0.0
        frames = keys + max(0.0, self.fps - self.key_fps) * self.frame_cost_s
        return frames * (FULL_COST if level is DecodeLevel.FULL else 1.0)


def decide(demands: Iterable[Demand], budget_cores: float) -> dict[str, DecodeLevel]:
    """Return the rung of every feed; deciding again upon the answer changes nothing.

    Everyone gets key frames, or what shows in their place, whatever the budget: no tile starves.
    What is left of it goes to the most important first, and among equals to those that have it
    already; first all their frames, then, with what is still left, deblocking where it is wanted.
    """
    ordered = sorted(demands, key=lambda each: (-each.importance, -_RANK[each.current], each.feed))
    levels = {each.feed: min(each.wanted, each.least, key=_RANK.__getitem__) for each in ordered}
    used = sum(each.load(levels[each.feed]) for each in ordered)
    for level in (DecodeLevel.NODEBLOCK, DecodeLevel.FULL):
        for each in ordered:
            if _RANK[each.wanted] < _RANK[level] or _RANK[levels[each.feed]] < _RANK[level] - 1:
                continue
            more = each.load(level) - each.load(levels[each.feed])
            share = 1.0 if _RANK[each.current] >= _RANK[level] else RESTORE_SHARE
            if used + more <= budget_cores * share:
                levels[each.feed] = level
                used += more
    return levels


class Budget:
    """The cores that may be used now: the configured ones, less when they prove too many.

    The machine does other work as well; that shows as live frames waiting for a core, on average
    for longer than ``LAG_LIMIT_S`` (a single one that was late is the scheduler's). Two such
    seconds take an eighth away, and so do each further two. What was taken comes back in steps
    that are halved by every cut, so that the budget settles, and are large again after half a
    minute without one. While decoders are still catching up, as after a switch, waiting is no
    sign of anything. Three tenths always stay: below that, waiting is not ours.
    """

    LAG_LIMIT_S = 0.06
    _PATIENCE_S, _CALM_S = 2, 30
    _CUT, _FLOOR = 0.88, 0.3
    _LARGE_STEP, _SMALL_STEP = 0.16, 0.02

    def __init__(self, cores: float) -> None:
        self._configured = cores
        self._share = 1.0
        self._step = self._LARGE_STEP
        self._late_s = 0
        self._calm_s = 0

    @property
    def cores(self) -> float:
        """What may be used now, in cores."""
        return self._configured * self._share

    def measured(self, lag_s: float, *, catching_up: bool) -> None:
        """Take how long live frames waited on average in the last second."""
        if lag_s > self.LAG_LIMIT_S:
            self._calm_s = 0
            self._late_s += not catching_up
            if self._late_s >= self._PATIENCE_S:
                self._late_s = 0
                self._share = max(self._FLOOR, self._share * self._CUT)
                self._step = max(self._SMALL_STEP, self._step / 2)
            return
        self._late_s = 0
        self._calm_s += 1
        self._share = min(1.0, self._share + self._step)
        if self._calm_s >= self._CALM_S:
            self._step = self._LARGE_STEP
