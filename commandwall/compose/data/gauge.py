"""A gauge: one figure on a scale, as an arc, or as a bar where there is little room."""

from __future__ import annotations

from math import cos, radians, sin

from commandwall.compose.data.colours import ACCENT, DIM, LEVEL, RULE
from commandwall.compose.data.easel import Align, Point
from commandwall.compose.data.figures import number_text
from commandwall.compose.data.frame import Frame, fitting_px
from commandwall.compose.palette import SOFT, Colour
from commandwall.compose.text import line_height, text_width
from commandwall.model.data import Figure, Panel
from commandwall.model.level import PanelLevel

_FROM_DEG, _SWEEP_DEG = 150.0, 240.0
_LEAST_ARC_PX = 70
_HEIGHT = 1.8
"""Of the arc and what stands below its ends, in radii."""


def paint_gauge(frame: Frame) -> None:
    """Paint the newest figure."""
    value, panel = frame.view.value, frame.view.panel
    body = value.body if value else None
    figure = body.value if isinstance(body, Figure) else None
    level = PanelLevel.NORMAL if figure is None else panel.level(figure)
    if frame.compact or frame.body.height < _LEAST_ARC_PX:
        _bar(frame, figure, level)
    else:
        _arc(frame, figure, level)
    frame.head(level)


def _arc(frame: Frame, figure: float | None, level: PanelLevel) -> None:
    easel, panel, body = frame.easel, frame.view.panel, frame.body
    radius = min(body.width * 0.46, body.height / _HEIGHT)
    x, y = body.x + body.width / 2, body.y + radius * 1.04 + (body.height - radius * _HEIGHT) / 2
    thick = radius * 0.15
    easel.line(_arc_points(x, y, radius - thick / 2, 0, 1), thick, RULE)
    share = _share(panel, figure)
    if figure is not None and share > 0:
        colour = DIM if frame.view.stale_s else _fill(panel, level)
        easel.line(_arc_points(x, y, radius - thick / 2, 0, share), thick, colour)
    for low, high, zone in _zones(panel):
        easel.line(_arc_points(x, y, radius - thick * 1.4, low, high), max(1.5, thick * 0.22), LEVEL[zone])
    _number(frame, figure, level, x, y, radius)
    _ends(frame, x, y, radius, thick)


def _number(frame: Frame, figure: float | None, level: PanelLevel, x: float, y: float, radius: float) -> None:
    text = "—" if figure is None else number_text(figure, frame.view.panel.decimals)
    wanted = radius * 0.6
    px = max(9, int(min(wanted, wanted * radius * 1.26 / max(1.0, text_width(text, int(wanted))))))
    frame.easel.text(
        text, x, y - line_height(px) * 0.58, px, DIM if figure is None else frame.ink(level), Align.CENTRE
    )
    below = frame.view.panel.unit if figure is not None else frame.words.no_value
    small = fitting_px(below, max(9, radius * 0.19), radius * 1.2)
    frame.easel.text(below, x, y + radius * 0.26, small, SOFT, Align.CENTRE)


def _ends(frame: Frame, x: float, y: float, radius: float, thick: float) -> None:
    px = max(8, int(radius * 0.13))
    panel = frame.view.panel
    for end, side in ((panel.min, -1), (panel.max, 1)):
        text = number_text(end or 0.0, None)
        at = x + side * (radius - thick / 2) * cos(radians(30))
        frame.easel.text(text, at, y + radius * 0.5 + thick * 0.55, px, DIM, Align.CENTRE)


def _bar(frame: Frame, figure: float | None, level: PanelLevel) -> None:
    easel, panel, body = frame.easel, frame.view.panel, frame.body
    thick = max(3.0, body.height * 0.09)
    room = body.height - 2 * thick
    text = "—" if figure is None else number_text(figure, panel.decimals)
    px = fitting_px(text, room * 0.72, body.width * (0.7 if panel.unit else 0.95))
    small = max(8, int(px * 0.42))
    unit = panel.unit if text_width(panel.unit, small) <= body.width * 0.3 else ""
    wide = text_width(text, px)
    left = body.x + (body.width - wide - (text_width(unit, small) + small * 0.3 if unit else 0)) / 2
    y = body.y + (room - line_height(px)) / 2
    easel.text(text, left, y, px, frame.ink(level))
    easel.text(
        unit, left + wide + small * 0.3, y + (line_height(px) - line_height(small)) * 0.78, small, SOFT
    )
    inset, top = body.width * 0.04, body.bottom - 1.6 * thick
    easel.rect(body.x + inset, top, body.width - 2 * inset, thick, RULE)
    length = (body.width - 2 * inset) * _share(panel, figure)
    easel.rect(body.x + inset, top, length, thick, DIM if frame.view.stale_s else _fill(panel, level))


def _fill(panel: Panel, level: PanelLevel) -> Colour:
    """Return the colour of the filled part: of its level, if the panel tells levels at all."""
    return LEVEL[level] if panel.thresholds else ACCENT


def _share(panel: Panel, figure: float | None) -> float:
    """Return how far along the scale ``figure`` is, 0 to 1; a figure beyond its end stops there."""
    low, high = panel.min or 0.0, panel.max or 0.0
    return 0.0 if figure is None else min(1.0, max(0.0, (figure - low) / (high - low)))


def _zones(panel: Panel) -> list[tuple[float, float, PanelLevel]]:
    """Return where on the scale which level is, for those levels that are not normal."""
    starts = [(_share(panel, threshold.at), threshold.level) for threshold in panel.thresholds]
    ends = [start for start, _ in starts[1:]] + [1.0]
    zones = [(low, high, level) for (low, level), high in zip(starts, ends, strict=True)]
    return [zone for zone in zones if zone[0] < zone[1] and zone[2] is not PanelLevel.NORMAL]


def _arc_points(x: float, y: float, radius: float, low: float, high: float) -> list[Point]:
    count = max(2, int(64 * (high - low)) + 2)
    angles = (
        radians(_FROM_DEG + _SWEEP_DEG * (low + (high - low) * step / (count - 1))) for step in range(count)
    )
    return [(x + radius * cos(angle), y + radius * sin(angle)) for angle in angles]
