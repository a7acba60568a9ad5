"""Text as masks: Chinese and Latin, from the font inside OpenCV, drawn once and kept by the caller.

The font's Chinese has one weight, too thin for a wall. Text is drawn at a multiple of its size,
its strokes widened, and averaged down: heavier, and legible down to nine pixels.
"""

from __future__ import annotations

import threading
from functools import lru_cache

import cv2
import numpy as np

from commandwall.ipc.slots import Plane

_WEIGHT = 560
_LARGE_PX = 24
_STROKE = 0.03
_LEAST_STROKE_PX = 0.5
_ELLIPSIS = "…"
_KEPT_TEXTS = 1024
_WIDE = (1 << 14, 1 << 10)

# One font object; OpenCV caches glyphs in it without a lock of its own.
_FONT = cv2.FontFace("sans")
_LOCK = threading.Lock()


def clean(text: str) -> str:
    """Return ``text`` on one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


@lru_cache(_KEPT_TEXTS)
def text_width(text: str, px: int) -> int:
    """Return the width in pixels of ``text`` at a font size of ``px``."""
    if not text:
        return 0
    with _LOCK:
        end, _ = cv2.putText(np.empty((1, 1), np.uint8), text, (0, 0), (0,), _FONT, px * 2, _WEIGHT)
    return int(end[0]) // 2 + 3


@lru_cache(_KEPT_TEXTS)
def fit(text: str, px: int, width: int) -> str:
    """Return ``text``, or as much of its beginning as fits into ``width`` pixels with an ellipsis."""
    if text_width(text, px) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle].rstrip() + _ELLIPSIS, px) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + _ELLIPSIS if low else ""


@lru_cache(_KEPT_TEXTS)
def text_mask(text: str, px: int) -> Plane:
    """Return the coverage (0 to 255) of ``text``: ``line_height(px)`` rows, as wide as the text.

    It is kept: do not write to it.
    """
    scale = 2 if px >= _LARGE_PX else 4
    width, height = max(1, text_width(text, px)), line_height(px)
    large = np.zeros((height * scale, width * scale), np.uint8)
    baseline = round(height * 0.77) * scale
    with _LOCK:
        cv2.putText(large, text, (scale // 2, baseline), (255,), _FONT, px * scale, _WEIGHT, 0, _WIDE)
    stroke = 1 + round(scale * max(_LEAST_STROKE_PX, px * _STROKE))
    large = cv2.dilate(large, np.ones((1, stroke), np.uint8))  # type: ignore[assignment]
    mask: Plane = cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return mask


def line_height(px: int) -> int:
    """Return the height of a line of text at a font size of ``px``."""
    return round(px * 1.25)
