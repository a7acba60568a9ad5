from __future__ import annotations

from commandwall.control.database import Database
from commandwall.control.store import AuditLine, Store
from commandwall.model.arrangement import Arrangement
from commandwall.model.layout import Aspect
from commandwall.model.source import EMPTY, Source, SourceKind
from commandwall.model.view import PLAIN, Crop, View

SOURCES = (Source(SourceKind.CAMERA, "东门-01"), EMPTY, Source(SourceKind.CAMERA, "a:b"))


async def test_a_wall_that_never_showed_anything_has_no_arrangement(database: Database) -> None:
    assert await Store(database).load_arrangement("main") is None


async def test_an_arrangement_comes_back_as_it_was_saved(database: Database) -> None:
    store = Store(database)
    await store.save_arrangement("main", Arrangement(7, "1+5", SOURCES))
    await store.save_arrangement("side", Arrangement(1, "1", (EMPTY,)))
    assert await store.load_arrangement("main") == Arrangement(7, "1+5", SOURCES)
    views = (View(Aspect.FILL), PLAIN, View(None, Crop(0.25, 0.1, 0.3, 0.7)))
    await store.save_arrangement("main", Arrangement(8, "1+5", SOURCES, views, "3"))
    assert await store.load_arrangement("main") == Arrangement(8, "1+5", SOURCES, views, "3")
    await store.save_arrangement("main", Arrangement(8, "1", (EMPTY,)))
    assert await store.load_arrangement("main") == Arrangement(8, "1", (EMPTY,))


async def test_audit_lines_are_read_newest_first_a_page_at_a_time(database: Database) -> None:
    store = Store(database)
    lines = [AuditLine(at, "lin", "http", "wall.layout", "main", f"r{at}") for at in range(5)]
    await store.add_audit(lines[:3])
    await store.add_audit(lines[3:])
    page = await store.read_audit(2)
    assert [line.detail for line in page] == ["r4", "r3"]
    rest = await store.read_audit(9, before=page[-1].id)
    assert [line.detail for line in rest] == ["r2", "r1", "r0"]
    assert rest[-1] == AuditLine(0, "lin", "http", "wall.layout", "main", "r0", "done", rest[-1].id)
