"""Privacy masks: the parts of a camera's picture that nobody gets to see."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.base.errors import InvalidError

MAX_MASKS = 16
MAX_POINTS = 32

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mask:
    """A polygon in the picture: ``points`` are (x, y) from (0, 0), top left, to (1, 1), bottom right.

    Raises :class:`InvalidError` for fewer than 3 points, too many, and such as leave the picture.
    """

    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if not 3 <= len(self.points) <= MAX_POINTS:
            raise InvalidError(
                "a polygon has from {least} to {most} points", least=3, most=MAX_POINTS, field="polygon"
            )
        if not all(0 <= value <= 1 for point in self.points for value in point):
            raise InvalidError("must be parts of the picture, from 0 to 1", field="polygon")

    @classmethod
    def rectangle(cls, x: float, y: float, width: float, height: float) -> Mask:
        """Return the mask over a rectangle; raises :class:`InvalidError` when it leaves the picture."""
        if min(x, y) < 0 or min(width, height) <= 0 or x + width > 1 or y + height > 1:
            raise InvalidError("must be x, y, width, height as parts of the picture, 0 to 1", field="rect")
        return cls(((x, y), (x + width, y), (x + width, y + height), (x, y + height)))


Masks = tuple[Mask, ...]
