from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.control.keeper import ArrangementKeeper
from commandwall.control.kept import KeptRecords
from commandwall.control.layout_book import LayoutBook
from commandwall.control.plant import Plant, build_plant
from commandwall.control.records import Records
from commandwall.control.store import Store
from commandwall.model.camera import Camera, StreamAddress
from commandwall.model.layout import Layout
from commandwall.model.masks import Mask
from commandwall.settings.load import load_settings
from commandwall.workers.processes import Processes

CAMERA = Camera("c-1", "c-1", "dongmen", StreamAddress("rtsp://h/1"), StreamAddress("rtsp://h/2"))
SITE = """
site: {id: luohu, name: 罗湖, level: district}
state: state
http: {listen: "127.0.0.1:8080"}
areas: [{id: dongmen, name: 东门}]
walls: [{id: main, name: 主墙, size: [640, 360], layout: 4x4}]
"""


@pytest.fixture
def plant(database: Database, tmp_path: Path) -> Plant:
    (tmp_path / "site.yaml").write_text(SITE)
    settings = load_settings(tmp_path / "site.yaml")
    keeper = ArrangementKeeper(Store(database))
    layouts = LayoutBook(settings.layouts, KeptRecords("layouts", Records(database, "layout", Layout)))
    return build_plant(settings, layouts, [CAMERA], {}, EventLog(), keeper, tmp_path, Processes())


@pytest.mark.parametrize(
    "changed",
    [
        replace(CAMERA, masks=(Mask.rectangle(0, 0, 0.5, 0.5),)),
        replace(CAMERA, enabled=False),
        replace(CAMERA, main=None),
    ],
)
async def test_a_camera_that_may_not_be_seen_or_does_not_come_is_sent_on_no_longer(
    plant: Plant, changed: Camera
) -> None:
    told: list[str] = []
    plant.withdrawal_watchers.append(told.append)
    plant.install([replace(CAMERA, name="Renamed"), replace(CAMERA, id="c-2")])
    assert not told
    plant.install([changed])
    assert told == ["c-1"]


async def test_a_camera_that_is_removed_is_sent_on_no_longer(plant: Plant) -> None:
    told: list[str] = []
    plant.withdrawal_watchers.append(told.append)
    plant.uninstall("c-1")
    assert told == ["c-1"]
