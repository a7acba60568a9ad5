"""What decoding each feed costs: learnt while it is shown, remembered, guessed before."""

from __future__ import annotations

from typing import NamedTuple

from commandwall.ingest.stream_decoder import StreamDecoder

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
    """Costs by feed id, as many as there are feeds. Belongs to the event loop."""

    def __init__(self) -> None:
        self._costs: dict[str, Cost] = {}
        self._s_per_pixel = _GUESS_S_PER_PIXEL

    def learn(self, decoder: StreamDecoder, pixels: int) -> None:
        """Take over what ``decoder`` has measured of pictures with ``pixels``."""
        if decoder.key_cost_s and decoder.frame_cost_s:
            self._costs[decoder.feed] = Cost(decoder.key_cost_s, decoder.frame_cost_s)
            if pixels:
                per_pixel = max(0.0, decoder.frame_cost_s - _GUESS_BASE_S) / pixels
                self._s_per_pixel += (per_pixel - self._s_per_pixel) * _WEIGHT

    def cost(self, feed: str, pixels: int) -> Cost:
        """Return the cost of ``feed``; by what others cost per pixel, where it was never shown."""
        known = self._costs.get(feed)
        if known is not None:
            return known
        frame_s = _GUESS_BASE_S + self._s_per_pixel * (pixels or _GUESS_PIXELS)
        return Cost(_KEY_FACTOR * frame_s, frame_s)
