"""Rectangles of pixels on a canvas."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle of whole pixels; ``x`` and ``y`` are its top left corner, all >= 0.

    On a canvas (YUV 4:2:0) all four are even, so that chroma planes cut at the same places.
    """

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column that is not in the rectangle."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row that is not in the rectangle."""
        return self.y + self.height

    @property
    def area(self) -> int:
        """Width times height, in pixels."""
        return self.width * self.height

    def contains(self, other: Rect) -> bool:
        """Return whether ``other`` lies wholly inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def overlaps(self, other: Rect) -> bool:
        """Return whether the two share at least one pixel."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )
