"""Cameras that come, change and go while the wall runs."""

from __future__ import annotations

import json
import sys
from asyncio import create_subprocess_exec, subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from commandwall.rtsp.client import StreamRequest
from tests.e2e.pictures import cameras_shown, decode
from tests.e2e.site import ROOT, Daemon, Site, cameras, farm, until
from tests.e2e.test_farm import watch
from tests.e2e.test_share import frames, output

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop]


@pytest.fixture
async def base() -> AsyncIterator[str]:
    """Return the base URL of a farm of six cameras."""
    async with farm(6) as base:
        yield base


def entry(base: str, number: int, **changes: Any) -> dict[str, Any]:
    return {**cameras(base, number)[-1], **changes}


async def state_is(daemon: Daemon, camera: str, state: str) -> None:
    async def reached() -> bool:
        return (await daemon.camera_states()).get(camera) == state

    await until(f"{camera} is {state}", reached)


async def shows(daemon: Daemon, cell: str, number: int) -> None:
    """Wait until the pixels of ``cell`` are those of the farm's camera ``number``."""

    async def shown() -> bool:
        tiles = (await daemon.get("/walls/main"))["tiles"]
        picture = decode(await daemon.picture("/walls/main/snapshot.png"))
        return cameras_shown(picture, tiles).get(cell) == number

    await until(f"cell {cell} shows camera {number}", shown)


async def frames_of(daemon: Daemon, count: int) -> dict[str, tuple[int, int]]:
    """Return (frames, reconnects) of the first ``count`` cameras."""
    items = (await daemon.get("/cameras"))["items"][:count]
    return {item["id"]: (item["frames_total"], item["reconnects"]) for item in items}


async def test_a_camera_comes_changes_goes_and_no_other_notices(site: Site, base: str) -> None:
    site.cameras = cameras(base, 4)
    async with site.run() as daemon:
        await daemon.until_live(["1", "2", "3", "4"])
        before = await frames_of(daemon, 4)
        async with daemon.session.post("/api/v1/cameras", json=entry(base, 5)) as response:
            assert response.status == 201, await response.text()
        await state_is(daemon, "cam-5", "live")
        assert (await daemon.put("/walls/main/cells/3", {"source": "camera:cam-5"}))[0] == 200
        await shows(daemon, "3", 5)

        other = entry(base, 6, id="cam-5", name="换了地址")
        status, changed = await daemon.put("/cameras/cam-5", other)
        assert (status, changed["name"]) == (200, "换了地址")
        await shows(daemon, "3", 6)
        await state_is(daemon, "cam-5", "live")

        async with daemon.session.delete("/api/v1/cameras/cam-5") as response:
            assert response.status == 204
        tile = (await daemon.get("/walls/main"))["tiles"][2]
        assert (tile["source"], tile["state"]) == ("none", "empty")
        assert "cam-5" not in await daemon.camera_states()

        async def all_went_on() -> bool:
            after = await frames_of(daemon, 4)
            assert all(after[name][1] == 0 for name in before)
            return all(after[name][0] > before[name][0] for name in before)

        await until("the others went on", all_went_on)


async def test_what_was_added_outlives_a_restart(site: Site, base: str) -> None:
    site.cameras = cameras(base, 2)
    async with site.run() as daemon:
        for number in (3, 4):
            async with daemon.session.post("/api/v1/cameras", json=entry(base, number)) as response:
                assert response.status == 201
        async with daemon.session.delete("/api/v1/cameras/cam-4") as response:
            assert response.status == 204
        await daemon.put("/walls/main/cells/4", {"source": "camera:cam-3"})
    async with site.run() as daemon:
        assert list(await daemon.camera_states()) == ["cam-1", "cam-2", "cam-3"]
        await daemon.until_live(["4"])
        await shows(daemon, "4", 3)


async def test_a_workbook_is_imported_by_the_command(site: Site, base: str, tmp_path: Path) -> None:
    book = Workbook()
    rows: list[list[str | None]] = [
        ["id", "name", "area", "main_url", "sub_url"],
        ["x-1", "新 1", "dongmen", f"{base}/cam/0005/main", f"{base}/cam/0005/sub"],
        ["x-2", "新 2", "nowhere", f"{base}/cam/0006/main", None],
    ]
    for row in rows:
        book.worksheets[0].append(row)
    file = tmp_path / "cameras.xlsx"
    book.save(file)
    site.cameras = cameras(base, 1)
    async with site.run() as daemon:
        status, text = await command("cameras", "import", str(file), "-c", str(site.file), "--dry-run")
        assert (status, list(await daemon.camera_states())) == (1, ["cam-1"])
        assert "would be 1 added, 0 changed, 0 unchanged, 1 refused" in text
        status, text = await command("cameras", "import", str(file), "-c", str(site.file))
        assert status == 1 and f"{file}:3: x-2: refused" in text and "no area 'nowhere'" in text
        await state_is(daemon, "x-1", "live")


@pytest.mark.needs("ffmpeg", "ffprobe")
async def test_an_added_camera_is_shared_until_it_is_removed(
    site: Site, base: str, free_port: Callable[[], int]
) -> None:
    site.extra["rtsp"] = {"listen": f"127.0.0.1:{free_port()}"}
    shared = f"rtsp://{site.extra['rtsp']['listen']}/cameras/cam-2/sub"
    site.cameras = cameras(base, 1)
    async with site.run() as daemon:
        async with daemon.session.post("/api/v1/cameras", json=entry(base, 2)) as response:
            assert response.status == 201
        await state_is(daemon, "cam-2", "live")
        await daemon.until_shared()
        assert len(await frames(shared, 5)) == 5
        async with daemon.session.delete("/api/v1/cameras/cam-2") as response:
            assert response.status == 204

        async def refused() -> bool:
            return (await output("ffprobe", "-v", "quiet", "-rtsp_transport", "tcp", shared))[0] != 0

        await until("it is not shared any more", refused)


async def test_every_stream_of_a_spreadsheet_is_probed(base: str, tmp_path: Path) -> None:
    for number in (1, 2):
        await watch(StreamRequest(f"{base}/cam/000{number}/main"), 1)  # It is encoded before it is described.
    file = tmp_path / "cameras.csv"
    lines = [f"cam-{n},N,dongmen,{base}/cam/000{n}/main,{base}/cam/000{n}/sub" for n in (1, 2)]
    file.write_text("\n".join(["id,name,area,main_url,sub_url", *lines]))
    status, text = await command("probe", "--file", str(file), "--seconds", "5", "--json")
    found = json.loads(text)
    assert (status, len(found)) == (0, 4)
    assert {(each["stream"], each["width"], each["codec"]) for each in found} == {
        ("main", 1920, "h264"),
        ("sub", 640, "h264"),
    }
    with file.open("a") as out:
        out.write(f"\ngone,N,dongmen,{base}/nowhere,\nwrong,N,dongmen,ftp://h,\n")
    status, text = await command("probe", "--file", str(file), "--seconds", "5", "--parallel", "2")
    assert status == 1 and "5 streams: 4 came, 1 failed" in text


async def command(*arguments: str) -> tuple[int, str]:
    """Run ``commandwall``; return its exit status and output."""
    process = await create_subprocess_exec(
        sys.executable, "-m", "commandwall", *arguments, cwd=ROOT,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
    )  # fmt: skip
    text, _ = await process.communicate()
    return process.returncode or 0, text.decode()
