"""What a head shows: its view of the canvas, and over it or in its place what helps to set up monitors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from commandwall.compose.canvas import Canvas, cut
from commandwall.compose.faces import Faces
from commandwall.compose.patch import Patch
from commandwall.compose.pattern import TestPattern
from commandwall.compose.veil import Veil
from commandwall.compose.view import View
from commandwall.compose.watermark import Watermarking
from commandwall.ipc.slots import Planes
from commandwall.model.head import Head, whole_canvas
from commandwall.model.overlays import NOTHING_HIDDEN
from commandwall.model.rect import Rect
from commandwall.model.wall import Wall

_MOST_PREVIEW = (1920, 2160)


class Label(NamedTuple):
    """A patch at a place (even) of a head's upright picture."""

    x: int
    y: int
    patch: Patch


class HeadPicture:
    """The pictures of one head. Taken in the tick's thread only; told from any what else to show.

    ``veil`` is drawn over them; ``None`` where nothing is hidden or marked.
    """

    def __init__(self, view: View, veil: Veil | None = None) -> None:
        self.view, self.veil = view, veil
        self._signs: tuple[TestPattern | None, Sequence[Label]] = (None, ())
        self._told = 0

    def show(self, pattern: TestPattern | None, labels: Sequence[Label]) -> None:
        """Show ``pattern`` (of the view's upright size) instead of the canvas, and ``labels`` over all."""
        self._signs = (pattern, labels)
        self._told += 1

    def version(self, version: int, tick: int) -> tuple[int, int, int]:
        """Return what differs when the picture may: the canvas's ``version``, what is shown, or the tick."""
        return version, self._told, tick if self._signs[0] is not None else 0

    def take(self, canvas: Canvas, tick: int, target: Planes, marks: Watermarking | None = None) -> None:
        """Fill ``target``, a picture of the view's size, with what the head shows at ``tick``.

        ``marks`` stand in the place of the head's own watermark.
        """
        pattern, labels = self._signs
        upright = self.view.begin(target)
        if pattern is None:
            self.view.scale(canvas.planes, upright)
            if self.veil is not None:
                self.veil.draw(upright, marks)
        else:
            for plane, drawn in zip(upright, pattern.at(tick).planes, strict=True):
                np.copyto(plane, drawn)
        for x, y, patch in labels:
            patch.lay(cut(upright, x, y, patch.width, patch.height))
        self.view.turn(upright, target)


class HeadPictures:
    """The pictures of all heads of a wall, by their ids, and two of its whole canvas.

    ``preview`` is the canvas at most as large as a browser shows it; it is a head's own picture where
    that is the same. ``whole`` is the canvas pixel by pixel, as far as one picture can hold it.
    """

    def __init__(self, wall: Wall, faces: Faces) -> None:
        canvas = Rect(0, 0, wall.width, wall.height)
        self.heads = {head.id: _picture(head, faces) for head in wall.heads}
        preview = View(canvas, _preview_size(wall.width, wall.height))
        plain = (picture for picture in self.heads.values() if picture.veil is None)
        same = (picture for picture in plain if picture.view.shows_as(preview))
        self.preview = next(same, None) or HeadPicture(preview)
        self.whole = HeadPicture(View.of(whole_canvas(wall.width, wall.height)))


def _picture(head: Head, faces: Faces) -> HeadPicture:
    view = View.of(head)
    veiled = head.hidden != NOTHING_HIDDEN or head.watermark is not None
    return HeadPicture(view, Veil(head.hidden, view.place, faces) if veiled else None)


def _preview_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, _MOST_PREVIEW[0] / width, _MOST_PREVIEW[1] / height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
