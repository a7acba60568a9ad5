"""The schedule: its entries, and which of them are due."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.control.database import StoreError
from commandwall.control.naming import new_id
from commandwall.control.records import Records
from commandwall.control.scene_changes import EntryChange, NewEntry
from commandwall.control.scene_documents import EntryDocument, EntryEvent
from commandwall.control.state import Publish
from commandwall.model.schedule import Action, Due, Entry, Outcome, due_now, next_moment

log = logging.getLogger(__name__)

_CLOCK_WAS_WRONG_S = 3600.0
"""A clock that is put back further was wrong before, and what it said was due is due again."""


class Schedule:
    """All entries: on disk first, then in the daemon; changes take their turns.

    ``check`` raises :class:`NotFoundError` for a target that is not there. ``utc_s`` tells the time
    (seconds, UTC), ``zone`` is the site's; ``None``: the one that this machine is set to. ``changed`` is
    set when an entry was set up. Belongs to the control plane's event loop.
    """

    def __init__(
        self,
        records: Records[Entry],
        publish: Publish,
        check: Callable[[Action, str], None],
        utc_s: Callable[[], float],
        zone: tzinfo | None,
    ) -> None:
        self.missed_total = 0
        self.changed = asyncio.Event()
        self._records = records
        self._publish = publish
        self._check = check
        self._utc_s = utc_s
        self._zone = zone
        self._entries: dict[str, Entry] = {}
        self._looked_utc_s = 0.0
        """When it was looked last at what is due."""
        self._turn = asyncio.Lock()

    async def load(self) -> None:
        """Take up what was kept; raises :class:`StoreError`."""
        self._entries = await self._records.load()

    def all(self) -> list[EntryDocument]:
        """Return all entries, in the order of the day."""
        entries = sorted(self._entries.values(), key=lambda entry: entry.at)
        return [self._document(entry) for entry in entries]

    def get(self, entry_id: str) -> EntryDocument:
        """Return one entry; raises :class:`NotFoundError`."""
        return self._document(self._entry(entry_id))

    async def add(self, new: NewEntry) -> EntryDocument:
        """Keep a new entry; raises :class:`InvalidError`, :class:`StoreError`."""
        days = tuple(dict.fromkeys(new.days))
        async with self._turn:
            entry_id = new_id(new.id, "entry", self._entries)
            return await self._set_up(
                Entry(entry_id, new.action, new.target, new.at, days, new.enabled, self._utc_s())
            )

    async def change(self, entry_id: str, change: EntryChange) -> EntryDocument:
        """Change what ``change`` names; raises as :meth:`add` does, and :class:`NotFoundError`."""
        wanted = change.model_dump(exclude_none=True)
        if change.days is not None:
            wanted["days"] = tuple(dict.fromkeys(change.days))
        async with self._turn:
            return await self._set_up(replace(self._entry(entry_id), **wanted, seen_utc_s=self._utc_s()))

    async def remove(self, entry_id: str) -> None:
        """Forget an entry; raises :class:`NotFoundError`, :class:`StoreError`."""
        async with self._turn:
            document = self.get(entry_id)
            await self._records.remove(entry_id)
            del self._entries[entry_id]
        self._publish("schedule", EntryEvent(document, removed=True))

    def check_unused(self, actions: frozenset[Action], target: str) -> None:
        """Raise :class:`InvalidError` if an entry does one of ``actions`` with ``target``."""
        for entry in self._entries.values():
            if entry.action in actions and entry.target == target:
                raise InvalidError(
                    "{target!r} is in the schedule at {at}; remove it there first",
                    target=target,
                    at=f"{entry.at:%H:%M}",
                )

    def coming(self) -> list[Due]:
        """Return when each entry that is switched on is due next, by the clock as it is now."""
        now = self._utc_s()
        moments = (
            (next_moment(entry, max(now, entry.seen_utc_s), self._zone), entry)
            for entry in self._entries.values()
        )
        return [Due(at, entry) for at, entry in moments if at is not None]

    async def take_due(self) -> list[Due]:
        """Return what has become due, to be done now; it will not be due again.

        That is on disk before it is done: what is done twice would take away what an operator has
        done since.
        """
        async with self._turn:
            now = self._utc_s()
            put_back = self._looked_utc_s - now > _CLOCK_WAS_WRONG_S
            self._looked_utc_s = now
            for entry in list(self._entries.values()):
                ahead_s = entry.seen_utc_s - now
                if ahead_s > (0 if put_back else _CLOCK_WAS_WRONG_S):
                    self._entries[entry.id] = replace(entry, seen_utc_s=now)
            due = due_now(self._entries.values(), now, self._zone)
            for it in due:
                await self._keep(_begun(it))
            return due

    async def note(self, entry_id: str, outcome: Outcome, detail: str = "", detail_zh: str = "") -> None:
        """Note what came of an entry that was due, if it has not been removed since."""
        self.missed_total += outcome is Outcome.MISSED
        async with self._turn:
            if (entry := self._entries.get(entry_id)) is not None:
                await self._keep(replace(entry, outcome=outcome, detail=detail, detail_zh=detail_zh))

    def _entry(self, entry_id: str) -> Entry:
        try:
            return self._entries[entry_id]
        except KeyError:
            raise NotFoundError("no entry of the schedule is called {id!r}", id=entry_id) from None

    async def _set_up(self, entry: Entry) -> EntryDocument:
        try:
            self._check(entry.action, entry.target)
        except NotFoundError as error:
            raise InvalidError(error.sentence, field="target") from None
        await self._records.save(entry.id, entry)
        self._entries[entry.id] = entry
        self.changed.set()
        return self._tell(entry)

    async def _keep(self, entry: Entry) -> None:
        """Keep what an entry has come to; a disk that refuses stops no scene."""
        self._entries[entry.id] = entry
        try:
            await self._records.save(entry.id, entry)
        except StoreError as error:
            log.error("schedule: %s: not written: %s", entry.id, error)
        self._tell(entry)

    def _tell(self, entry: Entry) -> EntryDocument:
        document = self._document(entry)
        self._publish("schedule", EntryEvent(document))
        return document

    def _document(self, entry: Entry) -> EntryDocument:
        after_utc_s = max(self._utc_s(), entry.seen_utc_s)
        return EntryDocument(entry, next_moment(entry, after_utc_s, self._zone))


def _begun(due: Due) -> Entry:
    """Return the entry that is about to be done, of which nobody knows yet what will come of it."""
    at = due.at_utc_s
    return replace(due.entry, seen_utc_s=at, last_utc_s=at, outcome=Outcome.NONE, detail="", detail_zh="")
