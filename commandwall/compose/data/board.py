"""All that the data worker was told: panels, their values, and the cameras of maps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from commandwall.base.clock import NS_PER_S, utc_ns
from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.compose.data.view import View, moment, stale_s
from commandwall.ipc.data_messages import PanelValue
from commandwall.model.data import Panel, PanelKind, PictureFile, Value
from commandwall.model.map_camera import MapCamera
from commandwall.model.record import AHEAD_NS, Record


@dataclass(slots=True)
class _Entry:
    """A panel's record; ``version`` counts its changes, ``since_utc_ns`` is when the last one came to be."""

    record: Record
    version: int
    since_utc_ns: int


class PanelBoard:
    """Knows what every panel shows at a time. Belongs to the worker's event loop."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._cameras: dict[str, MapCamera] = {}
        self._cameras_utc_ns = 0
        self._changes = 0

    def put_panels(self, panels: Iterable[Panel]) -> None:
        """Take in panels, without values yet."""
        for panel in panels:
            self._changes += 1
            self._entries[panel.id] = _Entry(Record(panel), self._changes, utc_ns())

    def remove_panels(self, ids: Iterable[str]) -> None:
        """Forget panels."""
        for panel_id in ids:
            self._entries.pop(panel_id, None)

    def put_values(self, values: Iterable[PanelValue]) -> None:
        """Take in values; the control plane has looked at them, so one that does not fit is left out."""
        for panel_id, value in ((item.panel, item.value) for item in values):
            entry = self._entries.get(panel_id)
            if entry is None:
                continue
            try:
                entry.record.put(value, utc_ns())
            except InvalidError:
                continue
            newest = entry.record.value
            self._changed(entry, value.at_utc_ns if newest is value else utc_ns())

    def forget_later(self, now_utc_ns: int) -> None:
        """Forget what was told of a time after ``now_utc_ns``: the clock was put back."""
        for entry in self._entries.values():
            if entry.record.forget_later(now_utc_ns):
                self._changed(entry, now_utc_ns)

    def __contains__(self, panel_id: str) -> bool:
        """Return whether there is such a panel."""
        return panel_id in self._entries

    def put_cameras(self, cameras: Iterable[MapCamera]) -> None:
        """Take in where cameras are and how they do."""
        self._cameras |= {camera.id: camera for camera in cameras}
        self._cameras_changed()

    def remove_cameras(self, ids: Iterable[str]) -> None:
        """Forget cameras."""
        for camera_id in ids:
            self._cameras.pop(camera_id, None)
        self._cameras_changed()

    def view(self, panel_id: str, now_utc_ns: int) -> tuple[View, int]:
        """Return what a panel shows at ``now_utc_ns``, and since when that is so (UTC).

        Raises :class:`NotFoundError`.
        """
        if panel_id not in self._entries:
            raise NotFoundError("no data panel is called {id!r}", id=panel_id)
        entry = self._entries[panel_id]
        panel, value = entry.record.panel, entry.record.value
        values = tuple(entry.record)
        cameras: tuple[MapCamera, ...] = ()
        if panel.kind is PanelKind.MAP:
            cameras = tuple(c for c in self._cameras.values() if panel.area is None or panel.area in c.areas)
        if panel.file and value is None:
            value = _file_value(panel.file)
        at_utc_ns, old_s = moment(panel, now_utc_ns), stale_s(panel, value, now_utc_ns)
        view = View(panel, entry.version, at_utc_ns, old_s, value, values, cameras)
        since = [entry.since_utc_ns, at_utc_ns]
        if value is not None and old_s:
            since.append(value.at_utc_ns + old_s * NS_PER_S)
        if panel.kind is PanelKind.MAP:
            since.append(self._cameras_utc_ns)
        newest_utc_ns = max(since)
        put_back = newest_utc_ns > now_utc_ns + AHEAD_NS  # What the clock said then is no time by this one.
        return view, now_utc_ns if put_back else newest_utc_ns

    def _cameras_changed(self) -> None:
        self._cameras_utc_ns = utc_ns()
        for entry in self._entries.values():
            if entry.record.panel.kind is PanelKind.MAP:
                self._changed(entry, entry.since_utc_ns)

    def _changed(self, entry: _Entry, since_utc_ns: int) -> None:
        self._changes += 1
        entry.version, entry.since_utc_ns = self._changes, since_utc_ns


def _file_value(path: str) -> Value | None:
    """Return the configured picture, if the file is still there; its time is that of the file."""
    try:
        return Value(Path(path).stat().st_mtime_ns, True, PictureFile(path))
    except OSError:
        return None
