"""The decode ladder: which rung each shown feed gets, within a budget. Pure, no clock."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from commandwall.model.wall import DecodeLevel

FULL_FROM = 0.8
"""A tile at least this wide, as a part of the picture's width, is worth deblocking."""
FULL_COST = 1.35
"""What deblocking makes of the cost of a frame (measured at 640x360: 0.51 to 0.37 ms)."""

_RANK = {DecodeLevel.OFF: 0, DecodeLevel.KEY: 1, DecodeLevel.NODEBLOCK: 2, DecodeLevel.FULL: 3}


class Limits(NamedTuple):
    """What all feeds together may take, in cores: those that have their rung, and such as would go up.

    ``take`` is the lower one: what was just taken away must not come back by a breath of noise.
    """

    keep: float
    take: float


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


def deserved(tile_widths: Iterable[float], picture_width: int) -> DecodeLevel:
    """Return the rung that a feed deserves by how wide its whole picture is in tiles, and is (0: unknown)."""
    large = picture_width and any(width >= FULL_FROM * picture_width for width in tile_widths)
    return DecodeLevel.FULL if large else DecodeLevel.NODEBLOCK


def decide(demands: Iterable[Demand], limits: Limits) -> dict[str, DecodeLevel]:
    """Return the rung of every feed; deciding again upon the answer changes nothing.

    Everyone gets key frames, or what shows in their place, whatever the budget: no tile starves.
    What is left of it goes to the most important first, and among equals to those that have it
    already; first all their frames, then, with what is still left, deblocking where it is wanted.
    Where key frames alone exceed the budget, those of the less important take it from nobody.
    """
    demands = list(demands)
    while True:
        levels = _climb(demands, limits)
        if all(levels[each.feed] is each.current for each in demands):
            return levels
        # Who went up may make way for one of more importance. It ends: each goes up once for those before it.
        demands = [replace(each, current=levels[each.feed]) for each in demands]


def _climb(demands: Iterable[Demand], limits: Limits) -> dict[str, DecodeLevel]:
    """Return the rungs that follow from those that the feeds have now."""
    ordered = sorted(demands, key=lambda each: (-each.importance, -_RANK[each.current], each.feed))
    levels = {each.feed: min(each.wanted, each.least, key=_RANK.__getitem__) for each in ordered}
    used = 0.0
    beneath: dict[
        float, float
    ] = {}  # By importance: what all those take for key frames that have less of it.
    for each in reversed(ordered):
        beneath.setdefault(each.importance, used)
        used += each.load(levels[each.feed])
    for level in (DecodeLevel.NODEBLOCK, DecodeLevel.FULL):
        rank = _RANK[level]
        holders = [each for each in ordered if min(_RANK[each.wanted], _RANK[each.current]) >= rank]
        least_important = holders[-1].importance if holders else math.inf
        for each in ordered:
            if _RANK[each.wanted] < rank or _RANK[levels[each.feed]] < rank - 1:
                continue
            more = each.load(level) - each.load(levels[each.feed])
            # Whoever is more important than one that has it takes that one's place, not more of the cores.
            keeps = _RANK[each.current] >= rank or each.importance > least_important
            spared = beneath[each.importance] if level is DecodeLevel.NODEBLOCK else 0.0
            if used - spared + more <= (limits.keep if keeps else limits.take):
                levels[each.feed] = level
                used += more
    return levels
