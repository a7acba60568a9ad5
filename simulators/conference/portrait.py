"""What the camera of a simulated participant sees: somebody at a desk who moves a little and talks."""

from __future__ import annotations

import colorsys
import math

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]
"""Blue, green, red, 0 to 255 each."""

_GOLDEN = 0.6180339887
_SKIN: Colour = (150, 185, 225)
_HAIR: Colour = (35, 35, 45)
_DESK: Colour = (60, 85, 115)


class Portrait:
    """Draws one participant; each number has other colours. All lengths are shares of the height."""

    def __init__(self, number: int, width: int, height: int) -> None:
        self._height = height
        self._middle = width // 2
        hue = number * _GOLDEN % 1.0
        self._coat = _colour(hue, 0.45, 0.45)
        self._room = self._draw_room(hue, width)

    def render(self, phase: float) -> Picture:
        """Return a new BGR picture at ``phase`` (0 to 1) of the loop."""
        picture = self._room.copy()
        sway = 0.02 * math.sin(2 * math.pi * phase)
        nod = 0.008 * math.sin(4 * math.pi * phase)
        mouth = 0.006 + 0.014 * abs(math.sin(6 * math.pi * phase))
        self._ellipse(picture, (sway / 2, 1.0), (0.34, 0.36), self._coat)
        self._ellipse(picture, (sway * 0.8, 0.66 + nod), (0.055, 0.1), _SKIN)
        self._ellipse(picture, (sway, 0.43 + nod), (0.125, 0.17), _HAIR)
        self._ellipse(picture, (sway, 0.48 + nod), (0.105, 0.145), _SKIN)
        for side in (-1, 1):
            self._ellipse(picture, (sway + side * 0.042, 0.45 + nod), (0.013, 0.009), _HAIR)
        self._ellipse(picture, (sway, 0.555 + nod), (0.032, mouth), (70, 70, 150))
        cv2.rectangle(picture, (0, round(0.9 * self._height)), picture.shape[1::-1], _DESK, cv2.FILLED)
        return picture

    def _draw_room(self, hue: float, width: int) -> Picture:
        top, bottom = np.array(_colour(hue, 0.25, 0.75)), np.array(_colour(hue, 0.35, 0.45))
        shares = np.linspace(0, 1, self._height)[:, np.newaxis, np.newaxis]
        rows = top * (1 - shares) + bottom * shares
        return np.repeat(rows, width, axis=1).astype(np.uint8)

    def _ellipse(
        self, picture: Picture, centre: tuple[float, float], axes: tuple[float, float], colour: Colour
    ) -> None:
        """Draw a filled ellipse; ``centre`` is (right of the middle, down from the top)."""
        height = self._height
        place = self._middle + round(centre[0] * height), round(centre[1] * height)
        size = max(1, round(axes[0] * height)), max(1, round(axes[1] * height))
        cv2.ellipse(picture, place, size, 0, 0, 360, colour, cv2.FILLED, cv2.LINE_AA)


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue, saturation, value))
    return blue, green, red
