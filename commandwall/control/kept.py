"""Records that are changed at once and written behind: nobody waits for a disk when something happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, Self, TypeVar

from commandwall.control.records import Records
from commandwall.control.write_behind import WriteBehind

_T = TypeVar("_T")


class KeptRecords(Generic[_T]):
    """All records of one kind, in memory and soon on disk; an async context manager.

    Belongs to the control plane's event loop. ``name`` says in the log what is not on disk while it
    refuses.
    """

    def __init__(self, name: str, records: Records[_T]) -> None:
        self._records = records
        self._values: dict[str, _T] = {}
        self._waiting: dict[str, _T | None] = {}
        self._writer = WriteBehind(name, self._write, lambda: ", ".join(self._waiting))

    async def __aenter__(self) -> Self:
        """Take up what was kept; raises :class:`StoreError`."""
        self._values = await self._records.load()
        await self._writer.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._writer.__aexit__()

    def all(self) -> Mapping[str, _T]:
        """Return all records by id."""
        return self._values

    def put(self, record_id: str, record: _T) -> None:
        """Keep ``record``, a new one or a changed one; returns at once."""
        self._values[record_id] = record
        self._write_soon(record_id, record)

    def drop(self, record_id: str) -> _T | None:
        """Forget one and return it, if there is one; returns at once."""
        record = self._values.pop(record_id, None)
        if record is not None:
            self._write_soon(record_id, None)
        return record

    def _write_soon(self, record_id: str, record: _T | None) -> None:
        self._waiting[record_id] = record
        self._writer.wake()

    async def _write(self) -> None:
        for record_id, record in list(self._waiting.items()):
            if record is None:
                await self._records.remove(record_id)
            else:
                await self._records.save(record_id, record)
            if self._waiting.get(record_id) is record:
                del self._waiting[record_id]
