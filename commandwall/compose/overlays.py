"""What lies over a canvas as a whole: the clock, the logo and the banner, laid after the tiles."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from commandwall.base.clock import utc_ns
from commandwall.base.errors import InvalidError
from commandwall.compose.banner import BannerStrip
from commandwall.compose.canvas import Canvas, fill
from commandwall.compose.clock import WallClock
from commandwall.compose.logo import LogoMark
from commandwall.compose.palette import GAP
from commandwall.model.overlays import WallOverlay
from commandwall.model.rect import Rect
from commandwall.model.wall import Wall

log = logging.getLogger(__name__)


class Laid(NamedTuple):
    """Something that lies over the tiles; ``kind`` is ``None`` where no head hides it."""

    kind: WallOverlay | None
    rect: Rect
    opaque: bool


class Overlays:
    """The overlays of one canvas. Belongs to the tick's thread, but for its making."""

    def __init__(self, wall: Wall, canvas: Canvas) -> None:
        """Read the logo; one that cannot be shown is named in the log, and left out."""
        self._name, self._canvas = wall.name, canvas
        self._banner: BannerStrip | None = None
        self._logo = _logo(wall, canvas)
        self._rects: tuple[Rect, ...] = ()
        self._fresh = False
        self.arrange(())

    def arrange(self, rects: Sequence[Rect]) -> None:
        """Lie over tiles at ``rects`` from now on, none of which is drawn yet."""
        self._rects = tuple(rects)
        canvas = self._canvas.rect
        topmost = reversed(rects)
        corner = next((rect for rect in topmost if rect.y == 0 and rect.right == canvas.right), canvas)
        self._clock = WallClock(self._name, self._canvas, corner)
        self._under_clock = self._under(self._clock.rect)
        self._under_logo = self._under(self._logo.rect) if self._logo else frozenset[int]()
        if self._logo:
            self._logo.uncover(self._canvas, [canvas])
        self._settle()

    def show_banner(self, banner: BannerStrip | None) -> frozenset[int]:
        """Show another banner, or none; return the tiles that have to be drawn for that."""
        before, self._banner = self._banner, banner
        bare: frozenset[int] = frozenset()
        if before is not None:
            fill(self._canvas.region(before.rect), GAP)
            bare = self._under(before.rect)
        self._settle()
        return bare

    def draw(self, drawn: Iterable[int], tick: int) -> bool:
        """Lay what is due over the tiles that were just ``drawn``; return whether a pixel changed."""
        drawn = frozenset(drawn)
        fresh, self._fresh = self._fresh, False
        clock_due = self._clock.advance(utc_ns())
        touched = self._under_logo & drawn
        if self._logo and touched:
            self._logo.uncover(self._canvas, [self._rects[number] for number in sorted(touched)])
        uncovered = fresh or not self._under_banner.isdisjoint(drawn)
        moved = self._banner is not None and self._banner.draw(tick, uncovered=uncovered)
        if self._logo and (fresh or touched):
            self._logo.draw()
        if clock_due or fresh or (moved and uncovered) or not self._under_clock.isdisjoint(drawn):
            self._clock.draw()
        return clock_due or moved or fresh

    def laid(self) -> list[Laid]:
        """Return what lies over the tiles now, each over those before it."""
        laid = []
        if self._banner is not None:
            laid.append(Laid(self._banner.kind, self._banner.rect, opaque=True))
        if self._logo is not None:
            laid.append(Laid(self._logo.kind, self._logo.rect, opaque=False))
        return [*laid, Laid(None, self._clock.rect, opaque=True)]

    def _settle(self) -> None:
        self._fresh = True
        self._under_banner: frozenset[int] = frozenset()
        if self._banner is not None:
            clock = self._clock.rect
            self._banner.settle((clock,) if clock.overlaps(self._banner.rect) else ())
            self._under_banner = self._under(self._banner.rect)

    def _under(self, rect: Rect) -> frozenset[int]:
        """Return the numbers of the tiles that something at ``rect`` lies over."""
        return frozenset(number for number, tile in enumerate(self._rects) if tile.overlaps(rect))


def _logo(wall: Wall, canvas: Canvas) -> LogoMark | None:
    if wall.logo is None:
        return None
    try:
        return LogoMark(wall.logo, canvas)
    except InvalidError as error:
        log.error("wall %s: logo: %s; the wall goes on without it", wall.id, error)
        return None
