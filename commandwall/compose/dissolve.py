"""A dissolve: the wall as it was, fading into the wall as it is now."""

from __future__ import annotations

import cv2
import numpy as np

from commandwall.compose.canvas import Canvas

NS_PER_PIXEL = 0.6
"""What mixing takes for each pixel of the canvas, its chroma included, rounded up (measured: 0.24)."""


class Dissolve:
    """Mixes what a canvas showed at :meth:`begin` with what it shows by and by.

    The tiles go on being drawn on ``canvas``, which is not touched; heads take what :meth:`mix` returns.
    Each mixing is one pass over whole planes, however many tiles there are. Made in any thread, since
    fresh memory takes its time (60 ms for 4K); used by the tick's.
    """

    def __init__(self, canvas: Canvas, duration_ns: int) -> None:
        self._canvas, self._duration_ns = canvas, duration_ns
        self._before, self._mixed = (Canvas(canvas.rect.width, canvas.rect.height) for _ in range(2))
        self._began_ns = 0

    def begin(self, now_ns: int) -> None:
        """Start from what the canvas shows now."""
        self._began_ns = now_ns
        for before, plane in zip(self._before.planes, self._canvas.planes, strict=True):
            np.copyto(before, plane)

    def mix(self, now_ns: int) -> Canvas:
        """Return the mixture as of ``now_ns``; the canvas itself once the dissolve is over."""
        part = (now_ns - self._began_ns) / self._duration_ns
        if part >= 1.0:
            return self._canvas
        planes = zip(self._before.planes, self._canvas.planes, self._mixed.planes, strict=True)
        for before, after, mixed in planes:
            cv2.addWeighted(before, 1.0 - part, after, part, 0.0, mixed)
        return self._mixed


def affordable(canvas: Canvas, within_ns: int) -> bool:
    """Return whether a mixing of ``canvas`` takes no longer than ``within_ns``."""
    return canvas.rect.area * NS_PER_PIXEL <= within_ns
