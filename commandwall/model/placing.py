"""Placing: which layout fits a number of sources, and where in another layout what is shown stays.

*A source that is shown keeps its place*: of all pairs of an old cell and a new one, those are taken
first that coincide most (the area that both cover, by the area that either covers), so that a cell that
is in both layouts keeps its source in any case; of equal pairs the one that is first in the old layout,
then in the new one. What found no cell that overlaps its old one goes to the nearest that is free, the
centres' distance deciding. What is left then is no longer shown. A cell that is bigger than all others
does not stay empty: if nothing came there, the first source moves in whose cell the new layout does not
have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from commandwall.base.errors import InvalidError
from commandwall.model.arrangement import Arrangement
from commandwall.model.layout import Cell, Layout
from commandwall.model.rect import Rect
from commandwall.model.source import EMPTY, Source
from commandwall.model.view import PLAIN

_PICTURE_SHAPE = 16 / 9
"""What most cameras send, width by height."""
_CANVAS = 1 << 14
"""Pixels on which layouts are compared: enough for every grid line to have its own."""


def fitting_layout(layouts: Iterable[Layout], count: int, width: int, height: int) -> Layout:
    """Return the layout that wastes least of a wall of ``width`` x ``height`` with ``count`` pictures.

    Wasted is what no picture of 16:9 covers, shown whole. Of those that waste the same, the one whose
    smallest picture is largest, then the one with the fewest cells. Layouts whose cells overlap are left
    out, and those too fine for the wall, and such as would be less than half filled, if there are others.
    Raises :class:`InvalidError` when none has so many cells.
    """
    flat = [layout for layout in layouts if not layout.layered]
    large = [layout for layout in flat if len(layout.cells) >= count]
    half_filled = [layout for layout in large if len(layout.cells) <= 2 * count]

    def merit(layout: Layout) -> tuple[float, float, int]:
        areas = (_picture_area(layout, cell, width / height) for cell in layout.cells)
        largest = sorted(areas, reverse=True)[: max(1, count)]
        return round(sum(largest), 6), round(largest[-1], 6), -len(layout.cells)

    for among in (half_filled, large):
        for layout in sorted(among, key=merit, reverse=True):
            if layout.fits(width, height):
                return layout
    raise InvalidError(
        "there is no layout for {count} sources; the largest has {most} cells",
        count=count,
        most=max((len(layout.cells) for layout in flat if layout.fits(width, height)), default=0),
        field="layout",
    )


def _picture_area(layout: Layout, cell: Cell, wall_shape: float) -> float:
    """Return which part of the wall a picture covers that is shown whole in ``cell``."""
    width, height = cell.columns / layout.columns, cell.rows / layout.rows
    shape = wall_shape * width / height
    return width * height * min(shape / _PICTURE_SHAPE, _PICTURE_SHAPE / shape)


def relaid(shown: Arrangement, old: Layout, new: Layout) -> Arrangement:
    """Return what ``old`` shows in the layout ``new``, each source in its place as far as that has it."""
    return gathered(shown, old, new, [source for source in shown.sources if source != EMPTY])


def gathered(shown: Arrangement, old: Layout, new: Layout, sources: Iterable[Source]) -> Arrangement:
    """Return ``sources`` in the layout ``new``: those that are shown keep their places.

    The others go into the cells that are left, in the layout's order.
    """
    coming = [source for source in sources if source != EMPTY]
    staying = []
    for position, source in enumerate(shown.sources):
        if source in coming:
            coming.remove(source)
            staying.append(position)
    old_rects, new_rects = _rects(old), _rects(new)
    places = keep_places([old_rects[position] for position in staying], new_rects)
    tiles = [(EMPTY, PLAIN)] * len(new.cells)
    for index, place in places.items():
        tiles[place] = shown.tiles[staying[index]]
    free = (place for place, (source, _) in enumerate(tiles) if source == EMPTY)
    for place, source in zip(list(free), coming, strict=False):
        tiles[place] = (source, PLAIN)
    return replace(shown, layout=new.id, full="").with_tiles(tiles)


def keep_places(old: Sequence[Rect], new: Sequence[Rect]) -> dict[int, int]:
    """Return for the rectangles in ``old``, by position, in which one of ``new`` what they show stays."""
    places: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(_coincidences(old, new)):
        if i not in places and j not in taken:
            places[i] = j
            taken.add(j)
    free = [j for j in range(len(new)) if j not in taken]
    for i, rect in enumerate(old):
        if i not in places and free:
            j = min(free, key=lambda j: _distance(rect, new[j]))
            places[i] = j
            free.remove(j)
    _fill_biggest(places, old, new)
    return places


def _fill_biggest(places: dict[int, int], old: Sequence[Rect], new: Sequence[Rect]) -> None:
    """Let the first whose rectangle is not in ``new`` move into the one that is bigger than all others."""
    areas = [rect.area for rect in new]
    biggest = areas.index(max(areas))
    if areas.count(areas[biggest]) == 1 and biggest not in places.values():
        known = set(new)
        movable = [i for i in places if old[i] not in known]
        if movable:
            places[min(movable)] = biggest


def _rects(layout: Layout) -> list[Rect]:
    return list(layout.rects(_CANVAS, _CANVAS).values())


def _coincidences(old: Sequence[Rect], new: Sequence[Rect]) -> Iterator[tuple[float, int, int]]:
    """Yield (how little two rectangles coincide, position in ``old``, in ``new``) of all that overlap.

    Rows are looked up once for each height at which old rectangles lie: 400 cells each way take 5 ms.
    """
    beside: dict[tuple[int, int], list[tuple[int, Rect]]] = {}
    for i, rect in enumerate(old):
        span = (rect.y, rect.bottom)
        if span not in beside:
            beside[span] = [
                (j, other) for j, other in enumerate(new) if other.y < rect.bottom and rect.y < other.bottom
            ]
        for j, other in beside[span]:
            wide = min(rect.right, other.right) - max(rect.x, other.x)
            if wide > 0:
                common = wide * (min(rect.bottom, other.bottom) - max(rect.y, other.y))
                yield -round(common / (rect.area + other.area - common), 3), i, j


def _distance(rect: Rect, other: Rect) -> int:
    """Return the square of the distance of two centres, in half pixels."""
    across = 2 * rect.x + rect.width - 2 * other.x - other.width
    down = 2 * rect.y + rect.height - 2 * other.y - other.height
    return across * across + down * down
