"""A view of the canvas: the rectangle that a head shows, scaled and turned into its picture.

All three planes go the same way: cut, scaled where sizes differ, turned where the monitor hangs
turned. A chroma sample belongs to two by two pixels; where a rectangle begins at an odd pixel its
colours are off by one pixel, which nobody sees, instead of being interpolated anew.
"""

from __future__ import annotations

import cv2

from commandwall.compose.canvas import empty_planes
from commandwall.ipc.slots import Planes
from commandwall.media.scale import PlanePath
from commandwall.model.head import Head, Rotation, turned
from commandwall.model.rect import Rect

_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


class View:
    """What leaves a head, made of a canvas.

    ``size`` is that of the picture that leaves, ``upright`` of the same before it is turned; both
    (width, height), even. It owns an intermediate picture: one thread at a time.
    """

    def __init__(self, visible: Rect, size: tuple[int, int], rotate: Rotation = 0) -> None:
        """Show ``visible`` (any numbers, inside the canvas) as a picture of ``size``."""
        self.visible, self.size, self.rotate = visible, size, rotate
        self.upright = turned(size, rotate)
        shown, upright = _halved(visible), _halved(Rect(0, 0, *self.upright))
        self._paths = (
            PlanePath(visible, Rect(0, 0, *self.upright)),
            PlanePath(shown, upright),
            PlanePath(shown, upright),
        )
        self._turn = _TURNS.get(rotate)
        self._unturned = empty_planes(*self.upright) if rotate else None

    def shows_as(self, other: View) -> bool:
        """Return whether ``other`` shows the same pixels the same way."""
        return (self.visible, self.size, self.rotate) == (other.visible, other.size, other.rotate)

    @classmethod
    def of(cls, head: Head) -> View:
        """Return the view of ``head``."""
        return cls(head.visible, head.output, head.rotate)

    def begin(self, target: Planes) -> Planes:
        """Return the picture to draw on, upright; :meth:`turn` then fills ``target``.

        It is ``target`` itself where nothing is to be turned.
        """
        return self._unturned or target

    def scale(self, canvas: Planes, upright: Planes) -> None:
        """Scale what is shown of ``canvas`` into the picture that :meth:`begin` returned."""
        for path, source, plane in zip(self._paths, canvas, upright, strict=True):
            path.run(source, plane)

    def turn(self, upright: Planes, target: Planes) -> None:
        """Turn the picture that was drawn upright into ``target``."""
        if self._turn is not None:
            for source, plane in zip(upright, target, strict=True):
                cv2.rotate(source, self._turn, plane)

    def place(self, rect: Rect) -> Rect:
        """Return where ``rect`` of the canvas lies in the upright picture, as far as it is shown; even."""
        (width, height), shown = self.upright, self.visible
        x0, x1 = _along(rect.x - shown.x, rect.right - shown.x, shown.width, width)
        y0, y1 = _along(rect.y - shown.y, rect.bottom - shown.y, shown.height, height)
        return Rect(x0, y0, x1 - x0, y1 - y0)


def _along(start: int, end: int, length: int, scaled: int) -> tuple[int, int]:
    """Return the even interval of ``0..scaled`` that covers ``start..end`` of ``0..length``."""
    first = min(max(0, start), length) * scaled // (2 * length) * 2
    last = -(-min(length, end) * scaled // (2 * length)) * 2
    return first, max(first, last)


def _halved(rect: Rect) -> Rect:
    """Return the chroma samples of ``rect``; of an odd side one more than half."""
    return Rect(rect.x // 2, rect.y // 2, (rect.width + 1) // 2, (rect.height + 1) // 2)
