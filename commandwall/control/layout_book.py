"""The layouts that there are now: those of the configuration, and those that were made since."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Self

from commandwall.control.kept import KeptRecords
from commandwall.model.layout import Layout

log = logging.getLogger(__name__)


class LayoutBook(Mapping[str, Layout]):
    """All layouts by id, the smallest first; an async context manager.

    Whoever has it sees each change at once. Belongs to the control plane's event loop.
    """

    def __init__(self, configured: Mapping[str, Layout], made: KeptRecords[Layout]) -> None:
        self._configured = configured
        self._made = made
        self._all = dict(configured)

    async def __aenter__(self) -> Self:
        """Take up what was made before; raises :class:`StoreError`."""
        await self._made.__aenter__()
        for layout_id in self._made.all().keys() & self._configured.keys():
            log.warning("layout %s stands in the configuration: the one that was made rests", layout_id)
        self._sort()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._made.__aexit__()

    def __getitem__(self, layout_id: str) -> Layout:
        return self._all[layout_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def configured(self, layout_id: str) -> bool:
        """Return whether this layout stands in the configuration, and is changed there only."""
        return layout_id in self._configured

    def put(self, layout: Layout) -> None:
        """Keep a layout that is not configured, a new one or a changed one."""
        self._made.put(layout.id, layout)
        self._sort()

    def drop(self, layout_id: str) -> None:
        """Forget a layout that is not configured."""
        self._made.drop(layout_id)
        self._sort()

    def _sort(self) -> None:
        every = [*{**self._made.all(), **self._configured}.values()]
        every.sort(key=lambda layout: (len(layout.cells), layout.id))
        self._all = {layout.id: layout for layout in every}
