"""Operations on layouts, for whoever may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pydantic import BaseModel

from commandwall.base.errors import HeldError, InvalidError, NotFoundError
from commandwall.control.audit import AuditLog
from commandwall.control.audited import audited
from commandwall.control.changes import check
from commandwall.control.layout_book import LayoutBook
from commandwall.control.roles import Permission, Principal
from commandwall.control.state import Publish
from commandwall.model.layout import Layout
from commandwall.settings.layouts import layout_of
from commandwall.settings.schema import LayoutFile
from commandwall.settings.values import LayoutId


@dataclass(frozen=True, slots=True)
class LayoutEvent:
    """What an event ``layout`` carries."""

    layout: Layout
    removed: bool = False


class _Named(BaseModel):
    id: LayoutId


class LayoutDesk:
    """Operations beside those of :class:`Service`, in the same manner.

    ``shown`` gives every wall, those of conferences too, with the layout that it shows now.
    """

    def __init__(
        self,
        book: LayoutBook,
        shown: Callable[[], Iterable[tuple[str, str]]],
        audit: AuditLog,
        publish: Publish,
    ) -> None:
        self._book = book
        self._shown = shown
        self._audit = audit
        self._publish = publish

    def all(self, who: Principal) -> list[Layout]:
        """Return all layouts, the smallest first."""
        who.require(Permission.VIEW)
        return list(self._book.values())

    def get(self, who: Principal, layout_id: str) -> Layout:
        """Return one layout; raises :class:`NotFoundError`."""
        who.require(Permission.VIEW)
        return self._find(layout_id)

    async def put(self, who: Principal, layout_id: str, entry: LayoutFile) -> Layout:
        """Make a layout, or draw one anew that was made here.

        Raises :class:`InvalidError`, and :class:`HeldError` while a wall shows it.
        """
        with audited(self._audit, who, Permission.OPERATE, "layout.put", layout_id, entry.name):
            check(_Named, id=layout_id)
            layout = await asyncio.to_thread(layout_of, layout_id, entry)  # With many cells it takes a while.
            self._check_free(layout_id)
            self._book.put(layout)
        self._publish("layout", LayoutEvent(layout))
        return layout

    def remove(self, who: Principal, layout_id: str) -> None:
        """Forget a layout that was made here; raises as :meth:`put` does, and :class:`NotFoundError`."""
        with audited(self._audit, who, Permission.OPERATE, "layout.remove", layout_id):
            layout = self._find(layout_id)
            self._check_free(layout_id)
            self._book.drop(layout_id)
        self._publish("layout", LayoutEvent(layout, removed=True))

    def _find(self, layout_id: str) -> Layout:
        try:
            return self._book[layout_id]
        except KeyError:
            raise NotFoundError("no layout is called {id!r}", id=layout_id) from None

    def _check_free(self, layout_id: str) -> None:
        """Raise unless this layout may be another one, or none, from now on."""
        if self._book.configured(layout_id):
            raise InvalidError("layout {id!r} stands in the configuration; change it there", id=layout_id)
        for wall, shown in self._shown():
            if shown == layout_id:
                raise HeldError(
                    "wall {wall!r} shows layout {id!r}; show another one first", wall=wall, id=layout_id
                )
