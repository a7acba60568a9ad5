"""Text as masks: Chinese and Latin, from the font inside OpenCV, drawn once and kept by the caller.

The font's Chinese has one weight, too thin for a wall. Text is drawn at a multiple of its size,
its strokes widened, and averaged down: heavier, and legible down to nine pixels.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from math import ceil

import cv2
import numpy as np

from commandwall.ipc.slots import Plane

_WEIGHT = 560
_LARGE_PX = 24
_STROKE = 0.03
_LEAST_STROKE_PX = 0.5
_ELLIPSIS = "…"
_NUMBER = re.compile(r"\d{1,4}$", re.ASCII)
_KEPT_TEXTS = 1024
_WIDE = (1 << 14, 1 << 10)

# One font object; OpenCV caches glyphs in it without a lock of its own.
_FONT = cv2.FontFace("sans")
_LOCK = threading.Lock()


def clean(text: str) -> str:
    """Return ``text`` on one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


@lru_cache(_KEPT_TEXTS)
def advance(text: str, px: int) -> float:
    """Return how far ``text`` moves on at a font size of ``px``, in pixels."""
    scale = _scale(px)
    with _LOCK:
        end, _ = cv2.putText(
            np.empty((1, 1), np.uint8), text, (0, 0), (0,), _FONT, px * scale, _WEIGHT, 0, _WIDE
        )
    return int(end[0]) / scale


def text_width(text: str, px: int) -> int:
    """Return the width in pixels of the mask of ``text`` at a font size of ``px``."""
    return ceil(advance(text, px) + _stroke_px(px)) + 1 if text else 0


@lru_cache(_KEPT_TEXTS)
def fit(text: str, px: int, width: int) -> str:
    """Return ``text``, or what of it fits into ``width`` pixels around an ellipsis.

    A number at the end is kept: it is what tells the cameras of one place apart.
    """
    if text_width(text, px) <= width:
        return text
    number = _NUMBER.search(text)
    tail = _ELLIPSIS + (number[0] if number else "")
    body = text[: number.start()] if number else text
    low, high = 0, len(body) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(body[:middle].rstrip() + tail, px) <= width:
            low = middle
        else:
            high = middle - 1
    fitted = body[:low].rstrip() + tail
    return fitted if low and text_width(fitted, px) <= width else ""


@lru_cache(_KEPT_TEXTS)
def text_mask(text: str, px: int) -> Plane:
    """Return what :func:`draw_text` does. It is kept: do not write to it."""
    return draw_text(text, px)


def draw_text(text: str, px: int) -> Plane:
    """Return the coverage (0 to 255) of ``text``: ``line_height(px)`` rows, as wide as the text."""
    scale = _scale(px)
    width, height = max(1, text_width(text, px)), line_height(px)
    large = np.zeros((height * scale, width * scale), np.uint8)
    baseline = round(height * 0.77) * scale
    with _LOCK:
        cv2.putText(large, text, (scale // 2, baseline), (255,), _FONT, px * scale, _WEIGHT, 0, _WIDE)
    stroke = 1 + round(scale * _stroke_px(px))
    large = cv2.dilate(large, np.ones((1, stroke), np.uint8))  # type: ignore[assignment]
    mask: Plane = cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return mask


def line_height(px: int) -> int:
    """Return the height of a line of text at a font size of ``px``."""
    return round(px * 1.25)


def _scale(px: int) -> int:
    """Return how many times larger text is drawn before it is averaged down."""
    return 2 if px >= _LARGE_PX else 4


def _stroke_px(px: int) -> float:
    """Return by how much strokes are widened."""
    return max(_LEAST_STROKE_PX, px * _STROKE)
