from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from commandwall.control.database import Database
from commandwall.control.link_records import LinkRecord
from commandwall.control.records import Records
from commandwall.model.arrangement import Arrangement
from commandwall.model.scene import Scene, WallScene
from commandwall.model.source import EMPTY, Source, SourceKind

SOURCES = (Source(SourceKind.CAMERA, "东门-01"), EMPTY)
NIGHT = Scene("night", "夜间", (WallScene("main", Arrangement(0, "1x2", SOURCES)),))


async def test_records_come_back_as_they_were_in_the_order_of_being_made(database: Database) -> None:
    records = Records(database, "scene", Scene)
    day = Scene("day", "白天", NIGHT.walls)
    await records.save("night", NIGHT)
    await records.save("day", day)
    renamed = Scene("night", "深夜", NIGHT.walls)
    await records.save("night", renamed)
    assert list((await records.load()).values()) == [renamed, day]
    await records.remove("night")
    assert await records.load() == {"day": day}
    assert await Records(database, "tour", Scene).load() == {}


async def test_a_record_that_cannot_be_read_is_told_and_stays(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    records = Records(database, "scene", Scene)
    await records.save("night", NIGHT)

    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO records (kind, id, body) VALUES ('scene', 'old', '{\"id\":1}')")
        connection.execute(
            "INSERT INTO records (kind, id, body)"
            ' VALUES (\'scene\', \'bare\', \'{"id":"bare","name":"x","walls":[]}\')'
        )

    await database.run(spoil)
    assert await records.load() == {"night": NIGHT}
    assert "scene old" in caplog.text and "scene bare" in caplog.text


async def test_the_secret_of_a_record_that_cannot_be_read_stays_out_of_the_log(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    link = {
        "id": "province",
        "conference": "flood",
        "url": "http://province.example",
        "token": "kT9canary3xQ",
    }
    await Records(database, "link", dict[str, Any]).save("province", {"link": link})
    assert await Records(database, "link", LinkRecord).load() == {}
    assert "link province: its record cannot be read, make it again: 'link.to': Field required" in caplog.text
    assert "canary" not in caplog.text
