"""Who takes part in a tour or follows a site onto a wall, and who of them has a picture to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from commandwall.base.errors import InvalidError
from commandwall.control.sources import Sources
from commandwall.control.state import CameraBoard
from commandwall.model.camera import Area, FeedState
from commandwall.model.source import DECODED, Source, SourceKind
from commandwall.model.tour import Tour

_ALIVE = frozenset({FeedState.LIVE, FeedState.STALLED})
"""A feed that is lost, refused or disabled is dead, and so is one that still connects, until it is live."""


class Candidates:
    """The sources of tours and of areas. Belongs to the control plane's event loop."""

    def __init__(self, board: CameraBoard, sources: Sources, areas: Iterable[Area]) -> None:
        self._board = board
        self._sources = sources
        known = tuple(areas)
        self._parents = {area.id: area.parent for area in known}
        named = Counter(area.name for area in known)
        by_name = {area.name: area.id for area in known if named[area.name] == 1}
        self._ids = by_name | {area.id: area.id for area in known}

    def ring(self, tour: Tour) -> tuple[Source, ...]:
        """Return what takes turns: the tour's list, or the cameras that its area has now, in their order."""
        return self.cameras_of(tour.area) if tour.area else tour.sources

    def cameras_of(self, area: str) -> tuple[Source, ...]:
        """Return the cameras of ``area`` and those below it; none for an area that there is not."""
        return tuple(
            Source(SourceKind.CAMERA, camera.id)
            for camera in self._board.cameras()
            if self._inside(camera.area, area)
        )

    def cameras_at(self, site: str) -> tuple[Source, ...]:
        """Return the cameras of the area ``site``, by its id or a name that no other has; else none."""
        return self.cameras_of(self._ids.get(site, ""))

    def alive(self, ring: Iterable[Source]) -> frozenset[Source]:
        """Return those of ``ring`` that have a picture: what is painted has one once a wall shows it."""
        there = (source for source in ring if self._sources.exists(source))
        return frozenset(
            source
            for source in there
            if source.kind not in DECODED or self._sources.state(source).state in _ALIVE
        )

    def check(self, tour: Tour) -> None:
        """Raise :class:`InvalidError` if ``tour`` names an area or a source that is not there."""
        if tour.area and tour.area not in self._parents:
            raise InvalidError("no area is called {id!r}", id=tour.area, field="area")
        for index, source in enumerate(tour.sources):
            self._sources.check(source, f"sources[{index}]")

    def _inside(self, area: str | None, outer: str) -> bool:
        while area is not None and area != outer:
            area = self._parents.get(area)
        return area is not None
