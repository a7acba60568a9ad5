"""Layouts on the wall itself, read from its pixels: over one another, enlarged, full screen and back."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from simulators import barcode
from tests.e2e.pictures import cameras_shown, codes, decode
from tests.e2e.reading import look, until_shown
from tests.e2e.site import Daemon, Site, cameras, farm, until

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop]

CLOSE = [0.35, 0.0, 0.64, 0.64]
"""A part of a picture that holds its whole bar code, and not much of the rest."""


def enlarged_camera(tile: NDArray[np.uint8], crop: list[float]) -> int | None:
    """Return the camera whose picture ``tile`` is a part of, put back to where it was cut out."""
    x, y, width, height = crop
    high, wide = round(tile.shape[0] / height), round(tile.shape[1] / width)
    whole = np.zeros((high, wide), np.uint8)
    left, top = round(x * wide), round(y * high)
    part = cv2.cvtColor(tile, cv2.COLOR_BGR2GRAY)[: high - top, : wide - left]
    whole[top : top + part.shape[0], left : left + part.shape[1]] = part
    code = barcode.read(whole)
    return code.camera if code else None


async def fills(daemon: Daemon, camera: int) -> bool:
    """Return whether the canvas is like the newest picture of this camera, more than of any other."""
    canvas, _ = await look(daemon)
    differences = {}
    for item in (await daemon.get("/cameras"))["items"]:
        still = decode(await daemon.picture(f"/cameras/{item['id']}/snapshot.jpg"))
        sizes = [cv2.resize(picture, (160, 90), interpolation=cv2.INTER_AREA) for picture in (canvas, still)]
        differences[item["id"]] = cv2.norm(sizes[0][:80], sizes[1][:80], cv2.NORM_L1)
    nearest = min(differences.items(), key=lambda item: item[1])[0]
    return bool(nearest == f"cam-{camera}")


async def test_a_picture_over_another_is_never_painted_over(daemon: Daemon) -> None:
    sources = ["camera:cam-5", "camera:cam-6"]
    status, wall = await daemon.put("/walls/main/layout", {"layout": "pip", "sources": sources})
    assert (status, [tile["z"] for tile in wall["tiles"]]) == (200, [0, 1])
    await daemon.until_live(["1", "2"])
    await until_shown(daemon, {"1": 5, "2": 6})
    under: set[int] = set()
    over: set[int] = set()

    async def both_move() -> bool:
        found = codes(*await look(daemon))
        if found["2"] is None:
            return False
        assert found["2"].camera == 6
        over.add(found["2"].value)
        under.update([found["1"].value] if found["1"] else [])
        return min(len(under), len(over)) > 4

    await until("both pictures move", both_move)


async def test_a_part_of_a_picture_is_shown_where_it_belongs_and_goes_along(daemon: Daemon) -> None:
    await daemon.until_live(["1", "4"])
    status, wall = await daemon.put("/walls/main/cells/3/view", {"crop": CLOSE})
    assert (status, wall["tiles"][2]["crop"]) == (200, CLOSE)

    def shows(cell: str, camera: int) -> Any:
        async def read() -> bool:
            picture, tiles = await look(daemon)
            x, y, width, height = next(tile["rect"] for tile in tiles if tile["cell"] == cell)
            return enlarged_camera(picture[y : y + height, x : x + width], CLOSE) == camera

        return read

    await until("the part of the picture is there", shows("3", 3))
    async with daemon.session.post("/api/v1/walls/main/swap", json={"first": "1", "second": "3"}) as answer:
        assert answer.status == 200
    await until("it went along", shows("1", 3))
    async with daemon.session.delete("/api/v1/walls/main/cells/1/view") as answer:
        assert (await answer.json())["tiles"][0]["crop"] == [0, 0, 1, 1]
    await until_shown(daemon, {"1": 3, "3": 1, "4": 4, "2": 2})


async def test_a_cell_fills_the_wall_and_back_is_exactly_what_was(site: Site) -> None:
    async with farm(4) as base:
        site.cameras = cameras(base, 4)
        async with site.run() as daemon:
            await daemon.until_live(["1", "2", "3", "4"])
            before = await daemon.get("/walls/main")
            status, wall = await daemon.put("/walls/main/full", {"cell": "3"}, **{"If-Match": '"1"'})
            assert (status, wall["full"], wall["layout"]) == (200, "3", "2x2")
            assert [(tile["cell"], tile["rect"]) for tile in wall["tiles"]] == [("3", [0, 0, 1280, 720])]
            await daemon.until_live(["3"])
            await until("the canvas is the picture of camera 3", lambda: fills(daemon, 3))
        async with site.run() as daemon:
            await daemon.until_live(["3"])
            assert (await daemon.get("/walls/main"))["full"] == "3"
            async with daemon.session.delete("/api/v1/walls/main/full") as answer:
                after = await answer.json()
            assert [(tile["cell"], tile["source"], tile["rect"]) for tile in after["tiles"]] == [
                (tile["cell"], tile["source"], tile["rect"]) for tile in before["tiles"]
            ]
            await until_shown(daemon, {"1": 1, "2": 2, "3": 3, "4": 4})


async def test_the_layout_that_fits_is_found_and_what_is_shown_keeps_its_place(daemon: Daemon) -> None:
    await daemon.until_live(["1", "4"])
    sources = [f"camera:cam-{number}" for number in (8, 4, 7, 1, 6)]
    _, wall = await daemon.put("/walls/main/layout", {"layout": "auto", "sources": sources})
    assert wall["layout"] == "1+5"
    await daemon.until_live([tile["cell"] for tile in wall["tiles"] if tile["source"] != "none"])
    picture, tiles = await look(daemon)
    corners = {tile["source"]: tile["rect"] for tile in tiles}
    assert corners["camera:cam-1"][:2] == [0, 0]
    x, y, width, height = corners["camera:cam-4"]
    assert (x + width, y + height) == (1280, 720)
    assert cameras_shown(picture, tiles).items() >= {"1": 1, "6": 4}.items()


async def test_the_biggest_cell_takes_a_camera(daemon: Daemon) -> None:
    sources = [f"camera:cam-{number}" for number in range(1, 7)]
    await daemon.put("/walls/main/layout", {"layout": "1+5", "sources": sources})
    _, wall = await daemon.put("/walls/main/biggest", {"source": "camera:cam-4"})
    assert [tile["source"][-1] for tile in wall["tiles"]] == ["4", "2", "3", "1", "5", "6"]
    await daemon.until_live(["1", "4"])
    await until_shown(daemon, {"1": 4, "2": 2, "3": 3, "4": 1, "5": 5, "6": 6})


async def test_a_layout_that_was_made_is_on_the_wall_and_still_there_after_a_restart(site: Site) -> None:
    own = {"name": "值班", "cells": ["1 2", ". 3"]}
    async with farm(3) as base:
        site.cameras = cameras(base, 3)
        async with site.run() as daemon:
            assert (await daemon.put("/layouts/own", own))[0] == 200
            sources = ["camera:cam-3", "camera:cam-1", "camera:cam-2"]
            assert (await daemon.put("/walls/main/layout", {"layout": "own", "sources": sources}))[0] == 200
            await until_shown(daemon, {"1": 3, "2": 1, "3": 2})
            assert (await daemon.put("/layouts/own", own))[0] == 409
        async with site.run() as daemon:
            assert (await daemon.get("/walls/main"))["layout"] == "own"
            await until_shown(daemon, {"1": 3, "2": 1, "3": 2})
