"""What a wall process is told beside its pictures: labels, banner, alarms, bit rates, watermarks."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from commandwall.control.alarms import Alarms
from commandwall.control.documents import TileDocument
from commandwall.control.kept import KeptRecords
from commandwall.control.mishaps import Mishaps
from commandwall.control.overlay_documents import OverlaysDocument, OverlaysEvent
from commandwall.control.state import CameraBoard, Publish
from commandwall.ipc.messages import Message
from commandwall.ipc.overlay_messages import DressWall, SourceAlarms, SourceRate, SourceRates, Watermark
from commandwall.model.camera import Area
from commandwall.model.overlays import Banner, Labels, Switch
from commandwall.model.source import Source, SourceKind
from commandwall.model.wall import Wall

log = logging.getLogger(__name__)

Viewers = Callable[[], Mapping[tuple[str, str], Iterable[str]]]
"""Returns the names of who watches each watched (wall, head)."""
_EVERY_S = 1.0
_RATED_WIDTH = 900
"""Tiles at least so wide say the bit rate without being told to."""


class Dressed(Protocol):
    """A wall that can be dressed. Implemented by :class:`WallControl`."""

    wall: Wall

    def tiles(self) -> tuple[TileDocument, ...]:
        """Return every tile as it is now."""

    def greet(self, greeting: Callable[[], None]) -> None:
        """Call ``greeting`` whenever a new process was configured."""

    def tell(self, message: Message) -> None:
        """Tell the process something."""

    def weigh(self) -> None:
        """Say anew how important each tile is."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the dresses of all walls need: who is at fault, who watches, and where to keep what."""

    site_name: str
    areas: tuple[Area, ...]
    board: CameraBoard
    alarms: Alarms
    viewers: Viewers
    kept: KeptRecords[OverlaysDocument]
    publish: Publish


class WallDress:
    """Dresses one wall. Belongs to the control plane's event loop."""

    def __init__(self, wall: Dressed, surroundings: Surroundings) -> None:
        self._wall, self._around = wall, surroundings
        self._marks: dict[str, str] = {}
        self._rates: SourceRates | None = None
        wall.greet(self._greet)
        surroundings.alarms.watch(self._alarmed)

    @property
    def wall(self) -> str:
        """The id of the wall."""
        return self._wall.wall.id

    def document(self) -> OverlaysDocument:
        """Return what is drawn over the wall."""
        wall = self._wall.wall
        return self._around.kept.all().get(wall.id) or OverlaysDocument(wall.id, wall.labels, None)

    def set_labels(self, labels: Labels) -> OverlaysDocument:
        """Say something else on its tiles."""
        return self._change(OverlaysDocument(self._wall.wall.id, labels, self.document().banner))

    def set_banner(self, banner: Banner | None) -> OverlaysDocument:
        """Show words across its top, or none."""
        return self._change(OverlaysDocument(self._wall.wall.id, self.document().labels, banner))

    def refresh(self) -> None:
        """Tell what changes by itself: bit rates, and who watches and when."""
        rates = SourceRates(tuple(self._rates_shown()))
        if rates != self._rates:
            self._rates = rates
            self._wall.tell(rates)
        for head, text in self._texts():
            if self._marks.get(head) != text:
                self._marks[head] = text
                self._wall.tell(Watermark(head, text))

    def _change(self, document: OverlaysDocument) -> OverlaysDocument:
        self._around.kept.put(document.wall, document)
        self._tell(document)
        self._around.publish("overlays", OverlaysEvent(document))
        return document

    def _alarmed(self, alarms: SourceAlarms) -> None:
        """Show the alarms, and let what has one keep its pictures longer."""
        self._wall.tell(alarms)
        self._wall.weigh()

    def _greet(self) -> None:
        """Tell a new wall process everything."""
        self._tell(self.document())
        self._wall.tell(self._around.alarms.message())
        self._marks.clear()
        self._rates = None
        self.refresh()

    def _tell(self, document: OverlaysDocument) -> None:
        self._wall.tell(DressWall(document.labels, document.banner, self._around.areas))

    def _rates_shown(self) -> Iterator[SourceRate]:
        """Yield the bit rates that tiles say."""
        switch = self.document().labels.bitrate
        if switch is Switch.OFF:
            return
        told: set[str] = set()
        for tile in self._wall.tiles():
            source = Source.parse(tile.source)
            wanted = switch is Switch.ON or tile.rect[2] >= _RATED_WIDTH
            if wanted and source.kind is SourceKind.CAMERA and tile.source not in told:
                told.add(tile.source)
                yield SourceRate(tile.source, self._around.board.get(source.id).bitrate_bps)

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Yield what the watermark of each head that has one says."""
        wall = self._wall.wall
        minute = time.strftime("%Y-%m-%d %H:%M")
        names = self._around.viewers()
        for head in wall.heads:
            if head.watermark is not None:
                who = sorted(set(names.get((wall.id, head.id), ())))
                words = head.watermark or "、".join(who) or self._around.site_name
                yield head.id, f"{words} {minute}"


async def keep_dressed(dresses: Iterable[WallDress]) -> None:
    """Refresh the dress of all walls once a second. One task runs this for ever."""
    mishaps = Mishaps(log)
    while True:
        await asyncio.sleep(_EVERY_S)
        for dress in dresses:
            with mishaps.of(f"labels and watermarks of wall {dress.wall}"):
                dress.refresh()
