"""Scenery: the tiles of one wall, where their pictures lie in memory, and what is kept on a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil

from commandwall.control.sources import NO_FACTS, Facts, Sources
from commandwall.ipc.arena import SLOTS, ArenaHandle, create_arena
from commandwall.ipc.messages import ShowTiles, TileSpec, WallTile
from commandwall.model.arrangement import Arrangement
from commandwall.model.camera import StreamName
from commandwall.model.importance import importance
from commandwall.model.layout import Aspect, Layout
from commandwall.model.rect import Rect
from commandwall.model.source import DECODED, EMPTY, Source, SourceKind
from commandwall.model.view import Crop
from commandwall.model.wall import Wall

_USUAL_PERIOD_MS = 40
"""Of cameras with the most pictures a second; an aligned wall keeps as many as its longest wait needs."""


@dataclass(frozen=True, slots=True)
class PlacedTile:
    """A cell on the wall: its rectangle, its source, and the slots that carry its picture."""

    cell: str
    rect: Rect
    source: Source
    name: str
    aspect: Aspect
    crop: Crop
    z: int = 0
    stream: StreamName = StreamName.SUB
    arena: ArenaHandle | None = None
    index: int = 0
    facts: Facts = NO_FACTS

    @property
    def picture_key(self) -> tuple[object, ...]:
        """What the picture in the slots depends on: tiles of one key can take each other's slots."""
        shown = self.source, self.facts.edition, self.facts.masks
        return *shown, self.rect.width, self.rect.height, self.aspect, self.crop

    def shows(self, source: Source) -> bool:
        """Return whether ``source`` is what it shows, or is seen in it."""
        camera = source.kind is SourceKind.CAMERA
        return self.source == source or (camera and any(each.camera == source.id for each in self.facts.seen))

    @property
    def picture_size(self) -> tuple[int, int]:
        """How many pixels the whole picture would have: more than the tile, if only a part is shown."""
        return round(self.rect.width / self.crop.width), round(self.rect.height / self.crop.height)


class Scenery:
    """The placed tiles of one wall. Belongs to the control plane's event loop.

    On a change, a tile whose source and size were on the wall before keeps its slots (its
    picture goes on without a gap, wherever it moves); all others get slots in one new arena. An
    arena is let go when no tile uses it. ``pinned`` sources are decoded before all others, those that are
    ``speaking`` before all but these and those with an alarm.
    """

    def __init__(self, wall: Wall, sources: Sources) -> None:
        self._wall = wall
        self._sources = sources
        self._tiles: dict[str, PlacedTile] = {}
        self._arenas: set[ArenaHandle] = set()
        self.pinned: frozenset[Source] = frozenset()
        self.speaking: frozenset[Source] = frozenset()

    def arrange(self, layout: Layout, arrangement: Arrangement) -> None:
        """Place what ``arrangement`` shows in the cells of ``layout`` on the wall."""
        wanted = list(self._tiles_of(layout, arrangement))
        old: dict[object, list[PlacedTile]] = {}
        for tile in self._tiles.values():
            if tile.arena is not None:
                old.setdefault(tile.picture_key, []).append(tile)
        placed = [self._keep(tile, old) for tile in wanted]
        self._tiles = {tile.cell: tile for tile in self._allocate(placed)}
        self._let_go()

    def clear(self) -> None:
        """Let go of everything."""
        self._tiles = {}
        self._let_go()

    def tiles(self) -> Iterable[PlacedTile]:
        """Return the tiles, in the order of their layout."""
        return self._tiles.values()

    def sources(self) -> set[Source]:
        """Return the sources on the wall."""
        return {tile.source for tile in self._tiles.values() if tile.arena is not None}

    def shows(self, source: Source) -> bool:
        """Return whether the source is on the wall, if only in what another one shows."""
        return any(tile.shows(source) for tile in self._tiles.values())

    def plan(self, layout: Layout, arrangement: Arrangement) -> tuple[TileSpec, ...]:
        """Return what would have to be decoded for ``arrangement``; its slots are left out."""
        tiles = self._tiles_of(layout, arrangement)
        return tuple(self._spec(tile) for tile in tiles if tile.source.kind in DECODED)

    def mains(self, tiles: Iterable[TileSpec]) -> list[str]:
        """Return the cameras of which ``tiles`` show another stream than the one always received."""
        cameras = (tile for tile in tiles if tile.source.kind is SourceKind.CAMERA)
        return sorted(
            {tile.source.id for tile in cameras if self._sources.on_demand(tile.source, tile.stream)}
        )

    def streams_change(self) -> bool:
        """Choose each tile's stream anew; return whether any is another one now."""
        fresh = {cell: self._with_stream(tile) for cell, tile in self._tiles.items()}
        changed = fresh != self._tiles
        self._tiles = fresh
        return changed

    def show_tiles(self) -> ShowTiles:
        """Return what is to be painted."""
        tiles = tuple(self._spec(tile) for tile in self._tiles.values() if tile.arena is not None)
        return ShowTiles(self._wall.id, tiles, self._wall.fps)

    def wall_tiles(self) -> tuple[WallTile, ...]:
        """Return what the wall process is to show, from the lowest to what lies over all others."""
        return tuple(
            WallTile(
                tile.cell,
                tile.rect,
                str(tile.source),
                tile.name,
                tile.arena.path if tile.arena else "",
                tile.index,
                tile.facts.area,
                tile.facts.seen,
            )
            for tile in sorted(self._tiles.values(), key=lambda tile: tile.z)
        )

    def _tiles_of(self, layout: Layout, arrangement: Arrangement) -> Iterator[PlacedTile]:
        """Yield the tiles that an arrangement comes to; a cell that fills the wall is the only one."""
        rects = layout.rects(self._wall.width, self._wall.height)
        if arrangement.full:
            rects = {arrangement.full: Rect(0, 0, self._wall.width, self._wall.height)}
        for cell, (source, view) in zip(layout.cells, arrangement.tiles, strict=True):
            if (rect := rects.get(cell.id)) is not None:
                name, facts = ("", NO_FACTS)
                if source != EMPTY:
                    name, facts = self._sources.name(source), self._sources.facts(source)
                aspect = view.aspect or cell.aspect
                tile = PlacedTile(cell.id, rect, source, name, aspect, view.crop, cell.z, facts=facts)
                yield self._with_stream(tile)

    def _spec(self, tile: PlacedTile) -> TileSpec:
        return TileSpec(
            tile.cell,
            tile.source,
            tile.stream,
            tile.arena.path if tile.arena else "",
            tile.index,
            tile.rect.width,
            tile.rect.height,
            tile.aspect,
            importance(
                tile.rect.area,
                pinned=tile.source in self.pinned,
                alarm=self._sources.alarm(tile.source),
                speaking=tile.source in self.speaking,
            ),
            tile.crop,
            tile.facts.masks,
        )

    def _with_stream(self, tile: PlacedTile) -> PlacedTile:
        if tile.source == EMPTY:
            return tile
        return replace(tile, stream=self._sources.stream(tile.source, *tile.picture_size))

    @staticmethod
    def _keep(tile: PlacedTile, old: dict[object, list[PlacedTile]]) -> PlacedTile:
        same = old.get(tile.picture_key)
        if not same:
            return tile
        before = same.pop()
        return replace(tile, arena=before.arena, index=before.index)

    def _allocate(self, tiles: list[PlacedTile]) -> list[PlacedTile]:
        fresh = [t for t in tiles if t.arena is None and t.source != EMPTY]
        if not fresh:
            return tiles
        slots = SLOTS + ceil(max(self._wall.align_ms, self._wall.voice_ms) / _USUAL_PERIOD_MS)
        arena = create_arena([(tile.rect.width, tile.rect.height) for tile in fresh], slots)
        self._arenas.add(arena)
        index = {tile.cell: i for i, tile in enumerate(fresh)}
        return [
            replace(tile, arena=arena, index=index[tile.cell]) if tile.cell in index else tile
            for tile in tiles
        ]

    def _let_go(self) -> None:
        used = {tile.arena for tile in self._tiles.values()}
        for arena in self._arenas - used:
            arena.close()
        self._arenas &= used
