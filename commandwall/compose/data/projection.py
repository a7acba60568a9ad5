"""From degrees to pixels of a map, and the scale bar that is true for it."""

from __future__ import annotations

from collections.abc import Iterable
from math import cos, radians
from typing import NamedTuple

from commandwall.compose.data.easel import Point
from commandwall.compose.data.figures import round_step
from commandwall.compose.data.frame import Box
from commandwall.model.geojson import Position

_METRES_PER_DEGREE = 111_320.0
"""Along a meridian; the equirectangular projection is true to it within a district to one in a thousand."""
_LEAST_SPAN_DEG = 0.002
_PADDING = 0.06


class Projection(NamedTuple):
    """An equirectangular projection, true along the middle parallel."""

    west: float
    north: float
    stretch: float
    scale: float
    left: float
    top: float

    @classmethod
    def fit(cls, positions: Iterable[Position], box: Box) -> Projection:
        """Return the projection that shows all ``positions`` (at least one) in ``box``, with a margin."""
        places = list(positions)
        west, east = min(x for x, _ in places), max(x for x, _ in places)
        south, north = min(y for _, y in places), max(y for _, y in places)
        stretch = cos(radians((south + north) / 2))
        width = max(_LEAST_SPAN_DEG, (east - west) * stretch)
        height = max(_LEAST_SPAN_DEG, north - south)
        scale = (1 - 2 * _PADDING) * min(box.width / width, box.height / height)
        return cls(
            (west + east) / 2,
            (south + north) / 2,
            stretch,
            scale,
            box.x + box.width / 2,
            box.y + box.height / 2,
        )

    def point(self, position: Position) -> Point:
        """Return where ``position`` lies in the picture."""
        x, y = position
        return (
            self.left + (x - self.west) * self.stretch * self.scale,
            self.top + (self.north - y) * self.scale,
        )

    def bar(self, room_px: float) -> tuple[float, str]:
        """Return the length in pixels of a scale bar of at most ``room_px``, and what it says."""
        metres_per_px = _METRES_PER_DEGREE / self.scale
        metres = round_step(room_px * metres_per_px, 1)
        if metres > room_px * metres_per_px:  # 1, 2, 5: the largest that fits is one below.
            metres = metres / 2 if str(metres)[0] != "5" else metres / 2.5
        text = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
        return metres / metres_per_px, text
