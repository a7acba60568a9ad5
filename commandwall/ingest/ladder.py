"""The decode ladder: which rung each shown feed gets, within a budget. Pure, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
    """
    ordered = sorted(demands, key=lambda each: (-each.importance, -_RANK[each.current], each.feed))
    levels = {each.feed: min(each.wanted, each.least, key=_RANK.__getitem__) for each in ordered}
    used = sum(each.load(levels[each.feed]) for each in ordered)
    for level in (DecodeLevel.NODEBLOCK, DecodeLevel.FULL):
        for each in ordered:
            if _RANK[each.wanted] < _RANK[level] or _RANK[levels[each.feed]] < _RANK[level] - 1:
                continue
            more = each.load(level) - each.load(levels[each.feed])
            limit = limits.keep if _RANK[each.current] >= _RANK[level] else limits.take
            if used + more <= limit:
                levels[each.feed] = level
                used += more
    return levels
