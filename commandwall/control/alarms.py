"""Alarms: what is the matter with which camera, on the walls and in the lists, until it is cleared."""

from __future__ import annotations

from collections.abc import Callable

from commandwall.base.clock import utc_ns
from commandwall.base.errors import NotFoundError
from commandwall.control.kept import KeptRecords
from commandwall.control.overlay_documents import AlarmDocument, AlarmEvent
from commandwall.control.state import CameraBoard, Publish
from commandwall.ipc.overlay_messages import SourceAlarm, SourceAlarms
from commandwall.model.overlays import Alarm
from commandwall.model.source import Source, SourceKind


class Alarms:
    """At most one alarm a camera, which outlives the camera: it is there again when the camera is.

    Belongs to the control plane's event loop.
    """

    def __init__(self, board: CameraBoard, kept: KeptRecords[AlarmDocument], publish: Publish) -> None:
        self._board = board
        self._kept = kept
        self._publish = publish
        self._watchers: list[Callable[[SourceAlarms], None]] = []

    def watch(self, watcher: Callable[[SourceAlarms], None]) -> None:
        """Call ``watcher`` with all alarms whenever one of them changes."""
        self._watchers.append(watcher)

    def restore(self) -> None:
        """Show the alarms that were there before the restart."""
        for alarm in self._oldest_first():
            self._board.set_alarm(alarm.camera, alarm.level)
        self._tell()

    def all(self) -> list[AlarmDocument]:
        """Return the alarms of the cameras that there are, the oldest first."""
        known = {camera.id for camera in self._board.cameras()}
        return [alarm for alarm in self._oldest_first() if alarm.camera in known]

    def raise_alarm(self, camera_id: str, alarm: Alarm, by: str) -> AlarmDocument:
        """Raise an alarm, or change what is said of one; raises :class:`NotFoundError`."""
        self._board.camera(camera_id)
        before = self._kept.all().get(camera_id)
        since_utc_ns = before.since_utc_ns if before else utc_ns()
        document = AlarmDocument(camera_id, alarm.level, alarm.text, alarm.flash, since_utc_ns, by)
        self._kept.put(camera_id, document)
        self._changed(document, cleared=False)
        return document

    def clear(self, camera_id: str) -> None:
        """End an alarm; raises :class:`NotFoundError` when there is none."""
        self._board.camera(camera_id)
        document = self._kept.drop(camera_id)
        if document is None:
            raise NotFoundError("camera {id!r} has no alarm", id=camera_id)
        self._changed(document, cleared=True)

    def message(self) -> SourceAlarms:
        """Return all alarms as a wall process is told, those of cameras that are gone among them."""
        return SourceAlarms(
            tuple(
                SourceAlarm(
                    str(Source(SourceKind.CAMERA, alarm.camera)), Alarm(alarm.level, alarm.text, alarm.flash)
                )
                for alarm in self._oldest_first()
            )
        )

    def _oldest_first(self) -> list[AlarmDocument]:
        return sorted(self._kept.all().values(), key=lambda alarm: alarm.since_utc_ns)

    def _changed(self, document: AlarmDocument, *, cleared: bool) -> None:
        self._board.set_alarm(document.camera, None if cleared else document.level)
        self._publish("alarm", AlarmEvent(document, cleared))
        self._tell()

    def _tell(self) -> None:
        message = self.message()
        for watcher in self._watchers:
            watcher(message)
