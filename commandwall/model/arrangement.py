"""Arrangements: all that an operator decides of what a wall shows, and how one becomes another.

Everything here is pure: an arrangement and a layout go in, another arrangement comes out. What is set
for a tile (:class:`View`) goes along with its source wherever that moves, and ends when it is no longer
on the wall.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from commandwall.base.errors import InvalidError
from commandwall.model.layout import Layout
from commandwall.model.source import EMPTY, Source
from commandwall.model.view import PLAIN, View


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What a wall is to show: a layout and the source of each of its cells, under a revision.

    ``sources`` and ``views`` have one entry for every cell of the layout, in the layout's order; views
    that are left out are plain. The cell ``full``, unless it is empty, fills the whole wall meanwhile.
    """

    revision: int
    layout: str
    sources: tuple[Source, ...] = ()
    views: tuple[View, ...] = ()
    full: str = ""

    def __post_init__(self) -> None:
        missing = len(self.sources) - len(self.views)
        object.__setattr__(self, "views", (self.views + (PLAIN,) * missing)[: len(self.sources)])

    @property
    def tiles(self) -> tuple[tuple[Source, View], ...]:
        """Source and view of each cell."""
        return tuple(zip(self.sources, self.views, strict=True))

    def with_tiles(self, tiles: Iterable[tuple[Source, View]]) -> Arrangement:
        """Return it with other tiles, one for each cell; an empty one has no view."""
        pairs = [(source, view if source != EMPTY else PLAIN) for source, view in tiles]
        return replace(
            self, sources=tuple(source for source, _ in pairs), views=tuple(view for _, view in pairs)
        )

    def fitted(self, layout: Layout) -> Arrangement:
        """Return it with a tile for each cell of ``layout``; full screen ends where nothing is shown."""
        count = len(layout.cells)
        tiles = (*self.tiles[:count], *[(EMPTY, PLAIN)] * (count - len(self.sources)))
        filled = {cell.id for cell, (source, _) in zip(layout.cells, tiles, strict=True) if source != EMPTY}
        return replace(self.with_tiles(tiles), full=self.full if self.full in filled else "")


def with_source(shown: Arrangement, layout: Layout, cell: str, source: Source) -> Arrangement:
    """Return ``shown`` with ``source`` in ``cell``; another source than before begins with a plain view."""
    tiles = list(shown.tiles)
    position = layout.position(cell)
    if tiles[position][0] != source:
        tiles[position] = (source, PLAIN)
    return shown.with_tiles(tiles).fitted(layout)


def with_view(shown: Arrangement, layout: Layout, cell: str, view: View) -> Arrangement:
    """Return ``shown`` with the picture in ``cell`` seen as ``view``; raises for an empty cell."""
    tiles = list(shown.tiles)
    position = layout.position(cell)
    if tiles[position][0] == EMPTY:
        raise InvalidError("cell {cell!r} shows nothing", cell=cell, field="cell")
    tiles[position] = (tiles[position][0], view)
    return shown.with_tiles(tiles)


def with_full(shown: Arrangement, layout: Layout, cell: str) -> Arrangement:
    """Return ``shown`` with ``cell`` on the whole wall, or as it was before when ``cell`` is ``""``."""
    if cell and shown.sources[layout.position(cell)] == EMPTY:
        raise InvalidError("cell {cell!r} shows nothing", cell=cell, field="cell")
    return replace(shown, full=cell)


def swapped(shown: Arrangement, layout: Layout, first: str, second: str) -> Arrangement:
    """Return ``shown`` with the tiles of two cells in each other's place."""
    tiles = list(shown.tiles)
    i, j = layout.position(first), layout.position(second)
    tiles[i], tiles[j] = tiles[j], tiles[i]
    return shown.with_tiles(tiles).fitted(layout)


def enlarged(shown: Arrangement, layout: Layout, source: Source) -> Arrangement:
    """Return ``shown`` with ``source`` in the biggest cell.

    What was there moves to where the source was; if that was nowhere, into the first empty cell; if
    there is none, it leaves the wall.
    """
    biggest = layout.position(layout.biggest.id)
    tiles = list(shown.tiles)
    if tiles[biggest][0] == source:
        return shown
    tile: tuple[Source, View] = (source, PLAIN)
    place = next((i for i, (other, _) in enumerate(tiles) if other == source), None)
    if place is None:
        place = next((i for i, (other, _) in enumerate(tiles) if other == EMPTY), None)
    else:
        tile = tiles[place]
    if place is not None:
        tiles[place] = tiles[biggest]
    tiles[biggest] = tile
    return shown.with_tiles(tiles).fitted(layout)


def showing(shown: Arrangement, layout: Layout, sources: Sequence[Source]) -> Arrangement:
    """Return ``layout`` with ``sources`` in its cells, in their order; views go along with sources."""
    views: dict[Source, list[View]] = {}
    for source, view in shown.tiles:
        views.setdefault(source, []).append(view)
    tiles = [(source, views[source].pop(0) if views.get(source) else PLAIN) for source in sources]
    return replace(shown, layout=layout.id, full="").with_tiles(tiles).fitted(layout)
