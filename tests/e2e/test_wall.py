"""The main job: cameras on a wall, a layout switched by hand, and everything that must survive it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.pictures import cameras_shown, codes, decode
from tests.e2e.reading import until_shown
from tests.e2e.site import Daemon, Site, cameras, farm, until

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop]


async def test_the_first_cameras_are_on_the_wall_and_move(daemon: Daemon) -> None:
    await daemon.until_live(["1", "2", "3", "4"])
    await until_shown(daemon, {"1": 1, "2": 2, "3": 3, "4": 4})
    tiles = (await daemon.get("/walls/main"))["tiles"]
    seen: set[int] = set()

    async def moves() -> bool:
        code = codes(decode(await daemon.picture("/walls/main/snapshot.png")), tiles)["1"]
        seen.add(code.value if code else -1)
        return len(seen) > 4

    await until("the picture moves", moves)


async def test_a_switch_changes_layout_and_sources(daemon: Daemon) -> None:
    await daemon.until_live(["1"])
    sources = [f"camera:cam-{number}" for number in (8, 7, 6, 5, 4, 3, 2, 1)]
    status, wall = await daemon.put("/walls/main/layout", {"layout": "3x3", "sources": sources})
    assert (status, wall["layout"], wall["revision"]) == (200, "3x3", 2)
    await daemon.until_live([str(cell) for cell in range(1, 9)])
    await until_shown(daemon, {"1": 8, "2": 7, "4": 5, "8": 1})
    assert (await daemon.tile_states())["9"] == "empty"


async def test_a_cell_takes_another_camera_and_lets_it_go(daemon: Daemon) -> None:
    await daemon.put("/walls/main/cells/3", {"source": "camera:cam-7"})
    await daemon.until_live(["3"])
    await until_shown(daemon, {"1": 1, "3": 7, "4": 4})
    _, wall = await daemon.put("/walls/main/cells/3", {"source": "none"})
    assert wall["tiles"][2]["source"] == "none"


async def test_a_stale_change_is_refused_and_changes_nothing(daemon: Daemon) -> None:
    stale = {"If-Match": '"7"'}
    status, problem = await daemon.put("/walls/main/layout", {"layout": "1"}, **stale)
    assert status == 412 and "revision 1, not 7" in problem["detail"]
    assert (problem["title_zh"], problem["detail_zh"]) == (
        "版本已过时",
        "大屏 'main' 的版本是 1，不是 7：请查看后重试",
    )
    status, wall = await daemon.put("/walls/main/layout", {"layout": "1"}, **{"If-Match": '"1"'})
    assert (status, wall["revision"]) == (200, 2)


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/walls/main/layout", {"layout": "9x9x9"}, 404, "9x9x9"),
        ("/walls/nowhere/layout", {"layout": "1"}, 404, "nowhere"),
        ("/walls/main/layout", {"layout": "2x2", "sources": ["camera:ghost"]}, 422, "sources[0]"),
        ("/walls/main/layout", {"layout": "1", "sources": ["none"] * 2}, 422, "sources"),
        ("/walls/main/cells/99", {"source": "none"}, 404, "99"),
        ("/walls/main/cells/1", {"sauce": "none"}, 422, "source"),
    ],
)
async def test_a_wrong_change_is_named(
    daemon: Daemon, path: str, body: dict[str, object], status: int, words: str
) -> None:
    found, problem = await daemon.put(path, body)
    assert found == status and words in str(problem), problem
    assert (await daemon.get("/walls/main"))["revision"] == 1


async def test_large_tiles_go_from_sub_to_main(daemon: Daemon) -> None:
    await daemon.put("/walls/main/layout", {"layout": "1", "sources": ["camera:cam-1"]})

    async def main_is_shown() -> bool:
        (tile,) = (await daemon.get("/walls/main"))["tiles"]
        assert tile["state"] in ("live", "late", "connecting"), tile  # The farm may be encoding it.
        return bool(tile["stream"] == "main" and tile["state"] == "live")

    await until("the main stream is shown", main_is_shown)
    await until_shown(daemon, {"1": 1})


async def test_a_main_stream_that_is_about_to_be_shown_is_opened_ahead(daemon: Daemon) -> None:
    await daemon.until_live(["1"])
    change = {"layout": "1", "sources": ["camera:cam-1"]}
    async with daemon.session.post("/api/v1/walls/main/prepare", json=change) as response:
        assert (response.status, (await response.json())["cameras"]) == (200, ["cam-1"])

    async def main_is_there() -> bool:
        return len(decode(await daemon.picture("/cameras/cam-1/snapshot.jpg"))) == 720

    await until("the newest picture of the camera is of its main stream", main_is_there)
    assert (await daemon.get("/walls/main"))["revision"] == 1


async def test_a_restart_brings_the_wall_back(site: Site) -> None:
    async with farm(4) as base:
        site.cameras = cameras(base, 4)
        async with site.run() as daemon:
            await daemon.put("/walls/main/layout", {"layout": "3x3", "sources": ["none", "camera:cam-4"]})
        async with site.run() as daemon:
            wall = await daemon.get("/walls/main")
            assert (wall["layout"], wall["revision"]) == ("3x3", 2)
            assert [tile["source"] for tile in wall["tiles"][:3]] == ["none", "camera:cam-4", "none"]
            await daemon.until_live(["2"])


async def test_snapshots_of_heads_and_cameras_are_what_is_shown(daemon: Daemon) -> None:
    await daemon.until_live(["1", "3"])
    head = decode(await daemon.picture("/walls/main/heads/left/snapshot.jpg"))
    assert head.shape == (720, 640, 3)
    left = [tile for tile in (await daemon.get("/walls/main"))["tiles"] if tile["cell"] in "13"]
    assert cameras_shown(head, left) == {"1": 1, "3": 3}
    still = decode(await daemon.picture("/cameras/cam-5/snapshot.jpg"))
    whole = [{"cell": "0", "rect": [0, 0, still.shape[1], still.shape[0]]}]
    assert cameras_shown(still, whole) == {"0": 5}


def shared_memory(pids: list[int]) -> set[Path]:
    """Return the files in shared memory that processes use. Ours has no names: nothing of it can be left."""
    maps = [Path(f"/proc/{pid}/maps").read_text() for pid in pids]
    return {Path(name) for text in maps for name in re.findall(r"/dev/shm/\S+", text)}


async def test_sigterm_leaves_nothing_behind(site: Site) -> None:
    async with farm(4) as base:
        site.cameras = cameras(base, 4)
        async with site.run() as daemon:
            await daemon.until_live(["1"])
            workers = [worker["pid"] for worker in (await daemon.get("/workers"))["items"] if worker["pid"]]
            pids = [daemon.pid, *workers]
            assert not shared_memory(pids)
    assert workers and not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
