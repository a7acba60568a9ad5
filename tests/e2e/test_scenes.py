"""Scenes, steps, tours and the schedule in the real daemon, read back from the wall's pixels."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.e2e.pictures import cameras_shown
from tests.e2e.reading import look, until_shown
from tests.e2e.site import Daemon, Site, cameras, farm, until

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocks_loop]


async def call(daemon: Daemon, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    """Return the JSON that answers a call; fails unless it has this status."""
    async with daemon.session.request(method, f"/api/v1{path}", json=body) as response:
        assert response.status == status, f"{method} {path}: {response.status} {await response.text()}"
        return await response.json(content_type=None)


def sources(*numbers: int) -> list[str]:
    return [f"camera:cam-{number}" for number in numbers]


async def test_scenes_are_taken_and_taken_back_as_the_pixels_say(daemon: Daemon) -> None:
    await daemon.until_live(["1", "2", "3", "4"])
    await call(daemon, "POST", "/scenes", {"id": "day", "name": "白天", "walls": [{"wall": "main"}]}, 201)
    night = {"wall": "main", "layout": "1+5", "sources": sources(8, 7, 6)}
    scene = {"id": "night", "name": "夜间", "walls": [night], "transition": "dissolve", "dissolve_ms": 200}
    await call(daemon, "POST", "/scenes", scene, 201)
    taken = await call(daemon, "POST", "/scenes/night/take")
    assert (taken["walls"][0]["layout"], taken["missing"]) == ("1+5", [])
    await daemon.until_live(["1", "2", "3"])
    await until_shown(daemon, {"1": 8, "2": 7, "3": 6})
    await call(daemon, "POST", "/walls/main/undo")
    await daemon.until_live(["1", "2", "3", "4"])
    await until_shown(daemon, {"1": 1, "2": 2, "3": 3, "4": 4})
    await call(daemon, "POST", "/walls/main/redo")
    await daemon.until_live(["1", "2", "3"])
    await until_shown(daemon, {"1": 8, "2": 7, "3": 6})
    await call(daemon, "POST", "/scenes/day/take")
    await daemon.until_live(["1", "2", "3", "4"])
    await until_shown(daemon, {"1": 1, "2": 2, "3": 3, "4": 4})


async def test_a_tour_shows_one_camera_after_the_other_and_gives_way(daemon: Daemon) -> None:
    await daemon.until_live(["1", "2", "3", "4"])
    tour = {
        "id": "t",
        "name": "轮巡",
        "wall": "main",
        "cells": ["3"],
        "dwell_s": 5,
        "sources": sources(5, 6, 7),
    }
    await call(daemon, "POST", "/tours", tour, 201)
    await call(daemon, "POST", "/tours/t/start")
    seen: list[int] = []

    async def been_round() -> bool:
        number = cameras_shown(*await look(daemon)).get("3")
        if number in (5, 6, 7) and [number] != seen[-1:]:
            seen.append(number)
        return len(seen) >= 4

    await until("the tour has been round", been_round)
    assert seen[:4] in ([5, 6, 7, 5], [6, 7, 5, 6], [7, 5, 6, 7]), seen
    await call(daemon, "PUT", "/walls/main/cells/3", {"source": "camera:cam-8"})
    paused = await call(daemon, "GET", "/tours/t")
    assert (paused["state"], paused["halt"]) == ("paused", "touched")
    await until_shown(daemon, {"1": 1, "2": 2, "3": 8, "4": 4})
    await call(daemon, "POST", "/tours/t/resume")
    await until_shown(daemon, {"1": 1, "2": 2, "3": 5, "4": 4})


async def test_a_dead_camera_is_skipped(site: Site) -> None:
    async with farm(4) as base:
        entries = cameras(base, 4)
        dead = {"main": {"url": f"{base}/cam/9998/main"}, "sub": {"url": f"{base}/cam/9998/sub"}}
        site.cameras = [*entries, {**entries[0], **dead, "id": "cam-5", "name": "坏"}]
        async with site.run() as daemon:
            await daemon.until_live(["1", "2", "3", "4"])
            tour = {
                "id": "t",
                "name": "轮巡",
                "wall": "main",
                "cells": ["1"],
                "dwell_s": 2,
                "area": "dongmen",
            }
            await call(daemon, "POST", "/tours", tour, 201)
            started = await call(daemon, "POST", "/tours/t/start")
            assert (started["live"], started["total"]) == (4, 5)
            seen: set[str] = set()

            async def been_round() -> bool:
                seen.add((await daemon.get("/walls/main"))["tiles"][0]["source"])
                return len(seen) == 4

            await until("all that are live had their turn", been_round)
            assert "camera:cam-5" not in seen


async def test_the_schedule_takes_a_scene_and_a_restart_keeps_all(site: Site) -> None:
    async with farm(4) as base:
        site.cameras = cameras(base, 4)
        async with site.run() as daemon:
            await daemon.until_live(["1"])
            night = {"wall": "main", "layout": "2x2", "sources": sources(4, 3)}
            await call(daemon, "POST", "/scenes", {"id": "night", "name": "夜间", "walls": [night]}, 201)
            at = (datetime.now() + timedelta(seconds=10)).time().isoformat("seconds")
            entry = {"id": "e", "action": "take", "target": "night", "at": at}
            await call(daemon, "POST", "/schedule", entry, 201)
            await until_shown(daemon, {"1": 4, "2": 3})

            async def done() -> bool:
                return bool((await call(daemon, "GET", "/schedule/e"))["entry"]["outcome"] == "done")

            await until("the entry is done", done)
            await call(daemon, "PUT", "/walls/main/cells/1", {"source": "camera:cam-1"})
        async with site.run() as daemon:
            assert [scene["id"] for scene in (await daemon.get("/scenes"))["items"]] == ["night"]
            await daemon.until_live(["1", "2"])
            await until_shown(daemon, {"1": 1, "2": 3})
            assert (await daemon.get("/walls/main/steps"))["undo"] == 2
            await call(daemon, "POST", "/walls/main/undo")
            await until_shown(daemon, {"1": 4, "2": 3})
