"""All walls at once, for what concerns each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from commandwall.control.walls import WallControl
from commandwall.ipc.decoding import TileFigures
from commandwall.model.source import Source, SourceKind


class EveryWall:
    """The walls of the site, and then those that nobody lists. Belongs to the control plane's event loop.

    Both mappings are others' and may change at any time.
    """

    def __init__(self, listed: Mapping[str, WallControl]) -> None:
        self._listed = listed
        self.hidden: Mapping[str, WallControl] = {}

    def __iter__(self) -> Iterator[WallControl]:
        yield from tuple(self._listed.values())
        yield from tuple(self.hidden.values())

    def layouts(self) -> Iterator[tuple[str, str]]:
        """Yield every wall's id with that of the layout that it shows."""
        return ((wall.wall.id, wall.arrangement.layout) for wall in self)

    def source_put(self, source: Source) -> None:
        """Show a source as it is now, where it is shown."""
        for wall in self:
            wall.source_put(source)

    def source_removed(self, source: Source) -> None:
        """Empty the cells that show a source; call it while its book still knows it."""
        for wall in self:
            wall.source_removed(source)

    def camera_resized(self, camera_id: str) -> None:
        """Fit the tiles of a camera whose picture has another size now."""
        for wall in self:
            wall.source_resized(Source(SourceKind.CAMERA, camera_id))

    def take_figures(self, figures: Iterable[TileFigures]) -> None:
        """Pass on what a worker said of its tiles; each wall knows its own."""
        for wall in self:
            wall.take_figures(figures)
