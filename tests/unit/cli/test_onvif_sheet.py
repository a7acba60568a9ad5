from __future__ import annotations

from pathlib import Path

import pytest
from rich.progress import Progress

from commandwall.base.errors import InvalidError
from commandwall.base.trust import Trust
from commandwall.cli.onvif_sheet import Survey, distinct, new_file
from commandwall.onvif.discovery import Discovered
from simulators.onvif.device import Device, farm_streams
from simulators.onvif.server import OnvifServer

GIVEN = {"area": "dongmen", "credentials": "dome"}


async def test_one_that_fails_says_why_and_stops_no_other() -> None:
    device = Device(1, farm_streams("rtsp://10.1.1.11:554", 1), "东门 01")
    async with OnvifServer([device], passwords={"admin": "right"}) as server:
        base = f"http://127.0.0.1:{server.port}/onvif/0001/device_service"
        found = [
            Discovered("gone", ("http://127.0.0.1:1/x",), "gone"),
            Discovered("silent", ()),
            Discovered("there", ("http://127.0.0.1:1/x", base), "=东门 01"),
        ]
        asked = await Survey("admin", "right", Trust(), GIVEN, 2).run(found, Progress(disable=True))
        wrong = await Survey("admin", "wrong", Trust(), GIVEN, 2).run(found[2:], Progress(disable=True))
    assert ["cannot be reached" in asked[0].reason, asked[1].reason] == [True, "it tells no address"]
    line = asked[2].line
    assert line is not None
    assert (line["name"], line["area"], line["credentials"]) == ("东门 01", "dongmen", "dome")
    assert line["main_url"] == "rtsp://10.1.1.11:554/cam/0001/main"
    assert wrong[0].line is None and "check credentials" in wrong[0].reason


def test_a_file_that_cannot_be_written_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    there = tmp_path / "there.csv"
    there.write_text("mine")
    for out, words in ((there, "is there already"), (tmp_path / "no" / "cameras.csv", "No such file")):
        with pytest.raises(InvalidError, match=words), new_file(out):
            pytest.fail("devices are asked")
    assert there.read_text() == "mine"


def test_a_survey_that_is_cut_off_leaves_no_empty_file(tmp_path: Path) -> None:
    out = tmp_path / "cameras.csv"
    with pytest.raises(KeyboardInterrupt), new_file(out):
        raise KeyboardInterrupt
    assert not out.exists()
    with new_file(out):
        out.write_text("id")
    assert out.read_text() == "id"


def test_ids_are_distinct() -> None:
    assert [line["id"] for line in distinct([{"id": "a"}, {"id": "b"}, {"id": "a"}])] == ["a", "b", "a-2"]
