"""The colours of the wall, as limited-range BT.709 YUV (ITU-R BT.709 section 3).

Each state of a tile has one colour of its own, apart in hue and in brightness, so that it can be
told from five metres and by those who do not see red and green apart.
"""

from __future__ import annotations

from typing import NamedTuple

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
