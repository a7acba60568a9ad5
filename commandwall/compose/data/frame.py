"""What all panels have in common: margins, the heading, the time of the value, and what is wrong with it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from commandwall.base.clock import NS_PER_S
from commandwall.compose.data.colours import DIM, GROUND, LEVEL, STALE
from commandwall.compose.data.easel import Align, Easel
from commandwall.compose.data.view import View
from commandwall.compose.data.words import PanelWords
from commandwall.compose.faces import strip_height
from commandwall.compose.palette import INK, PAPER, SOFT, Colour
from commandwall.compose.text import clean, fit, line_height, text_width
from commandwall.model.level import PanelLevel

_COMPACT_WIDTH, _COMPACT_HEIGHT = 150, 90
_LEAST_PX = 8


class Box(NamedTuple):
    """A rectangle of a picture, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self.y + self.height


class Frame:
    """One picture of a panel: an easel, the words, and the box that is left for the content.

    The tile's own strip lies over the lower edge, so that nothing of the content stands there. A panel
    that is ``compact`` has no room for a heading; the strip names it.
    """

    def __init__(self, view: View, width: int, height: int, words: PanelWords) -> None:
        self.easel = Easel(width, height, GROUND)
        self.view, self.words = view, words
        self.compact = width < _COMPACT_WIDTH or height < _COMPACT_HEIGHT
        self.margin = max(3, round(min(width, height) * 0.045))
        self.px = max(_LEAST_PX + 1, min(round(height * 0.072), round(width * 0.052), 64))
        strip = strip_height(height)
        top = 0 if self.compact else self.margin * 0.7 + line_height(self.px) + self.margin * 0.3
        room = height - strip - top - (0 if self.compact else self.margin * 0.6)
        inset = 2 if self.compact else self.margin
        self.body = Box(inset, top, width - 2 * inset, max(4, room))

    def ink(self, level: PanelLevel = PanelLevel.NORMAL) -> Colour:
        """Return the colour of figures: of their level, and faint where the value is old."""
        if self.view.stale_s:
            return DIM
        return PAPER if level is PanelLevel.NORMAL else LEVEL[level]

    def head(self, level: PanelLevel = PanelLevel.NORMAL) -> None:
        """Draw the heading and the time of the value, over what is there; what is stale says so."""
        easel, px, margin = self.easel, self.px, self.margin
        right: float = easel.width - margin
        if self.view.stale_s:
            right = self._stale()
        elif not self.compact:
            right = self._time(right)
        if self.compact:
            return
        x, y = margin, round(margin * 0.7)
        if level is not PanelLevel.NORMAL:
            bar = max(2, px // 5)
            easel.rect(x, y + px * 0.12, bar, line_height(px) - px * 0.24, LEVEL[level])
            x += 2 * bar + 1
        text = fit(clean(self.view.panel.heading), px, round(right - x - margin / 2))
        easel.text(text, x, y, px, SOFT)

    def nothing(self) -> None:
        """Say in the body that there is no value yet."""
        self.say(self.words.no_value, DIM)

    def say(self, text: str, colour: Colour) -> None:
        """Write one line in the middle of the body."""
        body = self.body
        px = fitting_px(text, min(body.height * 0.5, 3 * self.px), body.width)
        self.easel.text(
            text,
            body.x + body.width / 2,
            body.y + (body.height - line_height(px)) / 2,
            px,
            colour,
            Align.CENTRE,
        )

    def _time(self, right: float) -> float:
        """Write when the value was so; return where that begins."""
        value, px = self.view.value, max(_LEAST_PX, round(self.px * 0.78))
        if value is None:
            return right
        text = local_time(value.at_utc_ns).strftime("%H:%M:%S")
        if not value.timed:
            text = f"{self.words.received} {text}"
        if text_width(text, px) > self.easel.width * 0.5:
            return right
        y = round(self.margin * 0.7) + (line_height(self.px) - line_height(px)) / 2
        self.easel.text(text, right, y, px, DIM, Align.RIGHT)
        return right - text_width(text, px) - self.margin / 2

    def _stale(self) -> float:
        """Lay the word and the age over the upper right corner; return where they begin."""
        easel, px = self.easel, self.px
        age = self.words.age(self.view.stale_s)
        whole = f"{self.words.stale} {age}"
        room = easel.width * (0.98 if self.compact else 0.72)
        text = whole if text_width(whole, px) + px <= room else age
        px = fitting_px(text, px, room - 4)
        width = text_width(text, px) + px * 0.8
        height = line_height(px) + max(1, px // 6)
        x = easel.width - width - (0 if self.compact else self.margin)
        y = 0 if self.compact else round(self.margin * 0.7)
        easel.rect(x, y, width, height, STALE)
        easel.text(text, x + px * 0.4, y + (height - line_height(px)) / 2, px, INK)
        return x - self.margin / 2


def fitting_px(text: str, wanted: float, room: float) -> int:
    """Return the font size at which ``text`` is ``wanted`` high, or as much less as ``room`` leaves."""
    px = max(_LEAST_PX, int(wanted))
    width = text_width(text, px)
    return px if width <= room else max(_LEAST_PX - 1, int(px * room / width))


def local_time(at_utc_ns: int) -> datetime:
    """Return a time as the clocks of the place show it."""
    return datetime.fromtimestamp(at_utc_ns / NS_PER_S).astimezone()
