"""The picture on the wall says how it is: every state of a tile, read back from the pixels of a snapshot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
import yaml

from commandwall.compose.palette import ALARM
from commandwall.compose.patch import Sheet
from commandwall.media.still import to_bgr
from commandwall.model.overlays import Alarm, AlarmLevel
from commandwall.model.wall import TileState
from tests.e2e.pictures import decode
from tests.e2e.saying import FACES, Mark, Picture, look_of, says, states_said
from tests.e2e.site import Daemon, Site, cameras, farm, until

pytestmark = [pytest.mark.timeout(180), pytest.mark.blocks_loop]

LIVE, STALLS, FREEZES, IS_CORRUPT, HAS_NO_KEY, NEVER_ANSWERS, IS_HIDDEN, IS_ALARMED = (
    str(n) for n in range(1, 9)
)
EMPTY = "9"
FAULTS = [
    {"cameras": [int(STALLS)], "faults": [{"kind": "stall", "after_s": 8}]},
    {"cameras": [int(FREEZES)], "scenario": "frozen-picture"},
    {"cameras": [int(IS_CORRUPT)], "scenario": "corrupt-nal-units"},
    {"cameras": [int(HAS_NO_KEY)], "scenario": "no-key-frame-for-a-minute"},
    {"cameras": [int(NEVER_ANSWERS)], "scenario": "accepts-and-never-answers"},
]


@asynccontextmanager
async def staged(site: Site) -> AsyncIterator[Daemon]:
    """Run a wall of nine cells: eight cameras, five of which fail, each in its way, and an empty one."""
    faults = site.folder / "faults.yaml"
    faults.write_text(yaml.safe_dump(FAULTS))
    off = dict.fromkeys(("area", "time", "age", "bitrate"), "off")
    site.wall |= {"layout": "3x3", "labels": {**off, "state": "on"}}
    site.wall["heads"][1]["hide"] = {"cameras": [f"cam-{IS_HIDDEN}"]}
    async with farm(8, "--faults", str(faults)) as base:
        site.cameras = cameras(base, 8)
        async with site.run() as daemon:
            await daemon.until_live([LIVE])
            yield daemon


async def look(daemon: Daemon, cell: str, path: str = "snapshot.png") -> tuple[Picture, dict[str, Any]]:
    """Return a picture of the wall and the tile of ``cell``."""
    tiles = {tile["cell"]: tile for tile in (await daemon.get("/walls/main"))["tiles"]}
    return decode(await daemon.picture(f"/walls/main/{path}")), tiles[cell]


async def until_said(daemon: Daemon, cell: str, state: TileState, *, mark: Mark = Mark.NONE) -> None:
    """Wait until the pixels of a tile can be read as this, and as nothing else."""

    async def said() -> bool:
        picture, tile = await look(daemon, cell)
        return tile["state"] == state and states_said(picture, tile) == {(state, mark)}

    await until(f"the picture of tile {cell} says {state} {mark}", said)


async def test_every_state_is_said_by_the_picture_itself(site: Site) -> None:
    async with staged(site) as daemon:
        await until_said(daemon, EMPTY, TileState.EMPTY)
        await until_said(daemon, LIVE, TileState.LIVE)
        await until_said(daemon, HAS_NO_KEY, TileState.CONNECTING)
        await until_said(daemon, IS_CORRUPT, TileState.LIVE, mark=Mark.DAMAGED)
        await until_said(daemon, STALLS, TileState.LATE)
        await until_said(daemon, FREEZES, TileState.FROZEN)
        await until_said(daemon, NEVER_ANSWERS, TileState.LOST)
        await until_said(daemon, STALLS, TileState.LOST)
        await until_said(daemon, LIVE, TileState.LIVE)


async def test_what_could_not_be_decoded_is_not_shown(site: Site) -> None:
    """While a camera sends noise in its frames, what is shown of it differs from a whole frame by nothing."""
    async with staged(site) as daemon:
        await until_said(daemon, IS_CORRUPT, TileState.LIVE, mark=Mark.DAMAGED)
        for _ in range(12):
            picture, tile = await look(daemon, IS_CORRUPT)
            x, y, width, height = tile["rect"]
            pixels = picture[y : y + height, x : x + width].astype(int)
            blue, green, red = (pixels[:, :, channel] for channel in range(3))
            assert ((green > 200) & (red < 60) & (blue < 60)).mean() < 0.001, "a green smear"


async def test_a_head_says_which_tiles_it_does_not_show_and_the_wall_goes_on_with_them(site: Site) -> None:
    async with staged(site) as daemon:
        await until_said(daemon, IS_HIDDEN, TileState.LIVE)
        picture, tile = await look(daemon, IS_HIDDEN, "heads/left/snapshot.jpg")
        x, y, width, height = tile["rect"]
        expected = to_bgr(FACES.hidden(width, height).planes).astype(int)
        found = picture[y : y + height, x : x + width].astype(int)
        assert np.abs(found - expected).mean() < 4 and np.abs(found - expected).max() < 90
        await until_said(daemon, IS_HIDDEN, TileState.LIVE)
        neighbour, other = await look(daemon, "4", "heads/left/snapshot.jpg")
        assert decode_differs(neighbour, other["rect"], expected)


def decode_differs(picture: Picture, rect: list[int], veil: np.ndarray[Any, Any]) -> bool:
    x, y, width, height = rect
    return bool(
        np.abs(picture[y : y + height, x : x + width].astype(int) - veil[:height, :width]).mean() > 10
    )


@pytest.mark.parametrize("level", AlarmLevel)
async def test_an_alarm_is_said_and_flashes_until_it_is_cleared(site: Site, level: AlarmLevel) -> None:
    async with staged(site) as daemon:
        await until_said(daemon, IS_ALARMED, TileState.LIVE)
        path = f"/cameras/cam-{IS_ALARMED}/alarm"
        status, document = await daemon.put(path, {"level": level, "text": "烟雾探测器", "flash": True})
        assert (status, document["level"]) == (200, level)
        alarm = Alarm(level, "烟雾探测器")

        async def lit() -> bool:
            picture, tile = await look(daemon, IS_ALARMED)
            return says(picture, tile, look_of(tile, alarm=alarm))

        async def dark() -> bool:
            picture, tile = await look(daemon, IS_ALARMED)
            return not says(picture, tile, look_of(tile, alarm=alarm)) and words_are_there(
                picture, tile, level
            )

        await until("the border is lit", lit)
        await until("only the words are there", dark)
        await until("the border is lit again", lit)
        assert (await daemon.get(f"/cameras/cam-{IS_ALARMED}"))["alarm"] == level
        async with daemon.session.delete(f"/api/v1{path}") as response:
            assert response.status == 204
        await until_said(daemon, IS_ALARMED, TileState.LIVE)


def words_are_there(picture: Picture, tile: dict[str, Any], level: AlarmLevel) -> bool:
    """Return whether the tile begins, at its top left, with the colour of the alarm."""
    x, y, _, _ = tile["rect"]
    expected = to_bgr(Sheet(2, 2, ALARM[level]).finish().planes)
    return bool(np.abs(picture[y + 2, x + 2].astype(int) - expected[0, 0]).max() < 12)
