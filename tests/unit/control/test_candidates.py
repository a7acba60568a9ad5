from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.control.candidates import Candidates
from commandwall.control.events import EventLog
from commandwall.model.camera import Area
from tests.unit.control.rig import AREAS, make_board
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
