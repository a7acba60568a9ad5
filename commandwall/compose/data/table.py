"""A table: columns as wide as what stands in them, numbers below each other, no row half shown."""

from __future__ import annotations

from commandwall.compose.data.colours import DIM, LEVEL, RAISED, RULE
from commandwall.compose.data.easel import Align
from commandwall.compose.data.figures import number_text
from commandwall.compose.data.frame import Box, Frame
from commandwall.compose.palette import SOFT
from commandwall.compose.text import clean, fit, line_height, text_width
from commandwall.model.data import Row, Rows
from commandwall.model.level import PanelLevel

_LEAST_PX = 9
_SEVERITY = tuple(PanelLevel)


def paint_table(frame: Frame) -> None:
    """Paint the newest rows."""
    value = frame.view.value
    if value is None or not isinstance(value.body, Rows):
        frame.nothing()
        frame.head()
        return
    rows = value.body.rows
    head = not frame.compact
    body = frame.body
    count = len(rows) + head
    px = max(_LEAST_PX, min(int(body.height / max(1, count) / 1.7), int(frame.px * 1.15)))
    texts = [[_text(cell) for cell in row.cells] for row in rows]
    px, widths = _columns(frame, texts, px)
    row_px = max(line_height(px) * 1.12, min(body.height / max(1, count), line_height(px) * 1.5))
    shown = min(len(rows), max(1, int(body.height / row_px + 0.02) - head))
    left_out = len(rows) - shown
    if left_out and shown > 1:
        shown, left_out = shown - 1, left_out + 1
    top = body.y
    if head:
        _line(frame, list(frame.view.panel.columns), rows[0] if rows else None, top, px, row_px, widths)
        frame.easel.rect(body.x, top + row_px - max(1, px // 14), body.width, max(1, px // 14), RULE)
        top += row_px
    for number, (row, cells) in enumerate(zip(rows[:shown], texts[:shown], strict=True)):
        if number % 2 == 0:
            frame.easel.rect(body.x, top, body.width, row_px, RAISED)
        _line(frame, cells, row, top, px, row_px, widths, body=True)
        top += row_px
    if left_out:
        more = frame.words.more_rows.format(count=left_out)
        frame.easel.text(more, body.x + px * 0.5, top + (row_px - line_height(px)) / 2, px, DIM)
    frame.head(max((row.level for row in rows), key=_SEVERITY.index, default=PanelLevel.NORMAL))


def _line(
    frame: Frame,
    cells: list[str],
    row: Row | None,
    top: float,
    px: int,
    high: float,
    widths: list[float],
    *,
    body: bool = False,
) -> None:
    """Write one line; the heading follows the sides of the first row's cells."""
    easel, box = frame.easel, Box(frame.body.x, top, frame.body.width, high)
    level = row.level if row and body else PanelLevel.NORMAL
    if level is not PanelLevel.NORMAL:
        easel.rect(box.x, box.y, max(3, px * 0.18), box.height, LEVEL[level])
    colour = frame.ink(level) if body else SOFT
    x, y = box.x + px * 0.5, top + (high - line_height(px)) / 2
    for number, (text, width) in enumerate(zip(cells, widths, strict=False)):
        right = row is not None and number < len(row.cells) and isinstance(row.cells[number], float)
        shown = fit(text, px, int(width))
        easel.text(shown, x + (width if right else 0), y, px, colour, Align.RIGHT if right else Align.LEFT)
        x += width + px * 0.8


def _columns(frame: Frame, texts: list[list[str]], px: int) -> tuple[int, list[float]]:
    """Return a font size at which all columns fit, if there is one, and their widths."""
    columns = [clean(name) for name in frame.view.panel.columns]
    lines = [*texts] if frame.compact else [columns, *texts]
    while True:
        widths = [
            max((text_width(line[i], px) + 0.06 * px for line in lines if i < len(line)), default=1.0)
            for i in range(len(columns))
        ]
        room = frame.body.width - px * (1 + 0.8 * (len(columns) - 1))
        wanted = sum(widths)
        if wanted <= room:
            spare = (room - wanted) / max(1, len(columns) - 1) if len(columns) > 1 else 0
            return px, [width + (spare if i < len(widths) - 1 else 0) for i, width in enumerate(widths)]
        if px <= _LEAST_PX:
            return px, [width * max(0.1, room / wanted) for width in widths]
        px = max(_LEAST_PX, min(px - 1, int(px * room / wanted)))


def _text(cell: str | float | None) -> str:
    if cell is None:
        return "—"
    return number_text(cell, None) if isinstance(cell, float) else clean(cell)
