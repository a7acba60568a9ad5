"""Watermarks: who watches, and when, faint and slanted across every picture of a head.

They tell from which screen a photograph was taken. The words are drawn once and laid on some places
of the luma only, brighter by a little with a darker edge, so that they are seen on any ground.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from commandwall.compose.text import clean, text_mask
from commandwall.ipc.slots import Plane, Planes

_SLANT_DEGREES = 24
_BRIGHTER, _DARKER = 18, 15
_PX = 28
"""The height of a head's picture by the size of its letters."""
_APART = 1.6


class _Place(NamedTuple):
    rows: slice
    columns: slice
    brighter: Plane
    darker: Plane


class Watermarking:
    """One text over pictures of one size. Drawing it takes 0.1 ms for 1920x1080."""

    def __init__(self, text: str, width: int, height: int) -> None:
        """Draw the words, which takes milliseconds: not for the tick's thread."""
        brighter, darker = _stamp(clean(text), max(10, height // _PX))
        self._places = tuple(_places(brighter, darker, width, height))

    def draw(self, picture: Planes) -> None:
        """Lay it over ``picture``, in place."""
        for place in self._places:
            view = picture.y[place.rows, place.columns]
            cv2.add(view, place.brighter, view)
            cv2.subtract(view, place.darker, view)


def _stamp(text: str, px: int) -> tuple[Plane, Plane]:
    """Return by how much a slanted text makes its place brighter, and its edge darker."""
    mask = text_mask(text, px)
    height, width = mask.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), _SLANT_DEGREES, 1.0)
    cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
    box = int(height * sine + width * cosine) + 4, int(height * cosine + width * sine) + 4
    turn[:, 2] += (box[0] - width) / 2, (box[1] - height) / 2
    slanted = cv2.warpAffine(mask, turn, box)
    edge = cv2.subtract(cv2.dilate(slanted, np.ones((3, 3), np.uint8)), slanted)
    return _scaled(slanted, _BRIGHTER), _scaled(edge, _DARKER)


def _scaled(mask: object, most: int) -> Plane:
    return (np.asarray(mask, np.uint16) * most // 255).astype(np.uint8)


def _places(brighter: Plane, darker: Plane, width: int, height: int) -> list[_Place]:
    """Return where the stamp lies: in rows that are shifted against each other, cut at the edges."""
    tall, wide = brighter.shape
    step_x, step_y = int(wide * 1.15) + 1, int(tall * _APART) + 1
    places = []
    for row, y in enumerate(range(-tall // 3, height, step_y)):
        for x in range(-(row % 2) * step_x // 2, width, step_x):
            top, left, bottom, right = max(0, y), max(0, x), min(height, y + tall), min(width, x + wide)
            if top < bottom and left < right:
                part = slice(top - y, bottom - y), slice(left - x, right - x)
                rows, columns = slice(top, bottom), slice(left, right)
                places.append(_Place(rows, columns, brighter[part], darker[part]))
    return places
