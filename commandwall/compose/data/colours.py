"""The colours of data panels: calm grounds, clear figures, and the four colours of public warnings."""

from __future__ import annotations

from commandwall.compose.palette import Colour, rgb
from commandwall.model.camera import FeedState
from commandwall.model.level import PanelLevel

GROUND = rgb(14, 19, 28)
RAISED = rgb(23, 30, 42)
RULE = rgb(44, 54, 70)
GRID = rgb(32, 40, 54)
DIM = rgb(122, 133, 150)
ACCENT = rgb(72, 160, 245)
STALE = rgb(251, 176, 20)
WATER = rgb(20, 27, 39)
LAND = rgb(36, 47, 65)
OUTLINE = rgb(92, 114, 146)
ROAD = rgb(60, 74, 96)

LEVEL: dict[PanelLevel, Colour] = {
    PanelLevel.NORMAL: rgb(52, 199, 138),
    PanelLevel.NOTICE: rgb(64, 140, 250),
    PanelLevel.CAUTION: rgb(250, 208, 44),
    PanelLevel.WARNING: rgb(250, 130, 32),
    PanelLevel.ALARM: rgb(235, 62, 54),
}

CAMERA: dict[FeedState, Colour] = {
    FeedState.LIVE: rgb(52, 211, 103),
    FeedState.CONNECTING: rgb(132, 144, 164),
    FeedState.STALLED: rgb(251, 176, 20),
    FeedState.LOST: rgb(235, 62, 54),
    FeedState.REFUSED: rgb(235, 62, 54),
    FeedState.DISABLED: rgb(92, 101, 115),
}
