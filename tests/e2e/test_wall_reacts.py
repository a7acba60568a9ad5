"""A wall and a conference that react: who is called is seen on the wall, an incident is the content."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.conference.desk import Desk
from tests.e2e.pictures import cameras_shown, decode
from tests.e2e.site import Daemon, program, until

pytestmark = pytest.mark.timeout(180)


def contents(wall: dict[str, Any]) -> list[str]:
    """Return the sources of a wall, from cell to cell."""
    return [tile["source"] for tile in wall["tiles"]]


async def test_who_is_called_is_large_with_his_cameras_until_the_roll_is_over(daemon: Daemon) -> None:
    before = [f"camera:cam-{number}" for number in (5, 6, 7, 8)]
    status, _ = await daemon.put("/walls/main/layout", {"layout": "2x2", "sources": before})
    assert status == 200
    async with daemon.session.post(
        "/api/v1/conferences", json={"id": "flood", "name": "防汛会商", "wall": "main"}
    ) as response:
        assert response.status == 201, await response.text()
    desk = Desk(daemon.session, "flood")
    async with daemon.session.post(
        "/api/v1/conferences/flood/members",
        json={"name": "东门街道", "role": "site", "participant": "dongmen", "site": "dongmen"},
    ) as response:
        token = (await response.json())["token"]
    arguments = ("--url", daemon.site.url, "--conference", "flood", "--token", token)
    async with program("simulators.conference", *arguments, ready="ready "):

        async def seen() -> bool:
            (one,) = (await desk.roster())["participants"]
            return bool(one["people"])

        await until("the site sends a picture", seen)
        assert contents(await daemon.get("/walls/main")) == before
        await desk.chair("roll_call", "dongmen")

        async def large() -> bool:
            wall = await daemon.get("/walls/main")
            return all(tile["state"] == "live" for tile in wall["tiles"]) and contents(wall) == [
                "conference:flood/dongmen", "camera:cam-1", "camera:cam-2", "camera:cam-3"
            ]  # fmt: skip

        await until("the site is large, and its cameras are beside it", large)

        async def seen_so() -> bool:
            picture = decode(await daemon.picture("/walls/main/snapshot.png"))
            shown = cameras_shown(picture, (await daemon.get("/walls/main"))["tiles"])
            return shown == {"1": 1, "3": 2, "4": 3}  # The clock lies over the bar code of cell 2.

        await until("the canvas shows it so", seen_so)

        await desk.chair("gallery")

        async def as_before() -> bool:
            return contents(await daemon.get("/walls/main")) == before

        await until("the wall shows what it showed before", as_before)

        async def content(source: str) -> bool:
            return bool((await desk.roster())["content_holder"] == source)

        choices = (await daemon.get("/conferences/flood/content"))["items"]
        assert {"head:main/all", "camera:cam-6"} <= {choice["source"] for choice in choices}
        alarm = "/api/v1/cameras/cam-6/alarm"
        async with daemon.session.put(alarm, json={"level": "critical", "text": "积水"}) as response:
            assert response.status == 200, await response.text()
        await until("the incident is the content", lambda: content("camera:cam-6"))
        async with daemon.session.delete(alarm) as response:
            assert response.status == 204
        await until("it is content no more", lambda: content(""))
        async with daemon.session.post("/api/v1/conferences/flood/chair", json={"verb": "end"}):
            pass
