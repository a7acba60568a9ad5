"""``commandwall onvif`` against simulated devices: from the network to a configuration that is right."""

from __future__ import annotations

import asyncio
import csv
import os
import sys
from pathlib import Path

import pytest

from commandwall.settings.load import load_settings
from simulators.onvif.device import Device, farm_streams
from simulators.onvif.server import OnvifServer
from simulators.places import places
from tests.e2e.site import ROOT, Site, program

pytestmark = pytest.mark.blocks_loop

USER, PASSWORD = "admin", "p&ss 词"


async def commandwall(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """Return (exit status, standard output, standard error) of ``commandwall onvif ARGUMENTS``."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "commandwall",
        "onvif",
        *arguments,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, words = await process.communicate()
    return process.returncode or 0, output.decode(), words.decode()


async def test_devices_of_the_simulator_are_found() -> None:
    arguments = ("simulators.onvif", "--count", "3", "--port", "0", "--fixed", "1")
    async with program(*arguments, ready="ready ") as (_, line):
        first = line.split()[1]
        status, output, _ = await commandwall("discover", "--interface", "127.0.0.1", "--seconds", "4")
        assert status == 0
        lines = [found.split("  ") for found in output.splitlines()]
        port = first.split(":")[2].partition("/")[0]
        ours = [found for found in lines if f":{port}/" in found[0]]
        assert [found[0] for found in ours] == [first.replace("0001", f"000{n}") for n in (1, 2, 3)]
        assert [found[1] for found in ours] == [place.name for place in places(3)]


async def test_what_is_found_becomes_a_spreadsheet(site: Site) -> None:
    arguments = ("simulators.onvif", "--count", "3", "--port", "0", "--fixed", "1")
    out = site.folder / "cameras.csv"
    async with program(*arguments, ready="ready ") as (_, line):
        port = line.split()[1].split(":")[2].partition("/")[0]
        options = ("--interface", "127.0.0.1", "--seconds", "4", "--area", "dongmen")
        _, report, words = await commandwall("discover", *options, "--out", str(out))
        assert "lines written" in report, words
        again, _, words = await commandwall("discover", *options, "--out", str(out))
        assert (again, "is there already" in words) == (1, True)
    site.extra["cameras_file"] = "cameras.csv"
    site.write()
    cameras = [camera for camera in load_settings(site.file).cameras if port in camera.id]
    assert [camera.id for camera in cameras] == [f"cam-127-0-0-1-{port}{end}" for end in ("", "-2", "-3")]
    assert all(camera.main and camera.sub and camera.area == "dongmen" for camera in cameras)
    assert len({camera.main for camera in cameras}) == 3


async def test_the_cameras_of_the_farm_are_devices_too(tmp_path: Path) -> None:
    arguments = ("--count", "1", "--port", "0", "--onvif", "0", "--live", "1", "--cache", str(tmp_path))
    async with program("simulators.cameras", *arguments, ready="ready ") as (_, line):
        _, stream, device = line.split()
        status, output, _ = await commandwall("profiles", device)
    assert status == 0
    assert f",{stream}," in output


async def test_an_interface_that_is_not_there_is_named() -> None:
    status, _, words = await commandwall("discover", "--interface", "nowhere0")
    assert status == 1
    assert "interface: nowhere0" in words


async def test_a_line_for_the_spreadsheet_is_right_as_it_is(site: Site) -> None:
    device = Device(1, farm_streams("rtsp://10.1.1.11:554", 1), "东门 01")
    async with OnvifServer([device], passwords={USER: PASSWORD}) as server:
        address = f"127.0.0.1:{server.port}"
        options = ("--user", USER, "--area", "dongmen", "--credentials", "dome", "--header")
        status, sheet, words = await commandwall("profiles", address, *options, COMMANDWALL_PASSWORD=PASSWORD)
    assert status == 0, words
    (line,) = csv.DictReader(sheet.splitlines())
    assert line["onvif_url"] == f"http://{address}/onvif/device_service"
    assert "1920 x 1080" in words
    assert "PTZ: yes" in words

    (site.folder / "secret").write_text(PASSWORD)
    (site.folder / "cameras.csv").write_text(sheet, encoding="utf-8")
    site.extra |= {
        "cameras_file": "cameras.csv",
        "credentials": {"dome": {"user": USER, "password_file": "secret"}},
    }
    site.write()
    (camera,) = load_settings(site.file).cameras
    assert camera.id == f"cam-127-0-0-1-{server.port}"
    assert camera.name == "commandwall dome"
    assert camera.main is not None
    assert camera.sub is not None
    assert camera.main.url == "rtsp://10.1.1.11:554/cam/0001/main"
    assert camera.sub.url == "rtsp://10.1.1.11:554/cam/0001/sub"
    assert camera.onvif_url == line["onvif_url"]


@pytest.mark.parametrize(
    ("address", "words"),
    [("127.0.0.1:1", "cannot be reached"), ("http://u:p@h/x", "without user"), ("ftp://h/", "must be HOST")],
)
async def test_what_is_wrong_is_told_in_one_line(address: str, words: str) -> None:
    status, output, error = await commandwall("profiles", address)
    assert (status, output) == (1, "")
    assert words in error
    assert len(error.splitlines()) == 1
