"""Captions: what tiles say beside their state, by the switches of the wall and the size of the tile."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from commandwall.base.clock import NS_PER_S, utc_ns
from commandwall.compose.faces import Detail
from commandwall.compose.truth import Marks, Times, Truth
from commandwall.ipc.messages import WallTile
from commandwall.model.conference.marks import PersonMarks
from commandwall.model.overlays import Alarm, Labels, Switch
from commandwall.model.rect import Rect
from commandwall.model.source import PICTURE, SourceKind
from commandwall.model.wall import TileState

_ROOM: Mapping[str, tuple[int, int]] = {"area": (440, 240), "time": (440, 240), "bitrate": (900, 500)}
"""The smallest tile, width and height in pixels, that says it without being told to."""
_APART = 1 << 40
_TENTHS_NS = NS_PER_S // 10


@dataclass(frozen=True, slots=True)
class Dressing:
    """What is known beside the pictures: switches, names of areas, and what there is to say by source.

    ``persons`` are the participants of conferences among the sources, and ``held_ms`` how long after being
    captured their pictures are shown. ``covered`` is what a banner lies over.
    """

    labels: Labels
    areas: Mapping[str, str]
    alarms: Mapping[str, Alarm]
    rates_bps: Mapping[str, float]
    covered: Rect | None = None
    persons: Mapping[str, PersonMarks] = field(default_factory=dict)
    held_ms: Mapping[str, int] = field(default_factory=dict)


class Captions:
    """The captions of the tiles of one stage. Used by the tick's thread."""

    def __init__(self, specs: Sequence[WallTile], dressing: Dressing) -> None:
        self._specs, self._dressing = specs, dressing
        labels = dressing.labels
        self._timed = _chosen(specs, "time", labels.time)
        self._aged = _chosen(specs, "age", labels.age)
        self._rated = _chosen(specs, "bitrate", labels.bitrate)
        self._named = _chosen(specs, "name", labels.name)
        self._placed = _chosen(specs, "area", labels.area)
        self._moving = bool(self._timed.any() or self._aged.any())
        self._still: Times = np.zeros(len(specs), np.int64)
        self._composed = [_shows_a_conference(spec.source) for spec in specs]
        self.dot = labels.state is not Switch.OFF
        self.word = labels.state is Switch.ON

    def moments(self, truth: Truth, now_ns: int) -> Times:
        """Return a number for each tile that moves when its captions say something else than before."""
        if not self._moving:
            return self._still
        seconds = (truth.captured + (utc_ns() - now_ns)) // NS_PER_S
        told = np.where(self._timed & truth.has_picture, seconds, 0)
        return told + np.where(self._aged, now_ns // NS_PER_S * _APART, 0)

    def words(self, number: int) -> tuple[object, ...]:
        """Return all that a tile says that does not move with time."""
        texts = (self.name(number), self.area(number), self.rate(number))
        switches = bool(self._timed[number]), bool(self._aged[number]), self.dot, self.word
        return *texts, self.alarm(number), self.person(number), self.top(number), *switches

    def top(self, number: int) -> int:
        """Return how many rows at the top of a tile the banner lies over."""
        rect, covered = self._specs[number].rect, self._dressing.covered
        return covered.bottom - rect.y if covered is not None and rect.overlaps(covered) else 0

    def alarm(self, number: int) -> Alarm | None:
        """Return what is the matter with the source of a tile."""
        return self._dressing.alarms.get(self._specs[number].source)

    def person(self, number: int) -> PersonMarks | None:
        """Return what is known of the participant whom a tile shows."""
        return self._dressing.persons.get(self._specs[number].source)

    def composed(self, number: int) -> bool:
        """Return whether a tile shows a conference's picture, which says all by itself while it is live."""
        return self._composed[number]

    def name(self, number: int) -> str:
        """Return the name that a tile says."""
        return self._specs[number].name if self._named[number] else ""

    def area(self, number: int) -> str:
        """Return the name of the area that a tile says."""
        return self._dressing.areas.get(self._specs[number].area, "") if self._placed[number] else ""

    def rate(self, number: int) -> str:
        """Return the bit rate that a tile says."""
        rate_bps = self._dressing.rates_bps.get(self._specs[number].source)
        if rate_bps is None or not self._rated[number]:
            return ""
        return f"{rate_bps / 1e6:.1f} Mb/s" if rate_bps >= 1e6 else f"{rate_bps / 1e3:.0f} kb/s"

    def details(self, number: int, state: TileState, truth: Truth, now_ns: int) -> tuple[Detail, ...]:
        """Return the figures of a tile: all where it is live, and only the time where it is not."""
        if not truth.has_picture[number]:
            return ()
        captured_ns = int(truth.captured[number])
        details = []
        if self._timed[number]:
            second = (captured_ns + utc_ns() - now_ns) // NS_PER_S
            details.append(Detail(time.strftime("%H:%M:%S", time.localtime(second)), "00:00:00"))
        if state is TileState.LIVE:
            if self._aged[number]:
                tenths = max(0, now_ns - captured_ns) // _TENTHS_NS
                details.append(Detail(f"{tenths / 10:.1f} s", "00.0 s"))
            if rate := self.rate(number):
                details.append(Detail(rate, "000 kb/s"))
        return tuple(details)


def _shows_a_conference(source: str) -> bool:
    return source.startswith(f"{SourceKind.CONFERENCE}:") and source.endswith(f"/{PICTURE}")


def _chosen(specs: Sequence[WallTile], label: str, switch: Switch) -> Marks:
    """Return which tiles say something, as (tiles,) booleans."""
    if switch is not Switch.AUTO:
        return np.full(len(specs), switch is Switch.ON)
    if label == "name":
        return np.full(len(specs), True)
    width, height = _ROOM.get(label, (1 << 30, 0))
    return np.array([spec.rect.width >= width and spec.rect.height >= height for spec in specs], np.bool_)
