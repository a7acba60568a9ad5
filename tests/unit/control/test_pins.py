from __future__ import annotations

from commandwall.control.database import Database
from commandwall.control.pins import PinStore
from commandwall.model.source import Source, SourceKind

GATE, LOBBY = Source(SourceKind.CAMERA, "东门-01"), Source(SourceKind.CAMERA, "a:b")


async def test_pins_are_kept_by_wall(database: Database) -> None:
    pins = PinStore(database)
    assert await pins.load("main") == frozenset()
    await pins.save("main", {GATE, LOBBY})
    await pins.save("side", {GATE})
    assert await pins.load("main") == {GATE, LOBBY}
    await pins.save("main", {LOBBY})
    assert await pins.load("main") == {LOBBY} and await pins.load("side") == {GATE}
