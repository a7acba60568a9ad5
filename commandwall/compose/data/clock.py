"""A clock: the time of a zone to the second, and its date."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from commandwall.base.clock import NS_PER_S
from commandwall.compose.data.easel import Align
from commandwall.compose.data.frame import Frame, fitting_px
from commandwall.compose.palette import PAPER, SOFT
from commandwall.compose.text import line_height, text_width

_SIZE_PX = 100


def paint_clock(frame: Frame) -> None:
    """Paint the moment that the view shows."""
    panel, body, easel = frame.view.panel, frame.body, frame.easel
    now = datetime.fromtimestamp(
        frame.view.moment_utc_ns / NS_PER_S, ZoneInfo(panel.zone) if panel.zone else None
    )
    text, date = now.strftime("%H:%M:%S"), frame.words.date(now)
    wide = text_width(text, _SIZE_PX) / _SIZE_PX
    px = max(8, int(min(body.height * 0.5, body.width * 0.94 / wide)))
    small = fitting_px(date, px * 0.34, body.width * 0.94)
    with_date = not frame.compact
    high = line_height(px) + (line_height(small) * 1.15 if with_date else 0)
    x, y = body.x + body.width / 2, body.y + (body.height - high) / 2
    easel.text(text, x, y, px, PAPER, Align.CENTRE)
    if with_date:
        easel.text(date, x, y + line_height(px) + line_height(small) * 0.1, small, SOFT, Align.CENTRE)
    frame.head()
