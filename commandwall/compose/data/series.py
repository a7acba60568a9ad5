"""A time series: the newest figure, and the line of its past over a scale of time."""

from __future__ import annotations

from typing import NamedTuple

from commandwall.base.clock import NS_PER_S
from commandwall.compose.data.colours import ACCENT, DIM, GRID, LEVEL, RULE
from commandwall.compose.data.easel import Align, Point
from commandwall.compose.data.figures import number_text, round_step, scale, step_decimals
from commandwall.compose.data.frame import Box, Frame, fitting_px, local_time
from commandwall.compose.palette import SOFT, Colour
from commandwall.compose.text import line_height, text_width
from commandwall.model.data import Figure
from commandwall.model.level import PanelLevel

_TIME_STEPS_S = (
    10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800,
)  # fmt: skip
_LEAST_PLOT_PX = 46


class _Sample(NamedTuple):
    at_s: float
    value: float


class _Plot(NamedTuple):
    """Where the line is drawn, and what of time and value that is."""

    box: Box
    from_s: float
    to_s: float
    low: float
    high: float

    def x(self, at_s: float) -> float:
        return self.box.x + self.box.width * (at_s - self.from_s) / (self.to_s - self.from_s)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.box.bottom - self.box.height * min(1.0, max(0.0, share))


def paint_series(frame: Frame) -> None:
    """Paint the points that the view holds."""
    samples = [
        _Sample(value.at_utc_ns / NS_PER_S, value.body.value)
        for value in frame.view.values
        if isinstance(value.body, Figure)
    ]
    if not samples:
        frame.nothing()
        frame.head()
        return
    level = frame.view.panel.level(samples[-1].value)
    small = max(8, round(frame.px * 0.72))
    top = _figures(frame, samples, level, small)
    foot = 0.0 if frame.compact else line_height(small) * 1.2
    box = Box(frame.body.x, top, frame.body.width, frame.body.bottom - top - foot)
    if box.height >= 8:
        _chart(frame, samples, box, small)
    frame.head(level)


def _figures(frame: Frame, samples: list[_Sample], level: PanelLevel, small: int) -> float:
    """Write the newest figure, and the extremes beside it; return where they end."""
    easel, body, panel = frame.easel, frame.body, frame.view.panel
    text = number_text(samples[-1].value, panel.decimals)
    share = 0.5 if frame.compact else 0.24
    px = fitting_px(text, max(9.0, body.height * share), body.width * 0.5)
    easel.text(text, body.x, body.y - px * 0.12, px, frame.ink(level))
    beside = body.x + text_width(text, px) + px * 0.16
    unit_px = max(8, int(px * 0.42))
    below = body.y + line_height(px) * 0.9 - line_height(unit_px) - px * 0.13
    easel.text(panel.unit, beside, below, unit_px, SOFT)
    values = [sample.value for sample in samples]
    words = frame.words
    extremes = [f"{words.highest} {number_text(max(values), panel.decimals)}"]
    extremes.append(f"{words.lowest} {number_text(min(values), panel.decimals)}")
    room = body.right - beside - text_width(panel.unit, unit_px) - small
    if not frame.compact and max(text_width(line, small) for line in extremes) <= room:
        for number, line in enumerate(extremes):
            easel.text(line, body.right, body.y + number * line_height(small) * 0.95, small, DIM, Align.RIGHT)
    return body.y + line_height(px) * (0.8 if frame.compact else 0.98)


def _chart(frame: Frame, samples: list[_Sample], box: Box, small: int) -> None:
    panel = frame.view.panel
    to_s = max(samples[-1].at_s, frame.view.moment_utc_ns / NS_PER_S)
    shown = [sample for sample in samples if sample.at_s >= to_s - panel.span_s] or samples[-1:]
    low, high = _range(frame, shown)
    if frame.compact or box.height < _LEAST_PLOT_PX:
        plot = _Plot(box, to_s - panel.span_s, to_s, low, high)
    else:
        plot = _scales(frame, box, small, _Plot(box, to_s - panel.span_s, to_s, low, high))
    box = plot.box
    _thresholds(frame, plot)
    for line in _lines(shown, panel.stale_after_s):
        _draw(frame, plot, line)
    frame.easel.disc(
        plot.x(shown[-1].at_s),
        plot.y(shown[-1].value),
        max(2.0, min(box.height / 40, box.width / 80)),
        _ink(frame),
    )


def _scales(frame: Frame, box: Box, small: int, plot: _Plot) -> _Plot:
    """Draw both scales; return the plot that is left between them."""
    count = max(2, min(5, int(box.height / line_height(small) / 1.3)))
    ticks = scale(plot.low, plot.high, count)
    decimals = step_decimals(round_step(plot.high - plot.low, count))
    labels = [number_text(tick, decimals) for tick in ticks]
    inset = max(text_width(label, small) for label in labels) + small * 0.5
    inner = Box(box.x + inset, box.y + small * 0.5, box.width - inset - small * 0.4, box.height - small * 0.5)
    plot = plot._replace(box=inner)
    for tick, label in zip(ticks, labels, strict=True):
        y = plot.y(tick)
        frame.easel.rect(inner.x, y, inner.width, 1, GRID)
        frame.easel.text(label, inner.x - small * 0.4, y - line_height(small) / 2, small, DIM, Align.RIGHT)
    _times(frame, plot, small)
    return plot


def _range(frame: Frame, shown: list[_Sample]) -> tuple[float, float]:
    """Return the ends of the scale: the panel's, or round numbers around all values and thresholds near."""
    panel = frame.view.panel
    values = [sample.value for sample in shown]
    low = min(values) if panel.min is None else min(panel.min, *values)
    high = max(values) if panel.max is None else max(panel.max, *values)
    if high - low < 1e-9 * max(1.0, abs(high)):
        low, high = low - max(0.5, abs(low) * 0.05), high + max(0.5, abs(high) * 0.05)
    step = round_step(high - low, 4)
    floor_, ceiling = low // step * step, -(-high // step) * step
    return (floor_ if panel.min is None else low), (ceiling if panel.max is None else high)


def _times(frame: Frame, plot: _Plot, small: int) -> None:
    """Write the times below the plot, at round steps of local time."""
    spoken = "%H:%M" if plot.to_s - plot.from_s > 600 else "%H:%M:%S"
    if plot.to_s - plot.from_s > 2 * 86_400:
        spoken = "%m-%d"
    wide = text_width("00:00:00" if spoken.endswith("%S") else "00:00", small)
    most = max(1.0, plot.box.width / (wide * 1.9))
    step_s = next((s for s in _TIME_STEPS_S if (plot.to_s - plot.from_s) / s <= most), _TIME_STEPS_S[-1])
    offset_s = local_time(int(plot.to_s * NS_PER_S)).utcoffset()
    shift_s = offset_s.total_seconds() if offset_s else 0.0
    at_s = -(-(plot.from_s + shift_s) // step_s) * step_s - shift_s
    frame.easel.rect(plot.box.x, plot.box.bottom, plot.box.width, 1, RULE)
    while at_s <= plot.to_s:
        x = plot.x(at_s)
        frame.easel.rect(x, plot.box.bottom, 1, max(2, small // 4), RULE)
        text = local_time(round(at_s * NS_PER_S)).strftime(spoken)
        if (
            x - text_width(text, small) / 2 >= plot.box.x
            and x + text_width(text, small) / 2 <= frame.easel.width
        ):
            frame.easel.text(text, x, plot.box.bottom + small * 0.3, small, DIM, Align.CENTRE)
        at_s += step_s


def _thresholds(frame: Frame, plot: _Plot) -> None:
    dash = max(4.0, plot.box.width / 80)
    for threshold in frame.view.panel.thresholds:
        if plot.low < threshold.at < plot.high:
            x, y = plot.box.x, plot.y(threshold.at)
            while x < plot.box.right:
                frame.easel.rect(
                    x,
                    y,
                    min(dash, plot.box.right - x),
                    max(1, plot.box.height // 160),
                    LEVEL[threshold.level],
                )
                x += 2 * dash


def _lines(shown: list[_Sample], gap_s: float | None) -> list[list[_Sample]]:
    """Return the stretches without a gap: between values that far apart nothing is known."""
    lines: list[list[_Sample]] = [[]]
    for sample in shown:
        if gap_s is not None and lines[-1] and sample.at_s - lines[-1][-1].at_s > gap_s:
            lines.append([])
        lines[-1].append(sample)
    return lines


def _draw(frame: Frame, plot: _Plot, line: list[_Sample]) -> None:
    points = _thinned([(plot.x(sample.at_s), plot.y(sample.value)) for sample in line])
    colour = _ink(frame)
    under = [(points[0][0], plot.box.bottom), *points, (points[-1][0], plot.box.bottom)]
    frame.easel.polygon([under], colour, 0.16)
    frame.easel.line(points, max(1.0, min(plot.box.height / 55, plot.box.width / 110, 6.0)), colour)


def _ink(frame: Frame) -> Colour:
    return DIM if frame.view.stale_s else ACCENT


def _thinned(points: list[Point]) -> list[Point]:
    """Return at most four points a column of pixels: the first, the extremes and the last."""
    columns: dict[int, list[Point]] = {}
    for point in points:
        columns.setdefault(int(point[0]), []).append(point)
    thin: list[Point] = []
    for column in columns.values():
        if len(column) <= 4:
            thin += column
        else:
            low, high = min(column, key=lambda p: p[1]), max(column, key=lambda p: p[1])
            thin += [column[0], *sorted((low, high), key=lambda p: p[0]), column[-1]]
    return thin
