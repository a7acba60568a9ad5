from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from commandwall.control.audit import AuditLog
from commandwall.control.database import Database, StoreError
from commandwall.control.events import EventLog
from commandwall.control.roles import Principal, Role
from commandwall.control.store import AuditLine, Store

LIN = Principal("lin", Role.OPERATOR)


class SickStore(Store):
    """A store whose disk refuses until it is told otherwise."""

    refuses = True
    tries = 0

    async def add_audit(self, lines: Sequence[AuditLine]) -> None:
        self.tries += 1
        if self.refuses:
            raise StoreError("the disk is full")
        await super().add_audit(lines)


async def test_a_line_is_told_at_once_and_can_be_read_at_once(database: Database) -> None:
    events = EventLog()
    async with AuditLog(Store(database), events) as audit:
        with events.subscribe() as listener:
            audit.record(LIN, "wall.layout", "main", "4x4")
            assert (await listener.next()).type == "hello"
            told = await listener.next()
        (line,) = await audit.read(10)
    assert (line.who, line.via, line.action, line.target, line.detail, line.outcome) == (
        "lin", "http", "wall.layout", "main", "4x4", "done",
    )  # fmt: skip
    assert told.body["audit"].at_utc_ns == line.at_utc_ns


async def test_lines_are_written_in_order_and_all_of_them_before_leaving(database: Database) -> None:
    store = Store(database)
    async with AuditLog(store, EventLog()) as audit:
        for number in range(1200):
            audit.record(LIN, "wall.cell", "main", str(number))
    lines = await store.read_audit(2000)
    assert [line.detail for line in reversed(lines)] == [str(number) for number in range(1200)]


async def test_a_disk_that_refuses_delays_nothing_and_loses_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commandwall.control.write_behind.Backoff", lambda _: iter_backoff())
    store = SickStore(database)
    async with AuditLog(store, EventLog()) as audit:
        audit.record(LIN, "wall.layout", "main", "first")
        while store.tries < 3:
            await asyncio.sleep(0)
        audit.record(LIN, "wall.layout", "main", "second")
        with pytest.raises(StoreError):
            await audit.read(10)
        store.refuses = False
        assert [line.detail for line in await audit.read(10)] == ["second", "first"]


async def test_what_cannot_be_written_on_the_way_out_is_logged(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with AuditLog(SickStore(database), EventLog()) as audit:
        audit.record(LIN, "wall.layout", "main", "4x4")
    assert "'4x4'" in caplog.text


async def test_a_disk_that_is_gone_for_long_costs_the_oldest_lines(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commandwall.control.audit._WAITING", 3)
    store = SickStore(database)
    async with AuditLog(store, EventLog()) as audit:
        for number in range(5):
            audit.record(LIN, "wall.cell", "main", str(number))
        store.refuses = False
        assert [line.detail for line in await audit.read(10)] == ["4", "3", "2"]


async def test_lines_are_neither_long_nor_other_than_utf_8_whatever_is_asked_for(database: Database) -> None:
    sources = ", ".join(["camera:东门-001"] * 4096)
    async with AuditLog(Store(database), EventLog()) as audit:
        audit.record(LIN, "wall.layout", "no\udcb7wall", sources, f"{'x' * 5000} cannot be done")
        (line,) = await audit.read(10)
    assert line.target == "no?wall"
    assert line.detail == f"{sources[:1999]}…" and line.outcome == f"{'x' * 1999}…"


async def test_what_nobody_foresaw_does_not_end_the_writing(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("commandwall.control.write_behind.Backoff", lambda _: iter_backoff())
    store = SickStore(database)
    store.refuses = False
    add = store.add_audit

    async def fails(lines: Sequence[AuditLine]) -> None:
        monkeypatch.setattr(store, "add_audit", add)
        raise OverflowError("too large to convert")

    monkeypatch.setattr(store, "add_audit", fails)
    async with AuditLog(store, EventLog()) as audit:
        audit.record(LIN, "wall.layout", "main", "4x4")
        while not store.tries:
            await asyncio.sleep(0)
    assert "too large to convert" in caplog.text
    assert [line.detail for line in await store.read_audit(10)] == ["4x4"]


class iter_backoff:  # noqa: N801 - stands in for Backoff
    """No delay between tries."""

    def next_s(self) -> float:
        return 0.001

    def reset(self) -> None:
        return
