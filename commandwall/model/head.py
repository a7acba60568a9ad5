"""Heads: the outputs of a wall, and which pixels of its canvas each of them shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from commandwall.base.errors import InvalidError
from commandwall.model.overlays import NOTHING_HIDDEN, Hidden
from commandwall.model.rect import Rect

LEAST_SIDE = 16
MOST_SIDE = 8192
MOST_PIXELS = 8192 * 4320
"""What level 6.2 of H.264 (table A-1) carries, and graphics cards take as a texture."""

Rotation = Literal[0, 90, 180, 270]
"""Degrees clockwise."""


@dataclass(frozen=True, slots=True)
class Bezel:
    """How many pixels of a head's rectangle are hidden behind the frame of its monitor, at each side."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0


@dataclass(frozen=True, slots=True)
class Display:
    """A monitor of this machine, by its number (from 0) or its name."""

    monitor: int | str = 0
    fullscreen: bool = True


@dataclass(frozen=True, slots=True)
class Head:
    """One output of a wall: a monitor that covers ``rect`` of the canvas, its frame included.

    Behind the frame nothing is shown (``bezel``), so that a line across two monitors stays straight.
    ``rotate`` is by how much the picture is turned before it leaves: by 90 for a monitor that hangs
    turned to the left. ``size`` is (width, height) of the picture that leaves; without it every pixel
    of the canvas is one of the picture. With ``display`` it is shown on a monitor of this machine.

    ``hidden`` is what is not shown there. ``watermark`` is drawn across it, faint, with the time:
    these words, the names of those who watch where it is empty; ``None``: no watermark.
    """

    id: str
    rect: Rect
    bezel: Bezel = Bezel()
    rotate: Rotation = 0
    size: tuple[int, int] | None = None
    display: Display | None = None
    hidden: Hidden = NOTHING_HIDDEN
    watermark: str | None = None

    @property
    def visible(self) -> Rect:
        """The rectangle of the canvas that is shown; may be odd.

        Without a ``size`` of its own an odd width or height loses its last pixel, since pictures
        (YUV 4:2:0) have whole pairs.
        """
        bezel, rect = self.bezel, self.rect
        width = rect.width - bezel.left - bezel.right
        height = rect.height - bezel.top - bezel.bottom
        if self.size is None:
            width, height = width // 2 * 2, height // 2 * 2
        return Rect(rect.x + bezel.left, rect.y + bezel.top, width, height)

    @property
    def output(self) -> tuple[int, int]:
        """Width and height in pixels of the picture that leaves, turned as it does; even."""
        if self.size is not None:
            return self.size
        visible = self.visible
        return turned((visible.width, visible.height), self.rotate)

    def check(self, canvas: Rect) -> None:
        """Raise :class:`InvalidError` naming the field that cannot be, on this ``canvas``."""
        rect, bezel = self.rect, self.bezel
        if min(rect.x, rect.y, rect.width, rect.height) < 0:
            raise InvalidError("must be x, y, width, height, none below 0", field="rect")
        if min(rect.width, rect.height) < LEAST_SIDE:
            raise InvalidError("must be at least 16 x 16", field="rect")
        if not canvas.contains(rect):
            raise InvalidError(
                "head {id!r} leaves the canvas of {width} x {height}",
                id=self.id,
                width=canvas.width,
                height=canvas.height,
                field="rect",
            )
        if min(bezel.left, bezel.top, bezel.right, bezel.bottom) < 0:
            raise InvalidError("must be left, top, right, bottom, none below 0", field="bezel")
        if min(self.visible.width, self.visible.height) < LEAST_SIDE:
            raise InvalidError(
                "hides all but {width} x {height} pixels of the head; at least 16 x 16 must be left",
                width=max(0, self.visible.width),
                height=max(0, self.visible.height),
                field="bezel",
            )
        self._check_output()

    def _check_output(self) -> None:
        width, height = self.output
        if self.size is not None and (width % 2 or height % 2 or min(width, height) < LEAST_SIDE):
            raise InvalidError("must be even numbers and at least 16 x 16", field="size")
        if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
            raise InvalidError(
                "{width} x {height} is too large a picture; name a size up to 8192 x 4320",
                width=width,
                height=height,
                field="size",
            )


def turned(size: tuple[int, int], rotate: Rotation) -> tuple[int, int]:
    """Return (width, height) of a picture of ``size`` after it was turned by ``rotate``."""
    return size if rotate % 180 == 0 else (size[1], size[0])


def place_of(wall: str, head: str) -> str:
    """Return how a head is named beyond its wall, ``WALL/HEAD``; no id has a slash in it."""
    return f"{wall}/{head}"


def whole_canvas(width: int, height: int) -> Head:
    """Return the head ``all`` of a wall that names none: its canvas, scaled to 4K where it is too large."""
    size = None
    if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
        scale = min(3840 / width, 2160 / height)
        size = (max(LEAST_SIDE, round(width * scale / 2) * 2), max(LEAST_SIDE, round(height * scale / 2) * 2))
    return Head("all", Rect(0, 0, width, height), size=size)
