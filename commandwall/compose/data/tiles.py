"""The tiles that the data worker paints: painted when something changes, published anew each second."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import numpy as np

from commandwall.base.clock import NS_PER_S, monotonic_ns, utc_ns
from commandwall.base.errors import CommandwallError, ProtocolError
from commandwall.compose.data.painters import paint
from commandwall.compose.data.view import View
from commandwall.compose.data.words import PanelWords
from commandwall.ipc.messages import TileSpec
from commandwall.ipc.slots import Arena, Planes, SlotFlag, SlotInfo, SlotWriter

log = logging.getLogger(__name__)

PERIOD_NS = NS_PER_S
"""How long a wall expects until the next picture: a panel that stands still is published so often."""
_FLAGS = SlotFlag.TIMED | SlotFlag.HELD


class PanelTile:
    """One tile and the picture in it. Used by one thread at a time."""

    def __init__(self, spec: TileSpec, arena: Arena) -> None:
        self.spec = spec
        self._writer = SlotWriter(arena, spec.index)
        self._planes: Planes | None = None
        self._view: View | None = None
        self._captured_ns = 0
        self._published_ns = 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.spec.width, self.spec.height

    def due(self, view: View, now_ns: int) -> bool:
        """Return whether there is something to publish: another view, or nothing for a second."""
        return view != self._view or now_ns - self._published_ns >= PERIOD_NS

    def shows(self, view: View) -> bool:
        """Return whether the picture is of ``view``."""
        return self._planes is not None and view == self._view

    def put(self, view: View, planes: Planes, since_utc_ns: int) -> None:
        """Take over the picture of ``view``, which holds from ``since_utc_ns`` on."""
        since_ns = monotonic_ns() - utc_ns() + since_utc_ns
        # Later than the picture before: a value may tell of a time for which another one was shown.
        self._captured_ns = max(since_ns, self._captured_ns + 1)
        self._view, self._planes = view, planes

    def publish(self) -> None:
        """Write the picture into the next slot: what it shows is still so."""
        if self._planes is None:
            return
        for target, plane in zip(self._writer.begin(), self._planes, strict=True):
            np.copyto(target, plane)
        self._published_ns = now_ns = monotonic_ns()
        self._writer.publish(SlotInfo(now_ns, self._captured_ns, now_ns, PERIOD_NS, _FLAGS))


def open_tiles(specs: Iterable[TileSpec], before: Iterable[PanelTile]) -> list[PanelTile]:
    """Return the tiles of ``specs``; those that were there ``before`` keep their pictures.

    A tile whose arena is gone is left out: its wall has another arrangement by now.
    """
    kept = {(tile.spec.arena, tile.spec.index, tile.spec.source): tile for tile in before}
    arenas: dict[str, Arena] = {}
    tiles = []
    for spec in specs:
        tile = kept.get((spec.arena, spec.index, spec.source))
        try:
            if tile is None:
                arena = arenas[spec.arena] = arenas.get(spec.arena) or Arena(spec.arena)
                tile = PanelTile(spec, arena)
            tiles.append(tile)
        except ProtocolError as error:
            log.warning("%s is not painted in cell %s: %s", spec.source, spec.cell, error)
    return tiles


class Job:
    """One round of painting: what is to be published, and the pictures that tiles of one size share."""

    def __init__(self, words: PanelWords) -> None:
        self._words = words
        self._due: list[tuple[PanelTile, View, int]] = []

    def add(self, tile: PanelTile, view: View, since_utc_ns: int) -> None:
        """Have ``tile`` show ``view``, which is so since ``since_utc_ns``."""
        self._due.append((tile, view, since_utc_ns))

    def run(self) -> list[str]:
        """Paint and publish; return what was wrong with panels, in words. Not for an event loop.

        A tile whose panel cannot be painted goes on with the picture that it has.
        """
        painted: dict[tuple[str, int, int], Planes] = {}
        faults = []
        for tile, view, since_utc_ns in self._due:
            if not tile.shows(view):
                key = (view.panel.id, *tile.size)
                try:
                    if key not in painted:
                        painted[key] = paint(view, *tile.size, self._words)
                    tile.put(view, painted[key], since_utc_ns)
                except CommandwallError as error:
                    faults.append(f"data panel {view.panel.id}: {error}")
            tile.publish()
        return faults
