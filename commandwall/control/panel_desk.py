"""Operations on data panels: each is authorised, applied and audited here, whoever calls it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from commandwall.base.clock import utc_ns
from commandwall.base.errors import InvalidError
from commandwall.control.audit import AuditLog
from commandwall.control.audited import audited
from commandwall.control.feeds import StillPicture
from commandwall.control.panel_documents import PanelDocument, PanelSettings
from commandwall.control.panel_keeper import PanelKeeper
from commandwall.control.panel_values import parse_points, parse_value, timed
from commandwall.control.panels import Panels
from commandwall.control.roles import Permission, Principal
from commandwall.model.data import Panel, PanelKind, PictureFile, Value
from commandwall.model.picture_size import picture_size
from commandwall.model.source import Source, SourceKind
from commandwall.settings.panels import PanelEntry, check_area, panel_entry, panel_of

_PEOPLE_WRITE = (PanelKind.TEXT, PanelKind.PICTURE)
"""What stands there somebody answers for; the figures of sensors would bury the audit log."""


class PanelDesk:
    """Makes, changes and feeds data panels: on disk first, then on the walls.

    Each operation takes the principal first and raises :class:`AccessRefusedError` if its role does not
    include it. Nothing has changed when one raises. Belongs to the control plane's event loop; changes
    of panels take their turns.
    """

    def __init__(
        self,
        panels: Panels,
        areas: Collection[str],
        keeper: PanelKeeper,
        audit: AuditLog,
        put: Callable[[Source], None],
        removed: Callable[[Source], None],
    ) -> None:
        """``put`` and ``removed`` tell the walls that a source is another, or is about to be no more."""
        self._panels = panels
        self._areas = areas
        self._keeper = keeper
        self._audit = audit
        self._put, self._removed = put, removed
        self._turn = asyncio.Lock()

    # ---- looking

    def panels(self, who: Principal) -> list[PanelDocument]:
        """Return every panel as it is now."""
        who.require(Permission.VIEW)
        return self._panels.documents()

    def panel(self, who: Principal, panel_id: str) -> PanelDocument:
        """Return one panel as it is now; raises :class:`NotFoundError`."""
        who.require(Permission.VIEW)
        return self._panels.document(panel_id)

    def is_series(self, who: Principal, panel_id: str) -> bool:
        """Return whether a panel shows a value beside those before it; raises :class:`NotFoundError`."""
        who.require(Permission.VIEW)
        return bool(self._panel(panel_id).span_s)

    def settings(self, who: Principal, panel_id: str) -> PanelSettings:
        """Return how a panel is set up; raises :class:`NotFoundError`."""
        who.require(Permission.VIEW)
        panel = self._panels.record(panel_id).panel
        return PanelSettings(panel_id in self._panels.configured, panel_entry(panel))

    async def snapshot(self, who: Principal, panel_id: str) -> StillPicture:
        """Return a panel as it would be painted now; raises as :meth:`Panels.snapshot` does."""
        who.require(Permission.VIEW)
        return await self._panels.snapshot(panel_id)

    # ---- making

    async def add(self, who: Principal, entry: PanelEntry) -> PanelDocument:
        """Make a panel; raises :class:`InvalidError`, :class:`StoreError`."""
        with audited(self._audit, who, Permission.OPERATE, "data.add", entry.id, entry.name):
            async with self._turn:
                if entry.id in self._panels.ids():
                    raise InvalidError("there is already a data panel {id!r}", id=entry.id, field="id")
                panel = self._checked(entry)
                await self._keeper.save(entry)
                self._panels.put(panel)
        return self._panels.document(entry.id)

    async def change(self, who: Principal, panel_id: str, entry: PanelEntry) -> PanelDocument:
        """Set up a panel anew that was made here; it keeps the values that it takes.

        Raises :class:`NotFoundError`, :class:`InvalidError`, :class:`StoreError`.
        """
        with audited(self._audit, who, Permission.OPERATE, "data.change", panel_id, entry.name):
            async with self._turn:
                self._made_here(panel_id)
                if entry.id != panel_id:
                    raise InvalidError(
                        "must be {id!r} as in the path: an id is for good", id=panel_id, field="id"
                    )
                panel = self._checked(entry)
                values = [value for value in self._panels.record(panel_id) if panel.takes(value.body)]
                await self._keeper.save(entry)
                self._panels.put(panel, values)
                self._put(Source(SourceKind.DATA, panel_id))
        return self._panels.document(panel_id)

    async def remove(self, who: Principal, panel_id: str) -> None:
        """Remove a panel that was made here; cells that show it become empty.

        Raises :class:`NotFoundError`, :class:`InvalidError`, :class:`StoreError`.
        """
        with audited(self._audit, who, Permission.OPERATE, "data.remove", panel_id):
            async with self._turn:
                self._made_here(panel_id)
                await self._keeper.remove(panel_id)
                self._removed(Source(SourceKind.DATA, panel_id))
                self._panels.remove(panel_id)

    # ---- feeding

    def set_value(self, who: Principal, panel_id: str, data: bytes | bytearray) -> PanelDocument:
        """Show the value in the JSON ``data``; raises as :func:`parse_value` and :meth:`Panels.tell` do."""
        panel = self._fed(who, panel_id)
        self._tell(who, panel, [parse_value(panel, data, utc_ns())])
        return self._panels.document(panel_id)

    async def feed(self, who: Principal, panel_id: str, data: bytes, *, retained: bool) -> PanelDocument:
        """Show what a broker brings, JSON or a picture; raises as the operations for each of them do.

        A value that was ``retained`` has to say since when it is so: when it arrives here tells nothing.
        """
        panel = self._fed(who, panel_id)
        if panel.kind is PanelKind.PICTURE:
            if retained:
                raise InvalidError("a picture must not be retained: nobody knows how old it is")
            return await self.set_picture(who, panel_id, data, None)
        value = parse_value(panel, data, utc_ns())
        if retained and not value.timed:
            raise InvalidError("a retained value must say since when it is so; add at", field="at")
        self._tell(who, panel, [value])
        return self._panels.document(panel_id)

    def add_points(self, who: Principal, panel_id: str, data: bytes) -> PanelDocument:
        """Add the points in the JSON ``data`` to a series; raises as :meth:`set_value` does."""
        panel = self._fed(who, panel_id)
        self._tell(who, panel, parse_points(panel, data, utc_ns()))
        return self._panels.document(panel_id)

    async def set_picture(
        self, who: Principal, panel_id: str, data: bytes, at_utc_ns: int | None
    ) -> PanelDocument:
        """Show a PNG or JPEG picture; raises :class:`InvalidError` when it is none that can be decoded."""
        panel = self._fed(who, panel_id)
        if panel.kind is not PanelKind.PICTURE:
            raise InvalidError("only a picture panel takes a picture; send JSON as application/json")
        picture_size(data, field="body")
        value = timed(at_utc_ns, PictureFile(""), utc_ns())
        async with self._turn:
            path = await self._keeper.write_picture(panel_id, data)
            try:
                await self._panels.check_picture(path)
                self._tell(who, panel, [Value(value.at_utc_ns, value.timed, PictureFile(path))])
            finally:
                self._keeper.keep_only(panel_id, _shown_file(self._panels.record(panel_id).value))
        return self._panels.document(panel_id)

    def _fed(self, who: Principal, panel_id: str) -> Panel:
        who.require(Permission.FEED)
        return self._panels.record(panel_id).panel

    def _tell(self, who: Principal, panel: Panel, values: list[Value]) -> None:
        before = self._panels.record(panel.id).value
        self._panels.tell(panel.id, values)
        self._keeper.keep(self._panels.record(panel.id))
        if panel.kind in _PEOPLE_WRITE and (before is None or before.body != values[-1].body):
            self._audit.record(who, "data.value", panel.id, _short(values[-1]))

    def _checked(self, entry: PanelEntry) -> Panel:
        """Return the panel of a request, which may name no file but those that the configuration names."""
        known = {path for panel_id in self._panels.configured for path in self._panel(panel_id).geojson}
        for index, path in enumerate(entry.geojson):
            if path not in known:
                raise InvalidError(
                    "must be a file that a map of the configuration draws", field=f"geojson[{index}]"
                )
        if entry.file is not None:
            raise InvalidError("goes with the configuration only; send the picture as value", field="file")
        panel = panel_of(entry)
        check_area(panel, self._areas)
        return panel

    def _panel(self, panel_id: str) -> Panel:
        return self._panels.record(panel_id).panel

    def _made_here(self, panel_id: str) -> None:
        self._panel(panel_id)
        if panel_id in self._panels.configured:
            raise InvalidError("data panel {id!r} stands in the configuration; change it there", id=panel_id)


def _shown_file(value: Value | None) -> str:
    return value.body.path if value is not None and isinstance(value.body, PictureFile) else ""


def _short(value: Value) -> str:
    return str(getattr(value.body, "text", ""))[:200]
