from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.control.candidates import Candidates
from commandwall.control.events import EventLog
from commandwall.control.panels import Panels
from commandwall.control.sources import CameraBook, Sources
from commandwall.model.camera import Area
from commandwall.model.source import Source
from tests.unit.control.rig import AREAS, PANELS, make_board
from tests.unit.control.stage import Stage


@pytest.mark.parametrize(
    ("site", "cameras"),
    [
        ("dongmen", ["c-0", "c-1"]),
        ("东门步行街", ["c-0", "c-1"]),
        ("罗湖", ["c-0", "c-1"]),
        ("guiyuan", []),
        ("三楼值班室", []),
        ("", []),
    ],
)
def test_an_area_is_named_by_its_id_or_else_its_name(short_dir: Path, site: str, cameras: list[str]) -> None:
    events = EventLog()
    board = make_board(events, 2)
    areas = (*AREAS, Area("guiyuan", "dongmen"))
    candidates = Candidates(board, Stage(board, events, short_dir).sources, areas)
    assert [source.id for source in candidates.cameras_at(site)] == cameras


def test_a_name_that_several_areas_have_names_none_of_them(short_dir: Path) -> None:
    events = EventLog()
    board = make_board(events, 2)
    areas = (Area("school", "东门步行街"), *AREAS)
    candidates = Candidates(board, Stage(board, events, short_dir).sources, areas)
    assert candidates.cameras_at("东门步行街") == ()
    assert [source.id for source in candidates.cameras_at("dongmen")] == ["c-0", "c-1"]


def test_a_panel_that_nobody_paints_yet_has_its_turn_and_a_camera_that_connects_has_not() -> None:
    events = EventLog()
    board = make_board(events, 1)
    panels = Panels(PANELS, board, AREAS, events.publish, "zh")
    candidates = Candidates(board, Sources([CameraBook(board), panels]), AREAS)
    panel, gone = Source.parse(f"data:{PANELS[0].id}"), Source.parse("data:gone")
    assert candidates.alive([panel, gone, Source.parse("camera:c-0")]) == {panel}
