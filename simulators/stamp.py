"""What is burnt into every picture: the camera's name and number, a counter, the bar code."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators import barcode
from simulators.barcode import Kind, Payload
from simulators.scene.texture import font

Picture = NDArray[np.uint8]

_MARGIN, _FONT_SIZE = 0.016, 0.056
"""As shares of the picture's width and height."""
_WIDEST = 0.355
"""The text ends, as a share of the width, before the bar code begins."""


class Stamp:
    """Burns one camera's marks into its pictures, all of one size."""

    def __init__(
        self, name: str, number: int, width: int, height: int, code_begins: float = barcode.TOP
    ) -> None:
        self._code_begins = code_begins
        self._number = number
        self._size = max(9, round(_FONT_SIZE * height))
        self._left = round(_MARGIN * width)
        self._name = _fitting(name, self._size, round(_WIDEST * width))
        self._number_text = _text(f"{number:04}", self._size)
        self._second_row = self._left + round(self._size * 1.3)

    def burn(self, picture: Picture, kind: Kind, value: int) -> None:
        """Burn the marks into ``picture`` (BGR) in place."""
        barcode.draw(picture, Payload(kind, self._number, value), self._code_begins)
        _blend(picture, self._name, self._left, self._left)
        _blend(picture, self._number_text, self._left, self._second_row)
        left = self._left + self._number_text.shape[1] + self._size
        for sign in _counter(kind, value):
            glyph = _text(sign, self._size)
            _blend(picture, glyph, left, self._second_row)
            left += glyph.shape[1] - 3


def _counter(kind: Kind, value: int) -> str:
    if kind is Kind.FRAME:
        return f"{value:03}"
    return datetime.fromtimestamp(value / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]


def _blend(picture: Picture, text: Picture, left: int, top: int) -> None:
    """Put a text over ``picture``: white where it is light, a dark rim where it is half."""
    height, width = text.shape[:2]
    target = picture[top : top + height, left : left + width]
    clipped = text[: target.shape[0], : target.shape[1]]
    cv2.copyTo(clipped, cv2.inRange(clipped, (1, 1, 1), (255, 255, 255)), target)


def _fitting(text: str, size: int, widest: int) -> Picture:
    """Return ``text`` drawn at ``size``, or smaller so that it is not wider than ``widest`` pixels."""
    drawn = _text(text, size)
    if drawn.shape[1] > widest:
        drawn = _text(text, max(9, size * widest // drawn.shape[1]))
    return drawn[:, :widest]


@cache
def _text(text: str, size: int) -> Picture:
    """Return ``text`` in white with a dark rim on black (0), (H, W, 3); ``size`` is in pixels."""
    canvas = np.zeros((round(size * 1.5), size * (len(text) + 1), 3), np.uint8)
    end, _ = cv2.putText(canvas, text, (2, round(size * 1.1)), (245, 245, 245), font(), size, 600)
    canvas = canvas[:, : end[0] + 3]
    rim = cv2.dilate(canvas, np.ones((3, 3), np.uint8))
    cv2.copyTo(
        np.full_like(canvas, 20), cv2.inRange(rim, (60, 60, 60), (255, 255, 255)), canvas_rim := canvas.copy()
    )
    return np.maximum(canvas_rim, canvas)
