from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.control.keeper import ArrangementKeeper
from commandwall.control.kept import KeptRecords
from commandwall.control.layout_book import LayoutBook
from commandwall.control.plant import build_plant
from commandwall.control.records import Records
from commandwall.control.store import Store
from commandwall.model.camera import Camera, StreamAddress
from commandwall.model.layout import Layout
from commandwall.model.masks import Mask
from commandwall.settings.load import load_settings
from commandwall.workers.processes import Processes

CAMERA = Camera("c-1", "c-1", "dongmen", StreamAddress("rtsp://h/1"), None)
SITE = """
site: {id: luohu, name: 罗湖, level: district}
state: state
http: {listen: "127.0.0.1:8080"}
areas: [{id: dongmen, name: 东门}]
walls: [{id: main, name: 主墙, size: [640, 360], layout: 4x4}]
"""


async def test_a_camera_that_is_set_up_with_masks_is_sent_on_uncovered_no_longer(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "site.yaml").write_text(SITE)
    settings = load_settings(tmp_path / "site.yaml")
    keeper = ArrangementKeeper(Store(database))
    layouts = LayoutBook(settings.layouts, KeptRecords("layouts", Records(database, "layout", Layout)))
    plant = build_plant(settings, layouts, [CAMERA], {}, EventLog(), keeper, tmp_path, Processes())
    told: list[str] = []
    plant.mask_watchers.append(told.append)
    plant.install([replace(CAMERA, name="Renamed")])
    assert not told
    plant.install([replace(CAMERA, masks=(Mask.rectangle(0, 0, 0.5, 0.5),))])
    assert told == ["c-1"]
