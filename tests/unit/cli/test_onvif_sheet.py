from __future__ import annotations

import csv
from contextlib import suppress
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path

import pytest

from commandwall.base.errors import InvalidError
from commandwall.base.trust import Trust
from commandwall.cli.onvif_sheet import Survey, Surveyed, new_sheet
from commandwall.onvif.discovery import Discovered
from simulators.onvif.device import Device, farm_streams
from simulators.onvif.server import OnvifServer

GIVEN = {"area": "dongmen", "credentials": "dome"}


async def test_one_that_fails_says_why_and_stops_no_other() -> None:
    told: list[Surveyed] = []
    device = Device(1, farm_streams("rtsp://10.1.1.11:554", 1), "东门 01")
    async with OnvifServer([device], passwords={"admin": "right"}) as server:
        base = f"http://127.0.0.1:{server.port}/onvif/0001/device_service"
        found = [
            Discovered("gone", ("http://127.0.0.1:1/x",), "gone"),
            Discovered("silent", ()),
            Discovered("there", ("http://127.0.0.1:1/x", base), "=东门 01"),
        ]
        asked = await Survey("admin", "right", Trust(), GIVEN, 2).run(found, told.append)
        wrong = await Survey("admin", "wrong", Trust(), GIVEN, 2).run(found[2:], told.append)
    assert len(told) == 4
    assert ["cannot be reached" in asked[0].reason, asked[1].reason] == [True, "it tells no address"]
    (line,) = asked[2].lines
    assert (line["name"], line["area"], line["credentials"]) == ("东门 01", "dongmen", "dome")
    assert line["main_url"] == "rtsp://10.1.1.11:554/cam/0001/main"
    assert not wrong[0].lines and "check credentials" in wrong[0].reason


async def test_a_recorder_has_a_line_for_each_channel_that_has_a_camera() -> None:
    channels = [
        Device(n, [replace(each, token=f"{each.token}{n}") for each in farm_streams("rtsp://10.1.1.11", n)],
               source=f"video{n}", node=f"dome{n}", with_ptz=n == 2)
        for n in (1, 2, 3)
    ]  # fmt: skip
    channels[2].streams = [replace(each, url="", token="empty") for each in channels[2].streams]
    recorder = replace(channels[0], others=channels[1:])
    async with OnvifServer([recorder]) as server:
        found = [Discovered("nvr", (f"http://127.0.0.1:{server.port}/onvif/0001/device_service",), "NVR")]
        (surveyed,) = await Survey("", "", Trust(), GIVEN, 2).run(found, lambda _: None)
    assert "no rtsp:// URL" in surveyed.reason
    columns = ("name", "main_url", "sub_url", "onvif_profile")
    assert [tuple(line[column] for column in columns) for line in surveyed.lines] == [
        ("NVR 1", "rtsp://10.1.1.11/cam/0001/main", "rtsp://10.1.1.11/cam/0001/sub", "main1"),
        ("NVR 2", "rtsp://10.1.1.11/cam/0002/main", "rtsp://10.1.1.11/cam/0002/sub", "main2"),
    ]
    assert len({line["onvif_url"] for line in surveyed.lines}) == 1


def test_a_file_that_cannot_be_written_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    there = tmp_path / "there.csv"
    there.write_text("mine")
    for out, words in ((there, "is there already"), (tmp_path / "no" / "cameras.csv", "No such file")):
        with pytest.raises(InvalidError, match=words), new_sheet(out):
            pytest.fail("devices are asked")
    assert there.read_text() == "mine"


def test_what_was_asked_before_it_is_cut_off_is_written(tmp_path: Path) -> None:
    out = tmp_path / "cameras.csv"
    with pytest.raises(KeyboardInterrupt), new_sheet(out) as write:
        write({"id": "东门"})
        assert [line["id"] for line in lines_of(out)] == ["东门"], "it may be killed"
        raise KeyboardInterrupt
    assert [line["id"] for line in lines_of(out)] == ["东门"]


@pytest.mark.parametrize("error", [None, KeyboardInterrupt, InvalidError("no card is called 'eth9'")])
def test_without_lines_there_is_no_file(
    tmp_path: Path, error: type[BaseException] | Exception | None
) -> None:
    out = tmp_path / "cameras.csv"
    with suppress(KeyboardInterrupt, InvalidError), new_sheet(out):
        if error is not None:
            raise error
    assert not out.exists()


def test_a_disk_that_is_full_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="No space left"), new_sheet(tmp_path / "cameras.csv"):
        raise OSError(ENOSPC, "No space left on device")


def test_ids_are_distinct(tmp_path: Path) -> None:
    out = tmp_path / "cameras.csv"
    with new_sheet(out) as write:
        for name in ("a", "b", "a"):
            write({"id": name})
    assert [line["id"] for line in lines_of(out)] == ["a", "b", "a-2"]


def lines_of(file: Path) -> list[dict[str, str]]:
    """Return the lines of a spreadsheet."""
    return list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
