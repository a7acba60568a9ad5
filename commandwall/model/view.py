"""Views: which part of its picture a tile shows, and how that part fills the tile."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.base.errors import InvalidError
from commandwall.model.layout import Aspect

LEAST_CROP = 0.02
"""The smallest part of a picture's width and height that may fill a tile: fifty times enlarged."""
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a picture, in parts of its width and height, from 0 to 1; ``x``, ``y``: top left.

    Raises :class:`InvalidError` when it leaves the picture or is smaller than :data:`LEAST_CROP`.
    """

    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 1.0

    def __post_init__(self) -> None:
        if not min(self.width, self.height) >= LEAST_CROP:
            raise InvalidError("width and height must be at least {least}", least=LEAST_CROP, field="crop")
        inside = (
            self.x >= 0
            and self.y >= 0
            and self.x + self.width <= 1 + _EPSILON
            and self.y + self.height <= 1 + _EPSILON
        )
        if not inside:
            raise InvalidError("leaves the picture; x + width and y + height are at most 1", field="crop")


WHOLE = Crop()


@dataclass(frozen=True, slots=True)
class View:
    """How one tile shows its source; without an ``aspect`` as its cell says."""

    aspect: Aspect | None = None
    crop: Crop = WHOLE


PLAIN = View()
"""The whole picture, as the cell says."""
