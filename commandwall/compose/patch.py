"""Patches: small pictures with text, drawn once, then laid over the canvas with one operation a plane.

A patch has one opacity for all its pixels: ``out = (1 - opacity) * under + patch``, which is
``cv2.addWeighted`` in place, 1.7 us for a strip of 240 x 18 where a mask for each pixel takes
2.9 us. An opaque patch is only copied, and may be laid again and again over itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from commandwall.compose.palette import Colour
from commandwall.ipc.slots import Plane, Planes

_MIDDLE = Colour(126, 128, 128)


@dataclass(frozen=True, slots=True)
class Patch:
    """A picture to lay over another; ``keep`` (0 to 1) is how much of the other shines through."""

    planes: Planes
    keep: float

    @property
    def width(self) -> int:
        """The width in pixels; even."""
        width: int = self.planes.y.shape[1]
        return width

    @property
    def height(self) -> int:
        """The height in pixels; even."""
        height: int = self.planes.y.shape[0]
        return height

    @property
    def nbytes(self) -> int:
        """The memory that it takes."""
        return sum(plane.nbytes for plane in self.planes)

    def lay(self, target: Planes) -> None:
        """Lay it over ``target``, views of a canvas with exactly its size."""
        if self.keep:
            for under, over in zip(target, self.planes, strict=True):
                cv2.addWeighted(under, self.keep, over, 1.0, 0.0, under)
        else:
            for under, over in zip(target, self.planes, strict=True):
                under[:] = over


class Sheet:
    """A patch in the making: a ground of one colour on which masks are painted."""

    def __init__(self, width: int, height: int, ground: Colour, opacity: float = 1.0) -> None:
        """Take ``width`` x ``height`` pixels, both even."""
        self._keep = 1.0 - opacity
        shapes = ((height, width), (height // 2, width // 2), (height // 2, width // 2))
        self._planes = [
            np.full(shape, value * opacity, np.float32) for shape, value in zip(shapes, ground, strict=True)
        ]

    def paint(self, mask: Plane, x: int, y: int, colour: Colour) -> None:
        """Paint ``colour`` where ``mask`` says, its top left corner at ``x``, ``y``; clipped."""
        height, width = self._planes[0].shape
        top, left = max(0, y), max(0, x)
        piece = mask[top - y : max(0, height - y), left - x : max(0, width - x)]
        if piece.size == 0:
            return
        # The even rectangle around the piece, so that chroma is cut at the same places.
        x0, y0 = left // 2 * 2, top // 2 * 2
        x1, y1 = -(-(left + piece.shape[1]) // 2) * 2, -(-(top + piece.shape[0]) // 2) * 2
        cover = np.zeros((y1 - y0, x1 - x0), np.float32)
        np.divide(piece, 255, out=cover[top - y0 :, left - x0 :][: piece.shape[0], : piece.shape[1]])
        halved = cv2.resize(cover, ((x1 - x0) // 2, (y1 - y0) // 2), interpolation=cv2.INTER_AREA)
        luma = self._planes[0][y0:y1, x0:x1]
        chroma = [plane[y0 // 2 : y1 // 2, x0 // 2 : x1 // 2] for plane in self._planes[1:]]
        covers = (cover, halved, halved)
        for plane, part, value, middle in zip((luma, *chroma), covers, colour, _MIDDLE, strict=True):
            plane += part * (value - self._keep * middle - plane)  # noqa: PLW2901 - in place

    def put(self, planes: Planes, x: int, y: int) -> None:
        """Put a picture at ``x``, ``y``, both even; it lies wholly inside."""
        height, width = planes.y.shape
        self._planes[0][y : y + height, x : x + width] = planes.y
        for target, plane in zip(self._planes[1:], planes[1:], strict=True):
            target[y // 2 : (y + height) // 2, x // 2 : (x + width) // 2] = plane

    def finish(self) -> Patch:
        """Return the patch."""
        planes = (np.rint(plane).clip(0, 255).astype(np.uint8) for plane in self._planes)
        return Patch(Planes(*planes), self._keep)


def disc(diameter: int) -> Plane:
    """Return the mask of a smooth disc, ``diameter`` pixels wide."""
    large = np.zeros((diameter * 8, diameter * 8), np.uint8)
    cv2.circle(large, (diameter * 4, diameter * 4), diameter * 4 - 1, (255,), cv2.FILLED)
    mask: Plane = cv2.resize(large, (diameter, diameter), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return mask
