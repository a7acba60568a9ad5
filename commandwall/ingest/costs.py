"""What decoding each feed costs: learnt while it is shown, remembered, guessed before. Pure."""

from __future__ import annotations

from typing import NamedTuple

FPS_GUESS, KEY_INTERVAL_GUESS_S = 25.0, 2.0
"""Of a feed that was never received."""
_GUESS_S_PER_PIXEL = 1.7e-9
_GUESS_BASE_S = 60e-6
_KEY_FACTOR = 3.0
_GUESS_PIXELS = 1920 * 1080
_WEIGHT = 0.05


class Cost(NamedTuple):
    """CPU seconds of a key frame and of another frame, without deblocking, painting included."""

    key_s: float
    frame_s: float


class CostBook:
    """Costs by feed id, as many as there are feeds: of the feeds of a worker, or of all. One thread."""

    def __init__(self) -> None:
        self._costs: dict[str, Cost] = {}
        self._s_per_pixel = _GUESS_S_PER_PIXEL

    def learn(self, feed: str, cost: Cost, pixels: int) -> None:
        """Take over what was measured of a feed whose pictures have ``pixels``; 0 where that is not known."""
        self._costs[feed] = cost
        if pixels:
            per_pixel = max(0.0, cost.frame_s - _GUESS_BASE_S) / pixels
            self._s_per_pixel += (per_pixel - self._s_per_pixel) * _WEIGHT

    def known(self, feed: str) -> Cost | None:
        """Return what was learnt of ``feed``."""
        return self._costs.get(feed)

    def cost(self, feed: str, pixels: int) -> Cost:
        """Return the cost of ``feed``; by what others cost per pixel, where it was never shown."""
        known = self.known(feed)
        if known is not None:
            return known
        frame_s = _GUESS_BASE_S + self._s_per_pixel * (pixels or _GUESS_PIXELS)
        return Cost(_KEY_FACTOR * frame_s, frame_s)
