"""The colours of the wall, as limited-range BT.709 YUV (ITU-R BT.709 section 3).

Each state of a tile has one colour of its own, apart in hue and in brightness, so that it can be
told from five metres and by those who do not see red and green apart.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from commandwall.model.overlays import AlarmLevel
from commandwall.model.wall import TileState


class Colour(NamedTuple):
    """One colour as 8-bit luma and chroma."""

    y: int
    u: int
    v: int


def rgb(red: float, green: float, blue: float) -> Colour:
    """Return the colour of full-range ``red``, ``green``, ``blue`` (0 to 255 each)."""
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    y = 16 + luma * 219 / 255
    u = 128 + (blue - luma) / 1.8556 * 224 / 255
    v = 128 + (red - luma) / 1.5748 * 224 / 255
    return Colour(round(y), round(u), round(v))


def planes_of_rgb(picture: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
    """Return the luma (h, w) and chroma (h/2, w/2) planes of an (h, w, 3) picture of red, green, blue."""
    luma = picture @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    y = 16 + luma * (219 / 255)
    u = 128 + (picture[:, :, 2] - luma) * (224 / 255 / 1.8556)
    v = 128 + (picture[:, :, 0] - luma) * (224 / 255 / 1.5748)
    return y, _halved(u), _halved(v)


def _halved(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = plane.shape
    halved: NDArray[np.float32] = plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    return halved


GAP = rgb(7, 9, 12)
VACANT = rgb(16, 19, 24)
WAITING = rgb(28, 34, 43)
SHADE = rgb(8, 10, 14)
PAPER = rgb(250, 251, 252)
INK = rgb(12, 14, 18)
FAINT = rgb(92, 101, 115)
SOFT = rgb(176, 186, 199)
DAMAGE = rgb(192, 38, 211)

STATE: dict[TileState, Colour] = {
    TileState.LIVE: rgb(52, 211, 103),
    TileState.LATE: rgb(251, 176, 20),
    TileState.FROZEN: rgb(88, 204, 245),
    TileState.LOST: rgb(214, 38, 38),
    TileState.CONNECTING: rgb(132, 144, 164),
    TileState.EMPTY: FAINT,
}
"""The colour of a state: its dot, its strip and its border."""

ON_STATE: dict[TileState, Colour] = {
    TileState.LIVE: PAPER,
    TileState.LATE: INK,
    TileState.FROZEN: INK,
    TileState.LOST: PAPER,
    TileState.CONNECTING: PAPER,
    TileState.EMPTY: SOFT,
}
"""The colour of words on that colour, by contrast."""

ALARM: dict[AlarmLevel, Colour] = {
    AlarmLevel.INFO: rgb(37, 99, 235),
    AlarmLevel.WARNING: rgb(255, 122, 24),
    AlarmLevel.CRITICAL: rgb(255, 0, 76),
}
"""The colour of an alarm's border and words, and of a banner."""

ON_ALARM: dict[AlarmLevel, Colour] = {
    AlarmLevel.INFO: PAPER,
    AlarmLevel.WARNING: INK,
    AlarmLevel.CRITICAL: PAPER,
}
"""The colour of words on that colour."""

VEIL = rgb(34, 40, 49)
"""The ground of a tile that a head does not show."""
