"""Where in a stretch of sound another one comes again: normalised correlation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from commandwall.media.sound import Samples

_FAINT = 1e-9


def likeness(part: Samples, where: Samples) -> NDArray[np.float64]:
    """Return how much ``part`` (n,) is like each place of ``where`` (m,): (m - n + 1,), 1 is the same.

    Correlated by dot products of one thread: sharing these among threads costs more than it saves.
    """
    squares = np.concatenate(([0.0], np.cumsum(np.square(where, dtype=np.float64))))
    energy = (squares[len(part) :] - squares[: -len(part)]) * float(np.dot(part, part))
    alike: NDArray[np.float64] = np.correlate(where, part) / np.sqrt(np.maximum(energy, 0) + _FAINT)
    return alike
