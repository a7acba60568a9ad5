"""One wall as the control plane sees it: what it is to show, what it does show, and its process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from commandwall.base.clock import monotonic_ns
from commandwall.base.errors import InvalidError, StaleError
from commandwall.control.arranger import Arranger
from commandwall.control.decoding import Decoding, budget_document
from commandwall.control.displays import displays_of
from commandwall.control.documents import (
    BudgetDocument,
    Cause,
    HeadDocument,
    PreparedDocument,
    TileDocument,
    TileNow,
    TilesEvent,
    WallDocument,
    WallEvent,
)
from commandwall.control.feeds import StillPicture
from commandwall.control.histogram import Histogram
from commandwall.control.lineup import WHOLE, LineUpControl
from commandwall.control.rearranging import Rearrangement
from commandwall.control.scenery import PlacedTile, Scenery
from commandwall.control.sources import Painter, Sources
from commandwall.control.state import Publish
from commandwall.ipc.channel import Received
from commandwall.ipc.decoding import TileFigures
from commandwall.ipc.messages import (
    Arrange,
    ConfigureWall,
    Message,
    Picture,
    ShowTiles,
    SnapshotWall,
    SourceStates,
    SwitchDone,
    TileSpec,
    TileTruth,
    WallReport,
)
from commandwall.model.arrangement import Arrangement, with_source
from commandwall.model.head import Head
from commandwall.model.layout import Layout
from commandwall.model.source import DECODED, EMPTY, Source
from commandwall.model.transition import HOLD, Transition
from commandwall.model.view import PLAIN
from commandwall.model.wall import DecodeLevel, TileState, Wall
from commandwall.workers.worker import Worker

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WallLinks:
    """What a wall needs of its surroundings.

    ``show`` has tiles painted, ``warm`` opens and decodes ahead what tiles need,
    ``decoding`` knows what that costs, ``publish`` tells listeners, ``save`` keeps an arrangement for the
    next start.
    """

    show: Painter
    warm: Callable[[Iterable[TileSpec]], None]
    decoding: Decoding
    publish: Publish
    save: Callable[[str, Arrangement], None]


@dataclass(frozen=True, slots=True)
class Changed:
    """What a wall was to show, what it is to show now, and why."""

    before: Arrangement
    after: Arrangement
    cause: Cause


class WallControl:
    """Arranges one wall and knows what it shows. Belongs to the control plane's event loop.

    A change is applied whole or not at all: everything is checked before anything is sent.
    """

    def __init__(
        self,
        wall: Wall,
        layouts: Mapping[str, Layout],
        sources: Sources,
        links: WallLinks,
        packet_path: Path,
        language: str,
        kind: str = "wall",
    ) -> None:
        """``kind`` is that of its process."""
        self.wall = wall
        self.packet_path = packet_path
        self.report: WallReport | None = None
        self.switch_first = Histogram()
        self.switch_live = Histogram()
        self.decoded_total = 0
        self.shown_total = self.missed_total = 0
        self._arranger = Arranger(wall, layouts, sources)
        self._sources = sources
        self._links = links
        self._language = language
        self._greetings: list[Callable[[], None]] = []
        self._scenery = Scenery(wall, sources)
        self._figures: dict[str, TileFigures] = {}
        self._counted: dict[str, int] = {}
        self._truths: dict[str, TileTruth] = {}
        self._arrangement = Arrangement(0, wall.layout)
        self.lineup = LineUpControl(wall, self._line_up)
        self.displays = displays_of(wall, self._publish)
        self._by_hand = 0
        self._watchers: list[Callable[[Changed], None]] = []
        self.worker = Worker(
            kind,
            f"wall-{wall.id}",
            "commandwall.compose.worker",
            on_ready=self._ready,
            on_message=self._hear,
            on_down=self._down,
        )
        sources.watch(self._source_changed)

    @property
    def workers(self) -> list[Worker]:
        """Its processes: the wall's own and those of its displays."""
        return [self.worker, *(display.worker for display in self.displays.values())]

    @property
    def arrangement(self) -> Arrangement:
        """What the wall is to show."""
        return self._arrangement

    def close(self) -> None:
        """Let go of all that it shows; its process is the caller's to drain."""
        self._sources.unwatch(self._source_changed)
        self._links.show(ShowTiles(self.wall.id, ()))
        self._scenery.clear()

    def greet(self, greeting: Callable[[], None]) -> None:
        """Call ``greeting`` when a new process was configured, before it is told what to show."""
        self._greetings.append(greeting)

    def tell(self, message: Message) -> None:
        """Tell the process something about what lies over its pictures."""
        self.worker.post(message)

    def cells(self, layout_id: str) -> tuple[str, ...]:
        """Return the cells of a layout that there is, in its order."""
        return tuple(cell.id for cell in self._arranger.layout_of(Arrangement(0, layout_id)).cells)

    def watch(self, watcher: Callable[[Changed], None]) -> None:
        """Call ``watcher`` at once whenever what the wall is to show has changed."""
        self._watchers.append(watcher)

    def restore(self, before: Arrangement | None) -> None:
        """Show what was shown before the restart, as far as its layout and sources still exist.

        A wall that has never shown anything shows the first cameras of the configuration.
        """
        shown = self._arranger.first() if before is None else self._arranger.restored(before)
        if before is not None and shown.layout != before.layout:
            log.warning(
                "wall %s: layout %s is gone, or too fine for %d x %d pixels: it shows %s",
                self.wall.id, before.layout, self.wall.width, self.wall.height, shown.layout,
            )  # fmt: skip
        self._apply(shown)
        self._by_hand = self._arrangement.revision

    def arranged(self, layout_id: str, sources: Iterable[str]) -> Arrangement:
        """Return what :meth:`set_layout` would show on an empty wall, to be kept; raises as it does."""
        return self._arranger.laid_out(self.fit(Arrangement(0, self.wall.layout)), layout_id, sources)

    def fit(self, kept: Arrangement) -> Arrangement:
        """Return what can be shown of ``kept``: its layout and sources that there still are, if it fits."""
        return self._arranger.restored(kept)

    def show(self, kept: Arrangement, cause: Cause, transition: Transition = HOLD) -> WallDocument:
        """Show :meth:`fit` of what was kept, under a new revision unless it is shown already."""
        wanted = replace(self.fit(kept), revision=self._arrangement.revision)
        return self.document() if wanted == self._arrangement else self._change(wanted, cause, transition)

    def rotate(self, sources: Mapping[str, Source]) -> None:
        """Put ``sources`` into the cells that a tour has, by cell.

        A change that was asked for against the revision before is not stale for it. Raises
        :class:`NotFoundError`; nothing has changed then.
        """
        wanted = self._arrangement
        for cell, source in sources.items():
            wanted = with_source(wanted, self._arranger.layout_of(wanted), cell, source)
        self._change(wanted, Cause.TOUR)

    def check_revision(self, expected: int | None) -> None:
        """Raise :class:`StaleError` if more than a tour has changed the wall since revision ``expected``."""
        revision = self._arrangement.revision
        if expected is not None and not self._by_hand <= expected <= revision:
            raise StaleError(
                "wall {id!r} is at revision {revision}, not {expected}: look at it, then try again",
                id=self.wall.id,
                revision=revision,
                expected=expected,
            )

    def set_layout(
        self,
        layout_id: str,
        sources: Iterable[str] | None,
        expected_revision: int | None,
        transition: Transition = HOLD,
    ) -> WallDocument:
        """Change the layout and, if given, the sources of its cells in their order.

        Without ``sources`` what is shown stays, each in its place as far as the layout has it. Raises
        :class:`NotFoundError`, :class:`InvalidError` or :class:`StaleError`; nothing has changed then.
        """
        self.check_revision(expected_revision)
        wanted = self._arranger.laid_out(self._arrangement, layout_id, sources)
        return self._change(wanted, transition=transition)

    def prepare(self, layout_id: str, sources: Iterable[str] | None, *, dry_run: bool) -> PreparedDocument:
        """Say what :meth:`set_layout` would cost, and open the streams that it would need.

        Nothing is shown, and with ``dry_run`` nothing opened. Raises :class:`NotFoundError` or
        :class:`InvalidError`.
        """
        wanted = self._arranger.laid_out(self._arrangement, layout_id, sources)
        tiles = self._scenery.plan(self._arranger.layout_of(wanted), wanted)
        cameras = self._scenery.mains(tiles)
        if not dry_run:
            self._links.warm(tiles)
        return PreparedDocument(tuple(cameras), self._links.decoding.predict(self.wall.id, tiles))

    @property
    def pinned(self) -> frozenset[Source]:
        """The sources that are decoded in full before all others."""
        return self._scenery.pinned

    def restore_pins(self, pinned: Iterable[Source]) -> None:
        """Take over what was pinned before the restart; call it before :meth:`restore`."""
        self._scenery.pinned = frozenset(pinned)

    def pin(self, cell_id: str, *, pinned: bool) -> WallDocument:
        """Pin what a cell shows, wherever it goes on this wall, or let it go.

        Raises :class:`NotFoundError`, and :class:`InvalidError` when the cell shows nothing.
        """
        source = self._arrangement.sources[self._arranger.layout_of(self._arrangement).position(cell_id)]
        if source == EMPTY:
            raise InvalidError(
                "cell {cell!r} is empty; show something in it first", cell=cell_id, field="cell"
            )
        self._scenery.pinned = self.pinned | {source} if pinned else self.pinned - {source}
        self.weigh()
        document = self.document()
        self._links.publish("wall", WallEvent(document, Cause.OPERATOR))
        return document

    def set_cell(self, cell_id: str, source: str, expected_revision: int | None) -> WallDocument:
        """Put ``source`` into one cell; raises as :meth:`set_layout` does."""
        self.check_revision(expected_revision)
        return self._change(self._arranger.with_cell(self._arrangement, cell_id, source))

    def rearrange(self, change: Rearrangement, expected_revision: int | None) -> WallDocument:
        """Do any other ``change``; one that changes nothing makes no revision. Raises as above."""
        self.check_revision(expected_revision)
        wanted = self._arranger.restored(self._arranger.rearranged(self._arrangement, change))
        return self.document() if wanted == self._arrangement else self._change(wanted)

    def document(self) -> WallDocument:
        """Return the wall as it is now."""
        wall = self.wall
        return WallDocument(
            wall.id,
            wall.name,
            (wall.width, wall.height),
            wall.fps,
            wall.align_ms,
            self._arrangement.revision,
            self._arrangement.layout,
            self._arrangement.full,
            tuple(map(self._head, wall.heads)),
            self.budget(),
            self.tiles(),
            self.lineup.identifying,
            self.lineup.pattern(WHOLE),
        )

    def budget(self) -> BudgetDocument:
        """Return how far its tiles are decoded, and what decoding takes."""
        decoded = (tile.cell for tile in self._scenery.tiles() if tile.source.kind in DECODED)
        return budget_document(map(self._level, decoded), self._links.decoding.share)

    def tiles(self) -> tuple[TileDocument, ...]:
        """Return every tile that is on the wall, as it is now."""
        return tuple(map(self._tile, self._scenery.tiles()))

    async def snapshot(self, head: str, image_format: str, viewer: str) -> StillPicture:
        """Return the canvas (``head`` empty) or one head as shown now, as ``png`` or ``jpg``.

        A head with a watermark names ``viewer`` in it.

        Raises :class:`NotFoundError` for an unknown head, :class:`CommandwallError` when the wall
        process does not answer.
        """
        if head:
            self.wall.head(head)
        received = await self.worker.call(SnapshotWall(head, image_format, viewer), timeout_s=10.0)
        assert isinstance(received.message, Picture)
        return StillPicture(received.blob, received.message.content_type, received.message.age_s)

    def take_figures(self, figures: Iterable[TileFigures]) -> None:
        """Note how the ingest workers feed this wall's tiles."""
        for item in figures:
            if item.wall == self.wall.id:
                self._figures[item.cell] = item
                before = self._counted.get(item.cell, 0)
                self._counted[item.cell] = item.decoded
                # A lower count is that of another source, shown in the cell since.
                self.decoded_total += item.decoded - before if item.decoded >= before else item.decoded

    def weigh(self) -> None:
        """Say anew how important each tile is: alarms, pins or who speaks are others than they were."""
        self._links.show(self._scenery.show_tiles())

    def hear(self, speaking: frozenset[Source]) -> None:
        """Note which sources on the wall are people who speak now."""
        if speaking != self._scenery.speaking:
            self._scenery.speaking = speaking
            self.weigh()

    def source_resized(self, source: Source) -> None:
        """Choose streams anew when the picture of a shown source has another size than thought."""
        if self._scenery.shows(source) and self._scenery.streams_change():
            self._links.show(self._scenery.show_tiles())

    def source_put(self, source: Source) -> None:
        """Show the source as it is configured now, if it is shown: its name, its streams."""
        if self._scenery.shows(source):
            self._change(self._arrangement, Cause.SOURCE)

    def source_removed(self, gone: Source) -> None:
        """Empty the cells that show a source; call it while its book still knows it."""
        if gone in self._arrangement.sources:
            shown = self._arrangement
            tiles = (tile if tile[0] != gone else (EMPTY, PLAIN) for tile in shown.tiles)
            self._change(shown.with_tiles(tiles).fitted(self._arranger.layout_of(shown)), Cause.SOURCE)

    def _change(
        self, arrangement: Arrangement, cause: Cause = Cause.OPERATOR, transition: Transition = HOLD
    ) -> WallDocument:
        before = self._arrangement
        self._apply(replace(arrangement, revision=before.revision + 1), transition)
        if cause is not Cause.TOUR:
            self._by_hand = self._arrangement.revision
        self._links.save(self.wall.id, self._arrangement)
        document = self.document()
        self._links.publish("wall", WallEvent(document, cause))
        for watcher in self._watchers:
            watcher(Changed(before, self._arrangement, cause))
        return document

    def _apply(self, arrangement: Arrangement, transition: Transition = HOLD) -> None:
        at_ns = monotonic_ns()
        self._scenery.arrange(self._arranger.layout_of(arrangement), arrangement)
        self._arrangement = arrangement
        self._figures.clear()
        self._truths.clear()
        self._links.show(self._scenery.show_tiles())
        self._send(at_ns, transition)

    def _send(self, at_ns: int, transition: Transition) -> None:
        self.worker.post(SourceStates(tuple(map(self._sources.state, self._scenery.sources()))))
        tiles = self._scenery.wall_tiles()
        self.worker.post(Arrange(self._arrangement.revision, at_ns, tiles, transition))

    def _source_changed(self, source: Source) -> None:
        if self._scenery.shows(source):
            self.worker.post(SourceStates((self._sources.state(source),)))

    def _head(self, head: Head) -> HeadDocument:
        rect, bezel, display = head.rect, head.bezel, self.displays.get(head.id)
        return HeadDocument(
            head.id,
            (rect.x, rect.y, rect.width, rect.height),
            (bezel.left, bezel.top, bezel.right, bezel.bottom),
            head.rotate,
            head.output,
            self.lineup.pattern(head.id),
            display.document() if display else None,
        )

    def _tile(self, placed: PlacedTile) -> TileDocument:
        truth = self._truths.get(placed.cell)
        figures = self._figures.get(placed.cell)
        unknown = TileState.EMPTY if placed.source == EMPTY else TileState.CONNECTING
        rect, crop = placed.rect, placed.crop
        return TileDocument(
            placed.cell,
            str(placed.source),
            placed.name,
            (rect.x, rect.y, rect.width, rect.height),
            truth.state if truth else unknown,
            truth.age_s if truth else -1.0,
            truth.damaged if truth else False,
            truth.loss if truth else False,
            figures.fps if figures else 0.0,
            figures.stream if figures else "",
            self._level(placed.cell),
            truth.skew_ms if truth else None,
            placed.aspect,
            (crop.x, crop.y, crop.width, crop.height),
            placed.z,
            placed.source in self.pinned,
        )

    def _level(self, cell: str) -> DecodeLevel:
        figures = self._figures.get(cell)
        return figures.decode if figures else DecodeLevel.OFF

    def _ready(self, worker: Worker) -> None:
        displays = tuple(display.arena for display in self.displays.values())
        worker.post(ConfigureWall(self.wall, str(self.packet_path), self._language, displays))
        worker.post(self.lineup.message())
        for greeting in self._greetings:
            greeting()
        self._send(monotonic_ns(), HOLD)

    def _hear(self, _: Worker, received: Received) -> None:
        match received.message:
            case WallReport() as report:
                self._take_report(report)
            case SwitchDone(_, first_picture_s, live_s):
                self.switch_first.observe(first_picture_s)
                self.switch_live.observe(live_s)

    def _take_report(self, report: WallReport) -> None:
        self.report = report
        self._links.decoding.heard_ticks(self.wall.id, report.late_ticks)
        if report.revision != self._arrangement.revision:
            return
        for truth in report.tiles:
            before = self._truths.get(truth.cell)
            self.shown_total += truth.shown - (before.shown if before else 0)
            self.missed_total += truth.missed - (before.missed if before else 0)
        self._truths = {truth.cell: truth for truth in report.tiles}
        now = tuple(
            TileNow(
                tile.cell,
                tile.state,
                tile.age_s,
                tile.damaged,
                tile.loss,
                tile.fps,
                tile.stream,
                tile.decode,
                tile.skew_ms,
            )
            for tile in self.tiles()
        )
        self._links.publish("tiles", TilesEvent(self.wall.id, self.budget(), now))

    def _down(self, _: Worker) -> None:
        self._truths.clear()
        self._publish()

    def _line_up(self) -> None:
        self.worker.post(self.lineup.message())
        self._publish()

    def _publish(self) -> None:
        self._links.publish("wall", WallEvent(self.document(), Cause.PROCESS))
