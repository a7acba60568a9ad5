"""Time: what is said of cameras' clocks, and an aligned wall that shows one moment in all its tiles."""

from __future__ import annotations

import json
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulators.barcode import Kind
from tests.e2e.pictures import codes, decode
from tests.e2e.site import Daemon, Site, farm, until
from tests.e2e.test_live_cameras import command

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop]

PROMPT, LATE, WRONG, SILENT = 1, 2, 3, 4
DELAY_S = 0.4
PERIOD_MS = 1000 / 15
FAULTS = [
    {"cameras": LATE, "faults": [{"kind": "delay", "by_s": DELAY_S}]},
    {"cameras": WRONG, "faults": [{"kind": "time_of_day", "by_s": -3600}]},
    {"cameras": SILENT, "faults": [{"kind": "no_reports"}]},
]
# The top right tile, 2, has the wall's clock over its bar code.
CELLS = {PROMPT: "1", LATE: "3", WRONG: "2", SILENT: "4"}


@asynccontextmanager
async def clocks(site: Site, tmp_path: Path) -> AsyncIterator[tuple[Daemon, str]]:
    """Run four cameras, two of them live, in front of an aligned wall and one that is not."""
    faults = tmp_path / "faults.yaml"
    faults.write_text(yaml.safe_dump(FAULTS))
    async with farm(4, "--live", "2", "--faults", str(faults), "--sub", "320x180@15:300k") as base:
        site.cameras = [
            {"id": f"cam-{n}", "name": f"{n}", "area": "dongmen", "sub": {"url": f"{base}/cam/{n:04}/sub"}}
            for n in CELLS
        ]
        newest = {"id": "main", "name": "主墙", "size": [640, 360], "layout": "2x2"}
        aligned = {**newest, "id": "aligned", "align_ms": 900}
        site.extra["walls"] = [newest, aligned]
        async with site.run() as daemon:
            sources = [f"camera:cam-{n}" for n in sorted(CELLS, key=CELLS.__getitem__)]
            for wall in ("main", "aligned"):
                status, _ = await daemon.put(f"/walls/{wall}/layout", {"layout": "2x2", "sources": sources})
                assert status == 200
            yield daemon, base


async def apart_ms(daemon: Daemon, wall: str) -> float | None:
    """Return how much earlier the picture of the late camera was drawn than that of the prompt one."""
    tiles = (await daemon.get(f"/walls/{wall}"))["tiles"]
    found = codes(decode(await daemon.picture(f"/walls/{wall}/snapshot.png")), tiles)
    prompt, late = found[CELLS[PROMPT]], found[CELLS[LATE]]
    if prompt is None or late is None:
        return None
    assert {prompt.kind, late.kind} == {Kind.UTC_MS} and (prompt.camera, late.camera) == (PROMPT, LATE)
    return prompt.value - late.value


async def median_apart_ms(daemon: Daemon, wall: str) -> float:
    """Return the median over many snapshots."""
    found: list[float] = []

    async def enough() -> bool:
        if (apart := await apart_ms(daemon, wall)) is not None:
            found.append(apart)
        return len(found) >= 15

    await until("bar codes were read", enough)
    return statistics.median(found)


async def probed(url: str) -> dict[str, Any]:
    """Return what ``commandwall probe`` finds."""
    status, text = await command("probe", url, "--seconds", "4", "--json")
    assert status == 0
    found: dict[str, Any] = json.loads(text)
    return found


async def test_an_aligned_wall_shows_one_moment_and_the_other_what_is_newest(
    site: Site, tmp_path: Path
) -> None:
    async with clocks(site, tmp_path) as (daemon, _):

        async def aligned() -> bool:
            tiles = {tile["cell"]: tile for tile in (await daemon.get("/walls/aligned"))["tiles"]}
            skews = [tiles[CELLS[number]]["skew_ms"] for number in (PROMPT, LATE)]
            return all(skew is not None and abs(skew) <= PERIOD_MS for skew in skews)

        await until("both live cameras are aligned", aligned)
        assert abs(await median_apart_ms(daemon, "aligned")) <= PERIOD_MS
        assert await median_apart_ms(daemon, "main") > DELAY_S * 1000 - 2 * PERIOD_MS

        async def held_back() -> bool:
            tiles = {tile["cell"]: tile for tile in (await daemon.get("/walls/aligned"))["tiles"]}
            unknown = (tiles[CELLS[number]]["skew_ms"] for number in (SILENT, WRONG))
            live = {tile["state"] for tile in tiles.values()} == {"live"}
            return live and [*unknown] == [None, None] and tiles[CELLS[PROMPT]]["age_s"] > DELAY_S / 2

        async def told() -> bool:
            wall = await daemon.get("/walls/main")
            skews = {tile["cell"]: tile["skew_ms"] for tile in wall["tiles"]}
            assert (wall["align_ms"], skews[CELLS[SILENT]], skews[CELLS[WRONG]]) == (0, None, None)
            prompt, late = skews[CELLS[PROMPT]], skews[CELLS[LATE]]
            return None not in (prompt, late) and prompt - late > DELAY_S * 1000 - 2 * PERIOD_MS

        await until("a prompt camera is held back, and its age says so", held_back)
        await until("what is not aligned says by how much", told)


async def test_what_is_known_of_clocks_is_said_everywhere(site: Site, tmp_path: Path) -> None:
    async with clocks(site, tmp_path) as (daemon, base):

        async def clocks_are_compared() -> bool:
            wrong, silent = [await daemon.get(f"/cameras/cam-{number}") for number in (WRONG, SILENT)]
            return bool(wrong["state"] == "live" and wrong["reason"] and silent["clock_source"])

        await until("the clocks are compared", clocks_are_compared)
        items = {item["id"]: item for item in (await daemon.get("/cameras"))["items"]}
        wrong, silent = items[f"cam-{WRONG}"], items[f"cam-{SILENT}"]
        assert wrong["state"] == "live" and wrong["reason"] == "camera's clock is wrong: -60 min"
        assert wrong["reason_zh"] == "摄像机时钟不准：-60 min"
        assert -3_601_000 < wrong["clock_skew_ms"] < -3_599_900
        assert (silent["clock_source"], silent["clock_skew_ms"]) == ("rtp", None)

        async def skews_are_known() -> bool:
            found = {item["id"]: item["clock_skew_ms"] for item in (await daemon.get("/cameras"))["items"]}
            prompt, late = found[f"cam-{PROMPT}"], found[f"cam-{LATE}"]
            return prompt is not None and late is not None and prompt - late > DELAY_S * 900

        await until("the late camera is seen to be late", skews_are_known)
        async with daemon.session.get("/metrics") as response:
            text = await response.text()
        assert f'clock_skew_seconds{{area="dongmen",camera="cam-{WRONG}"}} -3600.' in text
        assert f'clock_skew_seconds{{area="dongmen",camera="cam-{SILENT}"}}' not in text
        found = await probed(f"{base}/cam/{WRONG:04}/sub")
        assert -3_601_000 < found["clock_skew_ms"] < -3_599_900
        assert "the camera's clock is off by -60 min: set it, or give it NTP" in found["quirks"]
        found = await probed(f"{base}/cam/{SILENT:04}/sub")
        assert found["clock_skew_ms"] is None
        assert "no RTCP sender report: the camera's clock is unknown" in found["quirks"]
