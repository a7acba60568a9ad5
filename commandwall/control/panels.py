"""All data panels: what they are and were told, and the worker that paints those that walls show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from commandwall.base.clock import utc_ns
from commandwall.base.errors import CommandwallError, InvalidError, NotFoundError
from commandwall.control.feeds import StillPicture
from commandwall.control.panel_documents import PanelDocument, PanelEvent, panel_document
from commandwall.control.sources import NO_FACTS, Facts
from commandwall.control.state import CameraBoard, Publish
from commandwall.ipc.channel import ChannelClosedError, Received
from commandwall.ipc.data_messages import (
    CheckPicture,
    ConfigureData,
    PanelValue,
    PutCameras,
    PutPanels,
    PutValues,
    RemoveCameras,
    RemovePanels,
    SnapshotPanel,
)
from commandwall.ipc.messages import Picture, ShowTiles
from commandwall.model.camera import Area, FeedState, StreamName
from commandwall.model.data import Panel, PanelKind, Value
from commandwall.model.map_camera import MapCamera
from commandwall.model.reason import Reason, ReasonCode
from commandwall.model.record import Record
from commandwall.model.source import SourceKind
from commandwall.workers.worker import Worker

_SNAPSHOT = (640, 360)


class Panels:
    """The data panels of a site, as sources of walls. Belongs to the control plane's event loop.

    Values are kept here, so that a worker that died is told all of them again. The worker hears of
    cameras only while there is a map.
    """

    kind = SourceKind.DATA

    def __init__(
        self,
        panels: Iterable[Panel],
        board: CameraBoard,
        areas: Iterable[Area],
        publish: Publish,
        language: str,
    ) -> None:
        self._records = {panel.id: Record(panel) for panel in panels}
        self.configured = frozenset(self._records)
        self._board = board
        self._parents = {area.id: area.parent for area in areas}
        self._publish = publish
        self._language = language
        self._shown: dict[str, ShowTiles] = {}
        self._painting = False
        self._died = False
        self._watchers: list[Callable[[str], None]] = []
        self.worker = Worker(
            "data",
            "data",
            "commandwall.compose.data.worker",
            on_ready=self._ready,
            on_message=self._hear,
            on_down=self._down,
            on_demand=True,
        )
        board.watch(self._camera_changed)

    # ---- as sources

    def ids(self) -> Iterable[str]:
        """Return all panels, those of the configuration first."""
        return list(self._records)

    def name(self, source_id: str) -> str:
        """Return what the panel is called; raises :class:`NotFoundError`."""
        return self.record(source_id).panel.name

    def stream(self, source_id: str, width: int, height: int) -> StreamName:
        """Return the only stream: a panel is painted for each tile."""
        return StreamName.MAIN

    def on_demand(self, source_id: str, stream: StreamName) -> bool:
        """Return that nothing has to be opened."""
        return False

    def facts(self, source_id: str) -> Facts:
        """Return that nothing else is known."""
        return NO_FACTS

    def state(self, source_id: str) -> tuple[FeedState, Reason]:
        """Return whether it is painted: how old its value is, it says itself."""
        if self.worker.ready:
            return FeedState.LIVE, Reason()
        return FeedState.CONNECTING, Reason(ReasonCode.WORKER_DOWN if self._died else ReasonCode.OPENING)

    def watch(self, watcher: Callable[[str], None]) -> None:
        """Call ``watcher`` with every panel's id when the worker comes and goes."""
        self._watchers.append(watcher)

    def show(self, shown: ShowTiles) -> None:
        """Paint the tiles of a wall; until one shows a panel, no worker runs."""
        self._shown[shown.wall] = shown
        self._painting = self._painting or bool(shown.tiles)
        if self._painting:
            self.worker.want()
            self.worker.post(shown)

    # ---- looking

    def record(self, panel_id: str) -> Record:
        """Return what a panel was told; raises :class:`NotFoundError`."""
        try:
            return self._records[panel_id]
        except KeyError:
            raise NotFoundError("no data panel is called {id!r}", id=panel_id) from None

    def document(self, panel_id: str) -> PanelDocument:
        """Return a panel as it is now; raises :class:`NotFoundError`."""
        shown = any(tile.source.id == panel_id for tiles in self._shown.values() for tile in tiles.tiles)
        record, now_utc_ns = self.record(panel_id), utc_ns()
        record.forget_later(now_utc_ns)
        return panel_document(
            record, configured=panel_id in self.configured, visible=shown, now_utc_ns=now_utc_ns
        )

    def documents(self) -> list[PanelDocument]:
        """Return every panel as it is now."""
        return [self.document(panel_id) for panel_id in self._records]

    async def snapshot(self, panel_id: str) -> StillPicture:
        """Return a panel as it would be painted now, as PNG.

        Raises :class:`NotFoundError`, and :class:`CommandwallError` when it cannot be painted.
        """
        self.record(panel_id)
        received = await self.worker.call(SnapshotPanel(panel_id, *_SNAPSHOT))
        assert isinstance(received.message, Picture)
        return StillPicture(received.blob, received.message.content_type, received.message.age_s)

    async def check_picture(self, path: str) -> None:
        """Raise :class:`InvalidError` when the picture in the file at ``path`` cannot be shown.

        Raises :class:`ChannelClosedError` when nobody is there to look.
        """
        try:
            await self.worker.call(CheckPicture(path))
        except ChannelClosedError:
            raise
        except CommandwallError as error:
            raise InvalidError(error.sentence, field="body") from None

    # ---- changing

    def put(self, panel: Panel, values: Iterable[Value] = ()) -> None:
        """Take in a panel, a new one or one that is another from now on, with what it was told before."""
        record = self._records[panel.id] = Record(panel)
        for value in values:
            record.put(value, utc_ns())
        self._tell_panels([record])
        self._publish("data", PanelEvent(self.document(panel.id)))

    def remove(self, panel_id: str) -> None:
        """Forget a panel; raises :class:`NotFoundError`."""
        document = self.document(panel_id)
        del self._records[panel_id]
        self.worker.post(RemovePanels((panel_id,)))
        self._publish("data", PanelEvent(document, removed=True))

    def tell(self, panel_id: str, values: Sequence[Value]) -> None:
        """Show other values; raises :class:`NotFoundError`, :class:`InvalidError` for one that is old."""
        record = self.record(panel_id)
        for value in values:
            record.put(value, utc_ns())
        self.worker.post(PutValues(tuple(PanelValue(panel_id, value) for value in values)))
        self._publish("data", PanelEvent(self.document(panel_id)))

    def camera_removed(self, camera_id: str) -> None:
        """Take a camera off the maps."""
        if self._has_map():
            self.worker.post(RemoveCameras((camera_id,)))

    # ---- the worker

    def _ready(self, worker: Worker) -> None:
        worker.post(ConfigureData(self._language))
        self._tell_panels(self._records.values())
        for shown in self._shown.values() if self._painting else ():
            worker.post(shown)
        self._tell_watchers()

    def _tell_panels(self, records: Iterable[Record]) -> None:
        records = list(records)
        self.worker.post(PutPanels(tuple(record.panel for record in records)))
        values = (PanelValue(record.panel.id, value) for record in records for value in record)
        self.worker.post(PutValues(tuple(values)))
        if any(record.panel.kind is PanelKind.MAP for record in records):
            cameras = (self._map_camera(camera.id) for camera in self._board.cameras())
            self.worker.post(PutCameras(tuple(camera for camera in cameras if camera is not None)))

    def _hear(self, _: Worker, received: Received) -> None:
        """Leave it: the worker says nothing but answers."""

    def _down(self, _: Worker) -> None:
        self._died = True
        self._tell_watchers()

    def _tell_watchers(self) -> None:
        for panel_id in self._records:
            for watcher in self._watchers:
                watcher(panel_id)

    def _camera_changed(self, camera_id: str) -> None:
        if self._has_map():
            camera = self._map_camera(camera_id)
            self.worker.post(RemoveCameras((camera_id,)) if camera is None else PutCameras((camera,)))

    def _has_map(self) -> bool:
        return any(record.panel.kind is PanelKind.MAP for record in self._records.values())

    def _map_camera(self, camera_id: str) -> MapCamera | None:
        camera = self._board.camera(camera_id)
        if camera.position is None:
            return None
        areas: list[str] = []
        area: str | None = camera.area
        while area is not None and area not in areas:
            areas.append(area)
            area = self._parents.get(area)
        return MapCamera(camera_id, *camera.position, tuple(areas), self._board.get(camera_id).state)
