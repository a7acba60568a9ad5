"""Playing many voices a little faster or slower, each by its own measure, without clicks.

What the clock of a microphone gains or loses against ours is made up for by reading between the samples: a
Farrow structure, that is a short FIR filter whose taps are polynomials of the place between two samples.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from commandwall.media.opus import FRAME_SAMPLES
from commandwall.media.sound import Samples

_TAPS = 12
_ORDER = 5
_KAISER_BETA = 5.0
STEP_LIMIT = 0.001
"""How much faster or slower at most, 1000 ppm: less than two hundredths of a semitone."""
DELAY = _TAPS // 2
WINDOW = FRAME_SAMPLES + _TAPS + 1
"""How many samples of each voice a block is made from."""
_AT_ONCE = 3
"""Voices in one array. With more the product is shared among threads, which costs more than it saves, and
the arrays leave the cache."""
_PLACES = np.arange(FRAME_SAMPLES, dtype=np.float64)


def _farrow() -> Samples:
    """Return the taps (taps, powers of the place): least squares to a windowed sinc."""
    places = np.linspace(0, 1, 65)
    distance = np.arange(_TAPS)[:, None] - (DELAY - 1) - places
    window = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - (distance / DELAY) ** 2, 0, 1))) / np.i0(_KAISER_BETA)
    taps = np.sinc(distance) * window
    taps /= taps.sum(axis=0)
    powers = np.vander(places, _ORDER + 1, increasing=True)
    return np.linalg.lstsq(powers, taps.T, rcond=None)[0].T.astype(np.float32)


_COEFFICIENTS = np.ascontiguousarray(_farrow().T)


def resample(
    windows: Samples, places: NDArray[np.float64], steps: NDArray[np.float64]
) -> tuple[Samples, NDArray[np.intp], NDArray[np.float64]]:
    """Return a block of each voice (voices, ``FRAME_SAMPLES``), how far each has moved, and its next place.

    ``windows`` (voices, ``WINDOW``) are the next samples of each. ``places`` (voices,), 0 to 1, is where
    between two of them the block begins, ``steps`` by how much each sample is more or less than one apart,
    ``STEP_LIMIT`` at most. The next window begins as many samples later as the voice has moved.
    """
    blocks = np.empty((len(windows), FRAME_SAMPLES), np.float32)
    for first in range(0, len(windows), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        blocks[part] = _between(windows[part], places[part], steps[part])
    ends = places + FRAME_SAMPLES * (1 + steps)
    moved = ends.astype(np.intp)
    return blocks, moved, ends - moved


def _between(windows: Samples, places: NDArray[np.float64], steps: NDArray[np.float64]) -> Samples:
    at = places[:, None] + _PLACES * (1 + steps)[:, None]
    whole = at.astype(np.intp)
    between = (at - whole).astype(np.float32)
    views = sliding_window_view(windows, _TAPS, axis=1)
    voices, count = views.shape[:2]
    filtered = _COEFFICIENTS @ views.reshape(-1, _TAPS).T
    whole += np.arange(0, voices * count, count)[:, None]
    block: Samples = filtered[_ORDER].take(whole)
    for power in range(_ORDER - 1, -1, -1):
        block *= between
        block += filtered[power].take(whole)
    return block
