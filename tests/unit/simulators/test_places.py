from __future__ import annotations

import csv
import io

import pytest

from simulators.places import CSV_COLUMNS, SCHOOLS, areas, places, write_areas, write_cameras
from simulators.scene.sceneries import SCENERIES


@pytest.mark.parametrize("count", [1, 16, 64, 400, 2000])
def test_ids_are_unique_and_areas_known(count: int) -> None:
    found = places(count)
    known = {area for area, _, _ in areas()}
    assert [place.number for place in found] == list(range(1, count + 1))
    assert len({place.id for place in found}) == count
    assert {place.area for place in found} <= known
    assert {place.scenery for place in found} <= set(SCENERIES)


def test_a_camera_is_the_same_in_farms_of_any_size() -> None:
    assert places(400)[:16] == places(16)


def test_there_are_56_schools_and_all_have_cameras_among_400() -> None:
    assert len(SCHOOLS) == len(set(SCHOOLS)) == 56
    assert len({place.area for place in places(400) if place.area.startswith("school")}) == 56


def test_the_first_sixteen_look_at_many_kinds_of_places() -> None:
    assert len({place.scenery for place in places(16)}) >= 7


def test_parents_come_first() -> None:
    seen: set[str] = set()
    for area, _, parent in areas():
        assert parent is None or parent in seen
        seen.add(area)


def test_cameras_as_csv() -> None:
    file = io.StringIO()
    write_cameras(file, 3, "rtsp://127.0.0.1:8554", "farm")
    rows = list(csv.DictReader(file.getvalue().splitlines()))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert rows[1]["id"] == "dongmen-001"
    assert rows[1]["sub_url"] == "rtsp://127.0.0.1:8554/cam/0002/sub"
    assert rows[1]["main_transport"] == "tcp"
    assert rows[1]["credentials"] == "farm"
    assert 22 < float(rows[1]["latitude"]) < 23
    assert 114 < float(rows[1]["longitude"]) < 115


def test_cameras_that_can_be_moved_as_csv() -> None:
    file = io.StringIO()
    write_cameras(file, 2, "rtsp://127.0.0.1:8554", onvif_url="http://127.0.0.1:8000")
    rows = list(csv.DictReader(file.getvalue().splitlines()))
    assert rows[1]["onvif_url"] == "http://127.0.0.1:8000/onvif/0002/device_service"


def test_areas_as_csv() -> None:
    file = io.StringIO()
    write_areas(file)
    rows = list(csv.DictReader(file.getvalue().splitlines()))
    assert {"id": "dongmen", "name": "东门步行街", "parent": ""} in rows
    assert sum(row["parent"] == "schools" for row in rows) == 56
