"""Two people at the panel of a real daemon and one camera that both want to move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from commandwall.control.lease import LEASE_S
from commandwall.onvif.ptz import Position
from simulators.onvif.device import Device, farm_streams
from simulators.onvif.server import OnvifServer
from tests.e2e.site import Daemon, Site, until

pytestmark = pytest.mark.blocks_loop

USER, PASSWORD = "admin", "canary-of-the-camera"
PTZ = "/api/v1/cameras/dome/ptz"


@pytest.fixture
def dome() -> Device:
    return Device(1, farm_streams("rtsp://127.0.0.1:1", 1))


@pytest.fixture
async def daemon(site: Site, dome: Device) -> AsyncIterator[Daemon]:
    async with OnvifServer([dome], passwords={USER: PASSWORD}) as server:
        (site.folder / "secret").write_text(PASSWORD)
        site.extra["credentials"] = {"dome": {"user": USER, "password_file": "secret"}}
        site.cameras = [
            {
                "id": "dome",
                "name": "球机",
                "area": "dongmen",
                "sub": {"url": "rtsp://127.0.0.1:1/sub"},
                "onvif": {"url": f"http://127.0.0.1:{server.port}/onvif/device_service"},
                "credentials": "dome",
            }
        ]
        async with site.run() as running:
            yield running


@pytest.fixture
async def desks(daemon: Daemon) -> AsyncIterator[dict[str, aiohttp.ClientSession]]:
    """Return the signed-in sessions of two operators and their chief, an administrator."""
    async with AsyncExitStack() as stack:
        sessions = {}
        for name, role in {"wang": "operator", "li": "operator", "chief": "admin"}.items():
            account = {"name": name, "role": role, "password": f"password of {name}"}
            assert (await daemon.session.post("/api/v1/users", json=account)).status < 300
            jar = aiohttp.CookieJar(unsafe=True)
            session = aiohttp.ClientSession(daemon.site.url, cookie_jar=jar)
            sessions[name] = await stack.enter_async_context(session)
            login = {"username": name, "password": account["password"]}
            assert (await session.post("/api/v1/login", json=login)).status == 200
        yield sessions


async def order(session: aiohttp.ClientSession, verb: str, **fields: Any) -> tuple[int, dict[str, Any]]:
    """Return (status, JSON) of one command."""
    async with session.post(PTZ, json={"verb": verb, **fields}) as response:
        return response.status, await response.json(content_type=None)


async def still(dome: Device) -> None:
    async def check() -> bool:
        return not dome.moving and dome.calls[-1] == "Stop"

    await until("the camera is stopped", check, timeout_s=LEASE_S - 2)  # The end of a lease stops it as well.


async def test_two_operators_one_camera(
    daemon: Daemon, desks: dict[str, aiohttp.ClientSession], dome: Device
) -> None:
    wang, li, chief = desks["wang"], desks["li"], desks["chief"]
    status, lease = await order(wang, "goto", pan=0.5, tilt=0.25, zoom=0.5)
    assert (status, lease["holder"]) == (200, "wang")
    assert dome.position == Position(0.5, 0.25, 0.5)

    status, problem = await order(li, "home")
    assert (status, problem["type"]) == (409, "urn:commandwall:problem:held")
    assert "'dome' is operated by wang" in problem["detail"]
    assert dome.position == Position(0.5, 0.25, 0.5)

    assert (await order(wang, "move", pan=-1))[0] == 200
    assert (await order(chief, "preset", preset="2"))[0] == 200  # A higher role takes over.
    assert dome.position == Position(-0.5, 0.0, 0.0)
    assert (await order(wang, "move", pan=1))[0] == 409
    assert not dome.moving

    assert (await order(chief, "release"))[1]["holder"] == ""
    assert (await order(li, "home"))[1]["holder"] == "li"

    async def free() -> bool:
        return not (await daemon.get("/cameras/dome/ptz"))["lease"]["holder"]

    await until("the lease of li is over", free, timeout_s=LEASE_S + 15)
    assert (await order(wang, "home"))[1]["holder"] == "wang"


async def test_a_camera_stops_when_whoever_moves_it_is_gone(
    desks: dict[str, aiohttp.ClientSession], dome: Device
) -> None:
    assert (await order(desks["wang"], "move", pan=0.5, zoom=0.5))[0] == 200
    assert "ContinuousMove" in dome.calls
    await desks["wang"].close()
    await still(dome)


async def test_a_camera_stops_when_the_daemon_ends(site: Site, dome: Device) -> None:
    async with OnvifServer([dome]) as server:
        site.cameras = [
            {
                "id": "dome", "name": "球机", "area": "dongmen", "sub": {"url": "rtsp://127.0.0.1:1/sub"},
                "onvif": {"url": f"http://127.0.0.1:{server.port}/onvif/0001/device_service"},
            }
        ]  # fmt: skip
        async with site.run() as daemon:
            assert (await order(daemon.session, "move", tilt=0.5))[0] == 200
        assert dome.calls[-1] == "Stop"
        assert not dome.moving


async def test_who_operates_is_told_to_everybody_and_kept(
    daemon: Daemon, desks: dict[str, aiohttp.ClientSession]
) -> None:
    async with daemon.session.ws_connect("/api/v1/events") as events:
        assert (await order(desks["wang"], "move", pan=0.5))[0] == 200
        assert (await order(desks["wang"], "stop"))[0] == 200
        told: list[dict[str, Any]] = []
        while not any(event["type"] == "ptz" for event in told):
            told.append(await events.receive_json(timeout=5))
        assert (told[-1]["ptz"]["camera"], told[-1]["ptz"]["holder"]) == ("dome", "wang")
    lines = (await daemon.get("/audit?limit=20"))["items"]
    moved = [line["detail"] for line in lines if line["action"] == "camera.ptz" and line["who"] == "wang"]
    assert moved == ["stop", "move pan=0.5"]


async def test_the_cameras_password_is_told_to_nobody(daemon: Daemon, dome: Device) -> None:
    assert (await order(daemon.session, "preset", preset="9"))[0] == 422
    dome.ahead_s = 86_400  # From now on its tokens are stale, so it refuses.
    status, problem = await order(daemon.session, "home")
    assert (status, problem["type"]) == (503, "urn:commandwall:problem:unavailable")
    assert "camera 'dome': GotoHomePosition: 127.0.0.1" in problem["detail"]
    assert "canary" not in str(problem)
    assert (await order(daemon.session, "home"))[0] == 200  # It has learnt the camera's time anew.
