"""Alarms, dresses and masks in the control plane: kept across restarts, told to walls, refused by name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from commandwall.base.errors import AccessRefusedError, NotFoundError
from commandwall.control.alarms import Alarms
from commandwall.control.database import Database
from commandwall.control.dress import Surroundings, WallDress
from commandwall.control.events import EventLog
from commandwall.control.kept import KeptRecords
from commandwall.control.masking import Masking
from commandwall.control.mqtt_alarms import AlarmQueue, alarm_payload
from commandwall.control.overlay_documents import (
    AlarmDocument,
    AlarmEvent,
    MaskRecord,
    OverlaysDocument,
)
from commandwall.control.records import Records
from commandwall.control.roles import Principal, Role
from commandwall.control.users import Users
from commandwall.ipc.overlay_messages import DressWall, SourceAlarms, SourceRate, SourceRates, Watermark
from commandwall.model.camera import Area, Camera, StreamAddress
from commandwall.model.head import Head
from commandwall.model.masks import Mask
from commandwall.model.overlays import Alarm, AlarmLevel, Banner, Labels, Switch
from commandwall.model.rect import Rect
from commandwall.model.wall import Wall
from tests.unit.control.rig import FakePlant, FakeWall, Rig, make_board, open_rig

OPERATOR, VIEWER = Principal("wang", Role.OPERATOR), Principal("li", Role.VIEWER)
FIRE = Alarm(AlarmLevel.CRITICAL, "烟雾", flash=True)
MASKS = (Mask.rectangle(0.1, 0.1, 0.2, 0.2),)


@pytest.fixture
async def rig(database: Database, users: Users, tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(database, users, tmp_path) as opened:
        yield opened


def alarm_records(database: Database) -> KeptRecords[AlarmDocument]:
    return KeptRecords("alarms", Records(database, "alarm", AlarmDocument))


async def test_an_alarm_is_told_to_walls_lists_and_listeners_and_cleared(rig: Rig) -> None:
    with rig.events.subscribe(types=("alarm", "camera")) as told:
        raised = rig.decor.raise_alarm(OPERATOR, "c-1", FIRE)
        changed = rig.decor.raise_alarm(OPERATOR, "c-1", Alarm(AlarmLevel.INFO))
        assert changed.since_utc_ns == raised.since_utc_ns
        assert rig.board.get("c-1").alarm is AlarmLevel.INFO
        assert rig.wall.weighed == 2
        (message,) = [told for told in rig.wall.told if isinstance(told, SourceAlarms)][-1:]
        assert [(item.source, item.alarm.level) for item in message.alarms] == [
            ("camera:c-1", AlarmLevel.INFO)
        ]
        rig.decor.clear_alarm(OPERATOR, "c-1")
        types = [(await told.next()).type for _ in range(7)]
    assert types == ["hello", "camera", "alarm", "camera", "alarm", "camera", "alarm"]
    assert rig.decor.alarms(VIEWER) == [] and rig.board.get("c-1").alarm is None
    with pytest.raises(NotFoundError, match="has no alarm"):
        rig.decor.clear_alarm(OPERATOR, "c-1")
    with pytest.raises(NotFoundError, match="ghost"):
        rig.decor.raise_alarm(OPERATOR, "ghost", FIRE)
    with pytest.raises(AccessRefusedError):
        rig.decor.raise_alarm(VIEWER, "c-1", FIRE)
    lines = await rig.audit.read(20, None)
    assert {line.action for line in lines} >= {"camera.alarm", "camera.alarm.clear"}


async def test_alarms_come_back_after_a_restart_with_their_cameras(database: Database) -> None:
    events = EventLog()
    async with alarm_records(database) as kept:
        alarms = Alarms(make_board(events), kept, events.publish)
        alarms.raise_alarm("c-1", FIRE, "wang")
        alarms.raise_alarm("c-3", FIRE, "wang")
    async with alarm_records(database) as kept:
        board = make_board(events, 2)
        alarms = Alarms(board, kept, events.publish)
        alarms.restore()
        assert [alarm.camera for alarm in alarms.all()] == ["c-1"]
        assert board.get("c-1").alarm is AlarmLevel.CRITICAL
        board.put(Camera("c-3", "Back", "dongmen", StreamAddress("rtsp://h/3"), None))
        assert [alarm.camera for alarm in alarms.all()] == ["c-1", "c-3"]
        assert board.get("c-3").alarm is AlarmLevel.CRITICAL
        assert [told.source for told in alarms.message().alarms] == ["camera:c-1", "camera:c-3"]


async def test_a_new_wall_process_is_told_everything(rig: Rig) -> None:
    rig.decor.set_banner(OPERATOR, "main", Banner("台风", AlarmLevel.WARNING, ticker=True))
    rig.decor.raise_alarm(OPERATOR, "c-1", FIRE)
    rig.wall.told.clear()
    for greeting in rig.wall.greetings:
        greeting()
    dress, alarms, *_ = rig.wall.told
    assert isinstance(dress, DressWall) and dress.banner == Banner("台风", AlarmLevel.WARNING, ticker=True)
    assert [area.id for area in dress.areas] == ["luohu", "dongmen"]
    assert isinstance(alarms, SourceAlarms) and len(alarms.alarms) == 1


async def test_labels_and_banners_are_changed_kept_and_taken_off(rig: Rig) -> None:
    labels = Labels(time=Switch.OFF)
    assert rig.decor.set_labels(OPERATOR, "main", labels).labels == labels
    rig.decor.set_banner(OPERATOR, "main", Banner("台风"))
    assert rig.decor.overlays(VIEWER, "main") == OverlaysDocument("main", labels, Banner("台风"))
    assert rig.decor.clear_banner(OPERATOR, "main").banner is None
    assert rig.decor.labels(VIEWER, "main") == labels
    with pytest.raises(NotFoundError, match="nowhere"):
        rig.decor.set_labels(OPERATOR, "nowhere", labels)
    with pytest.raises(AccessRefusedError):
        rig.decor.set_banner(VIEWER, "main", Banner("x"))


async def test_bit_rates_are_told_of_large_tiles_and_where_they_are_asked_for(rig: Rig) -> None:
    rig.wall.set_layout("1", ["camera:c-1"], None)
    rig.dress.refresh()
    assert [rate.source for rate in _rates(rig)] == ["camera:c-1"]
    told = len(rig.wall.told)
    rig.dress.refresh()
    assert len(rig.wall.told) == told, "nothing new, nothing told"
    rig.decor.set_labels(OPERATOR, "main", Labels(bitrate=Switch.OFF))
    rig.dress.refresh()
    assert _rates(rig) == ()
    rig.wall.set_layout("20x20", ["camera:c-1", "camera:c-2", "camera:c-1"], None)
    rig.decor.set_labels(OPERATOR, "main", Labels(bitrate=Switch.ON))
    rig.dress.refresh()
    assert [rate.source for rate in _rates(rig)] == ["camera:c-1", "camera:c-2"]


def _rates(rig: Rig) -> tuple[SourceRate, ...]:
    return [told for told in rig.wall.told if isinstance(told, SourceRates)][-1].rates


async def test_a_watermark_says_who_watches_and_when(rig: Rig, database: Database) -> None:
    wall = FakeWall(rig.board, rig.events, rig.wall.packet_path)
    rect = Rect(0, 0, 1920, 2160)
    heads = (Head("plain", rect), Head("street", rect, watermark=""), Head("secret", rect, watermark="机密"))
    wall.wall = Wall("main", "主墙", 3840, 2160, 25, "2x2", heads)
    viewers: dict[tuple[str, str], list[str]] = {}
    async with (
        alarm_records(database) as alarms,
        KeptRecords("overlays", Records(database, "overlays", OverlaysDocument)) as kept,
    ):
        board, publish = rig.board, rig.events.publish
        around = Surroundings(
            "罗湖", (Area("a", "A"),), board, Alarms(board, alarms, publish), lambda: viewers, kept, publish
        )
        dress = WallDress(wall, around)
        dress.refresh()
        viewers["main", "street"] = ["zhang", "li", "li"]
        dress.refresh()
        dress.refresh()
    marks = [(told.head, told.text.split()[0]) for told in wall.told if isinstance(told, Watermark)]
    assert marks[:3] == [("street", "罗湖"), ("secret", "机密"), ("street", "li、zhang")]


async def test_masks_are_on_disk_before_they_are_shown_and_come_back(rig: Rig, database: Database) -> None:
    document = await rig.decor.set_masks(Principal("root", Role.ADMIN), "c-1", MASKS)
    assert not document.configured and len(document.masks) == 1
    assert rig.board.masks("c-1") == MASKS and rig.board.get("c-1").masked
    assert rig.plant.masked == ["c-1"]
    fresh = FakePlant(make_board(EventLog()))
    await Masking(fresh, Records(database, "masks", MaskRecord)).restore()
    assert fresh.board.masks("c-1") == MASKS
    with pytest.raises(AccessRefusedError):
        await rig.decor.set_masks(OPERATOR, "c-1", ())
    with pytest.raises(NotFoundError, match="ghost"):
        await rig.decor.set_masks(Principal("root", Role.ADMIN), "ghost", MASKS)
    assert rig.board.masks("c-1") == MASKS


async def test_set_masks_stand_for_those_of_the_configuration_until_they_are_reset(rig: Rig) -> None:
    root = Principal("root", Role.ADMIN)
    rig.board.put(Camera("c-1", "摄像机", "dongmen", None, StreamAddress("rtsp://h/s"), masks=MASKS))
    assert rig.decor.masks(VIEWER, "c-1").configured and rig.board.get("c-1").masked
    assert (await rig.decor.set_masks(root, "c-1", ())).masks == ()
    assert not rig.board.get("c-1").masked
    assert (await rig.decor.reset_masks(root, "c-1")).configured
    assert rig.board.masks("c-1") == MASKS
    with pytest.raises(NotFoundError, match="no masks but those"):
        await rig.decor.reset_masks(root, "c-1")


async def test_alarms_for_the_broker_wait_in_their_order_and_the_oldest_go_first() -> None:
    queue = AlarmQueue()
    events = [
        AlarmEvent(AlarmDocument(f"c-{number}", AlarmLevel.INFO, "", False, number, "wang"), number % 2 == 1)
        for number in range(300)
    ]
    for event in events:
        queue.add(event)
    first = await queue.next()
    assert first is events[300 - 256] and await queue.next() is first, "it stays until it was sent"
    queue.sent(first)
    assert await queue.next() is events[300 - 255]
    assert b'"camera":"c-1","state":"cleared"' in alarm_payload(events[1])
    assert b'"state":"raised","level":"info"' in alarm_payload(events[2])
