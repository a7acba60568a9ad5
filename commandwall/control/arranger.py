"""The arranger of one wall: turns what is asked for, in words, into arrangements that can be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.control.rearranging import Rearrangement
from commandwall.control.sources import Sources
from commandwall.model.arrangement import Arrangement, showing, with_source
from commandwall.model.layout import AUTO, Layout
from commandwall.model.placing import fitting_layout, gathered, relaid
from commandwall.model.source import EMPTY, Source, SourceKind
from commandwall.model.wall import Wall


class Arranger:
    """Knows the layouts and the sources; keeps nothing. Belongs to the control plane's event loop.

    Every method returns an arrangement with the revision of the one it began from, or raises
    :class:`NotFoundError` or :class:`InvalidError`.
    """

    def __init__(self, wall: Wall, layouts: Mapping[str, Layout], sources: Sources) -> None:
        self._wall = wall
        self._layouts = layouts
        self._sources = sources

    def layout_of(self, shown: Arrangement) -> Layout:
        """Return the layout of an arrangement that this arranger made."""
        return self._layouts[shown.layout]

    def first(self) -> Arrangement:
        """Return what a wall shows that has never shown anything: the first cameras there are."""
        return self.restored(Arrangement(1, self._wall.layout, tuple(self._sources.all(SourceKind.CAMERA))))

    def restored(self, before: Arrangement) -> Arrangement:
        """Return what was shown ``before``, as far as its layout and sources still exist.

        The wall's own layout is there for one that is too fine for it, too.
        """
        kept = self._layouts.get(before.layout)
        fits = kept is not None and kept.fits(self._wall.width, self._wall.height)
        layout_id = before.layout if fits else self._wall.layout
        tiles = ((source if self._sources.exists(source) else EMPTY, view) for source, view in before.tiles)
        return replace(before, layout=layout_id).with_tiles(tiles).fitted(self._layouts[layout_id])

    def laid_out(self, shown: Arrangement, layout_id: str, sources: Iterable[str] | None) -> Arrangement:
        """Return ``sources`` in another layout, or what is shown, each in its place, if there are none.

        The layout :data:`AUTO` is the one that fits; in that, also ``sources`` that are shown keep
        their places. Otherwise they go into the cells in the layout's order.
        """
        before = self.layout_of(shown)
        chosen = None if sources is None else [self._named(text, i) for i, text in enumerate(sources)]
        if layout_id == AUTO:
            wanted = [source for source in chosen or shown.sources if source != EMPTY]
            size = (self._wall.width, self._wall.height)
            return gathered(shown, before, fitting_layout(self._layouts.values(), len(wanted), *size), wanted)
        layout = self._layout(layout_id)
        if chosen is None:
            return relaid(shown, before, layout)
        if len(chosen) > len(layout.cells):
            raise InvalidError(
                "layout {id!r} has {count} cells, not {asked}",
                id=layout.id,
                count=len(layout.cells),
                asked=len(chosen),
                field="sources",
            )
        return showing(shown, layout, chosen)

    def with_cell(self, shown: Arrangement, cell: str, source: str) -> Arrangement:
        """Return ``shown`` with ``source`` in ``cell``."""
        layout = self.layout_of(shown)
        layout.position(cell)
        return with_source(shown, layout, cell, self._checked(Source.parse(source), "source"))

    def rearranged(self, shown: Arrangement, change: Rearrangement) -> Arrangement:
        """Return ``shown`` after ``change``, which may bring a source that was not there."""
        changed = change.applied(shown, self.layout_of(shown))
        for source in changed.sources:
            if source not in shown.sources:
                self._checked(source, "source")
        return changed

    def _layout(self, layout_id: str) -> Layout:
        layout = self._layouts.get(layout_id)
        if layout is None:
            raise NotFoundError("no layout is called {id!r}", id=layout_id)
        layout.check(self._wall.width, self._wall.height, field="layout")
        return layout

    def _named(self, text: str, index: int) -> Source:
        field = f"sources[{index}]"
        return self._checked(Source.parse(text, field=field), field)

    def _checked(self, source: Source, field: str) -> Source:
        self._sources.check(source, field)
        return source
