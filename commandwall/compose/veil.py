"""What a head does not show, and who looks at it: drawn over its pictures when they are taken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from commandwall.compose.canvas import cut, fill
from commandwall.compose.faces import Faces
from commandwall.compose.overlays import Laid
from commandwall.compose.palette import VEIL
from commandwall.compose.patch import Patch
from commandwall.compose.watermark import Watermarking
from commandwall.ipc.messages import WallTile
from commandwall.ipc.slots import Planes
from commandwall.model.overlays import Hidden, Seen
from commandwall.model.rect import Rect
from commandwall.model.source import Source, SourceKind

Place = Callable[[Rect], Rect]
"""Where a rectangle of the canvas lies in the head's picture, as far as it is shown; even."""
_LEAST_WORDS = 56


class Veil:
    """The veil of one head. Arranged and drawn in the tick's thread; marked from any."""

    def __init__(self, hidden: Hidden, place: Place, faces: Faces) -> None:
        self._cameras = frozenset(hidden.cameras)
        self._areas = frozenset(hidden.areas)
        self._overlays = frozenset(hidden.overlays)
        self._place, self._faces = place, faces
        self._fills: list[Rect] = []
        self._words: list[tuple[Patch, Rect]] = []
        self._marks: Watermarking | None = None

    def mark(self, marks: Watermarking | None) -> None:
        """Draw ``marks`` over all pictures from now on."""
        self._marks = marks

    def arrange(self, tiles: Sequence[WallTile], overlays: Sequence[Laid]) -> None:
        """Hide what is to be hidden of ``tiles``, each of which lies over those before it.

        What lies over a hidden tile is shown, unless it is hidden itself, or lets the tile through.
        """
        self._fills, self._words = [], []
        for number, tile in enumerate(tiles):
            if self.hides(tile):
                above = [other.rect for other in tiles[number + 1 :] if not self.hides(other)]
                self._cover(tile.rect, above + self._kept(overlays))
        for number, laid in enumerate(overlays):
            if laid.kind in self._overlays:
                self._cover(laid.rect, self._kept(overlays[number + 1 :]))

    def hides(self, tile: WallTile) -> bool:
        """Return whether a tile is not to be shown."""
        if tile.source == SourceKind.NONE:
            return False
        source = Source.parse(tile.source)
        itself = source.kind is SourceKind.CAMERA and source.id in self._cameras
        return itself or tile.area in self._areas or any(map(self._hides_seen, tile.seen))

    def _hides_seen(self, seen: Seen) -> bool:
        if not seen.camera:
            return bool(self._cameras or self._areas)
        return seen.camera in self._cameras or seen.area in self._areas

    def draw(self, picture: Planes, marks: Watermarking | None = None) -> None:
        """Draw it over a picture of the head, with other ``marks`` than its own if they are given."""
        for rect in self._fills:
            fill(_part(picture, rect), VEIL)
        for patch, rect in self._words:
            patch.lay(_part(picture, rect))
        marks = marks or self._marks
        if marks is not None:
            marks.draw(picture)

    def _kept(self, overlays: Sequence[Laid]) -> list[Rect]:
        """Return where overlays stay that nothing is seen through."""
        return [laid.rect for laid in overlays if laid.opaque and laid.kind not in self._overlays]

    def _cover(self, rect: Rect, above: Collection[Rect]) -> None:
        """Hide ``rect`` of the canvas, but for what lies ``above`` it."""
        pieces = [rect]
        for other in above:
            pieces = [part for piece in pieces for part in outside(piece, other)]
        shown = [place for place in map(self._place, pieces) if place.area]
        if pieces == [rect] and shown and min(shown[0].width, shown[0].height) >= _LEAST_WORDS:
            self._words.append((self._faces.hidden(shown[0].width, shown[0].height), shown[0]))
        else:
            self._fills += shown


def outside(rect: Rect, other: Rect) -> Iterator[Rect]:
    """Yield what of ``rect`` lies outside of ``other``, in up to four rectangles."""
    if not rect.overlaps(other):
        yield rect
        return
    top, bottom = max(rect.y, other.y), min(rect.bottom, other.bottom)
    if rect.y < top:
        yield Rect(rect.x, rect.y, rect.width, top - rect.y)
    if bottom < rect.bottom:
        yield Rect(rect.x, bottom, rect.width, rect.bottom - bottom)
    if rect.x < other.x:
        yield Rect(rect.x, top, other.x - rect.x, bottom - top)
    if other.right < rect.right:
        yield Rect(other.right, top, rect.right - other.right, bottom - top)


def _part(picture: Planes, rect: Rect) -> Planes:
    return cut(picture, rect.x, rect.y, rect.width, rect.height)
