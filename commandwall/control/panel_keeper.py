"""What outlives a restart of data panels: those that were made here, their values, and their pictures."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from commandwall.base.clock import monotonic_s, utc_ns
from commandwall.base.errors import InvalidError
from commandwall.control.database import Database, StoreError
from commandwall.control.keeper import Keeper
from commandwall.control.panels import Panels
from commandwall.control.records import Records
from commandwall.model.data import PictureFile, Value
from commandwall.model.record import Record
from commandwall.settings.panels import PanelEntry, panel_of

log = logging.getLogger(__name__)

_SERIES_EVERY_S = 30.0
"""A series is written whole, so not for each point."""


@dataclass(frozen=True, slots=True)
class KeptValues:
    """The values of a panel in the state database."""

    values: tuple[Value, ...]


class PanelKeeper:
    """Panels and values in the state database, pictures in files beside it; an async context manager.

    Values are written behind the back of who sends them. Belongs to the control plane's event loop.
    """

    def __init__(self, database: Database, state_dir: Path) -> None:
        self._panels = Records(database, "data", PanelEntry)
        self._values = Records(database, "data-value", KeptValues)
        self._folder = state_dir / "data"
        self._keeper = Keeper("data values", self._values.save, "the values of {}")
        self._stack = AsyncExitStack()
        self._written: dict[str, float] = {}
        self._behind: dict[str, Record] = {}

    async def __aenter__(self) -> PanelKeeper:
        await self._stack.enter_async_context(self._keeper)
        return self

    async def __aexit__(self, *_: object) -> None:
        for panel_id, record in self._behind.items():
            self._keeper.keep(panel_id, KeptValues(tuple(record)))
        await self._stack.aclose()

    async def load(self, panels: Panels, areas: Collection[str]) -> None:
        """Put what was kept into ``panels``; raises :class:`StoreError`.

        The configuration is right where it has a panel of the same id.
        """
        for panel_id, entry in (await self._panels.load()).items():
            if panel_id in panels.configured:
                log.warning(
                    "data panel %s stands in the configuration: the one that was made rests", panel_id
                )
                continue
            if entry.area is not None and entry.area not in areas:
                log.warning("data panel %s: there is no area %s any more", panel_id, entry.area)
            try:
                panels.put(panel_of(entry))
            except InvalidError as error:
                log.error("data panel %s cannot be made again: %s", panel_id, error)
        known = set(panels.ids())
        for panel_id, kept in (await self._values.load()).items():
            if panel_id in known:
                _put_again(panels, panel_id, kept.values)

    async def save(self, entry: PanelEntry) -> None:
        """Keep a panel; raises :class:`StoreError`."""
        await self._panels.save(entry.id, entry)

    async def remove(self, panel_id: str) -> None:
        """Forget a panel, its values and its picture; raises :class:`StoreError`."""
        await self._panels.remove(panel_id)
        self._keeper.forget(panel_id)
        self._behind.pop(panel_id, None)
        await self._values.remove(panel_id)
        self.keep_only(panel_id, "")

    def keep(self, record: Record) -> None:
        """Remember what a panel was told, soon; returns at once."""
        panel_id = record.panel.id
        if (
            record.panel.span_s
            and monotonic_s() - self._written.get(panel_id, -_SERIES_EVERY_S) < _SERIES_EVERY_S
        ):
            self._behind[panel_id] = record
            return
        self._behind.pop(panel_id, None)
        self._written[panel_id] = monotonic_s()
        self._keeper.keep(panel_id, KeptValues(tuple(record)))

    async def write_picture(self, panel_id: str, data: bytes) -> str:
        """Write a picture to a file of its own and return its path; raises :class:`StoreError`."""
        path = self._folder / f"{panel_id}@{utc_ns()}"

        def write() -> None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(data)

        try:
            await asyncio.to_thread(write)
        except OSError as error:
            raise StoreError(
                "state directory {path}: {strerror}; make it writable",
                path=self._folder,
                strerror=error.strerror,
            ) from error
        return str(path)

    def keep_only(self, panel_id: str, path: str) -> None:
        """Delete the pictures that a panel showed before the one at ``path``."""
        for file in self._folder.glob(f"{panel_id}@*"):
            if str(file) != path:
                file.unlink(missing_ok=True)


def _put_again(panels: Panels, panel_id: str, values: tuple[Value, ...]) -> None:
    """Show what a panel showed before the restart, as far as its kind is the same and its picture there."""
    panel = panels.record(panel_id).panel
    kept = [value for value in values if panel.takes(value.body)]
    if any(isinstance(value.body, PictureFile) and not Path(value.body.path).exists() for value in kept):
        return
    panels.put(panel, kept)
