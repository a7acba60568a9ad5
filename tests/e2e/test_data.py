"""Data panels end to end: a value goes in by HTTP or a real Mosquitto, and the wall's pixels change."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiomqtt
import cv2
import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.e2e.pictures import codes, decode
from tests.e2e.site import Daemon, Site, farm, program, until

pytestmark = [pytest.mark.timeout(150), pytest.mark.blocks_loop]

GREEN, RED, AMBER = (138, 199, 52), (54, 62, 235), (20, 176, 251)  # blue, green, red
LEVEL = {
    "id": "level", "name": "水位", "kind": "gauge", "unit": "m", "min": 0, "max": 5,
    "thresholds": [{"at": 3, "level": "alarm"}],
}  # fmt: skip
PANELS = [
    LEVEL,
    {"id": "notice", "name": "通知", "kind": "text"},
    {"id": "plan", "name": "预案图", "kind": "picture"},
    {"id": "time", "name": "时间", "kind": "clock"},
]


@pytest.fixture
def site(tmp_path: Path, free_port: Callable[[], int]) -> Site:
    wall = {"id": "main", "name": "主墙", "size": [960, 540], "layout": "2x2"}
    return Site(tmp_path, free_port(), wall=wall, extra={"data": PANELS})


@pytest.fixture
def broker(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[int]:
    """Run a Mosquitto that anybody may use; return its port."""
    port = free_port()
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n")
    mosquitto = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    process = subprocess.Popen([mosquitto, "-c", config], stderr=subprocess.DEVNULL)
    while process.poll() is None and not listens(port):
        time.sleep(0.02)
    yield port
    process.terminate()
    process.wait()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def show(daemon: Daemon, *panels: str, wall: str = "main") -> None:
    sources = [f"data:{panel}" for panel in panels]
    status, body = await daemon.put(f"/walls/{wall}/layout", {"layout": "2x2", "sources": sources})
    assert status == 200, body
    await daemon.until_live([str(number + 1) for number in range(len(panels))], wall)


async def tile(daemon: Daemon, cell: str = "1", wall: str = "main") -> NDArray[np.uint8]:
    """Return what a cell shows, as BGR."""
    tiles = (await daemon.get(f"/walls/{wall}"))["tiles"]
    x, y, width, height = next(each["rect"] for each in tiles if each["cell"] == cell)
    return decode(await daemon.picture(f"/walls/{wall}/snapshot.png"))[y : y + height, x : x + width]


def has(picture: NDArray[np.uint8], colour: tuple[int, int, int], least: int = 1200) -> bool:
    """Return whether there is so much of a colour; a gauge's scale has some hundred pixels of each level."""
    near = np.abs(picture.astype(int) - colour).max(axis=2) < 26
    return int(near.sum()) >= least


async def until_shown(
    daemon: Daemon, colour: tuple[int, int, int], *, cell: str = "1", shown: bool = True, least: int = 1200
) -> None:
    async def seen() -> bool:
        return has(await tile(daemon, cell), colour, least) is shown

    await until(f"cell {cell} shows {colour}: {shown}", seen, 20)


async def test_a_value_goes_in_and_the_pixels_change(site: Site) -> None:
    async with site.run() as daemon:
        await show(daemon, "level", "notice", "plan", "time")
        await until_shown(daemon, GREEN, shown=False)
        status, told = await daemon.put("/data/level/value", {"value": 1.5})
        assert (status, told["value"], told["timed"]) == (200, 1.5, False)
        await until_shown(daemon, GREEN)
        status, told = await daemon.put("/data/level/value", {"value": 4, "at": int(time.time() * 1000)})
        assert (status, told["timed"], told["visible"]) == (200, True, True)
        await until_shown(daemon, RED)
        status, refused = await daemon.put("/data/level/value", {"value": "much"})
        assert (status, refused["errors"][0]["field"]) == (422, "value")
        assert has(await tile(daemon), RED), "the wall goes on with what it had"
        before = await tile(daemon, "2")
        await daemon.put("/data/notice/value", {"text": "各单位到岗 All units report", "level": "alarm"})
        await until_shown(daemon, RED, cell="2", least=60)
        assert (before != await tile(daemon, "2")).any()
        await picture_is_uploaded(daemon)
        await dead_worker_is_told_and_replaced(daemon)


async def picture_is_uploaded(daemon: Daemon) -> None:
    for suffix, kind, colour in ((".png", "image/png", (200, 60, 30)), (".jpg", "image/jpeg", (30, 200, 30))):
        _, data = cv2.imencode(suffix, np.full((270, 480, 3), colour, np.uint8))
        headers = {"Content-Type": kind}
        url = "/api/v1/data/plan/value"
        async with daemon.session.put(url, data=data.tobytes(), headers=headers) as response:
            assert response.status == 200, await response.text()
        await until_shown(daemon, colour, cell="3")
        async with daemon.session.put(url, data=data.tobytes()[:60], headers=headers) as response:
            assert response.status == 422
        files = [*(daemon.site.folder / "state" / "data").iterdir()]
        assert len(files) == 1, "only the picture that is shown is kept"


async def dead_worker_is_told_and_replaced(daemon: Daemon) -> None:
    worker = next(each for each in (await daemon.get("/workers"))["items"] if each["kind"] == "data")
    os.kill(worker["pid"], signal.SIGKILL)

    async def again() -> bool:
        now = next(each for each in (await daemon.get("/workers"))["items"] if each["kind"] == "data")
        return bool(now["restarts"] == 1 and now["state"] == "ready")

    await until("the worker is there again", again)
    await daemon.until_live(["1", "2", "3", "4"])
    await until_shown(daemon, RED)
    await until_shown(daemon, (30, 200, 30), cell="3")


async def test_a_value_that_gets_old_says_so(site: Site) -> None:
    site.extra["data"] = [{**LEVEL, "stale_after_s": 1}]
    async with site.run() as daemon:
        await show(daemon, "level")
        await daemon.put("/data/level/value", {"value": 1.5})
        await until_shown(daemon, AMBER)
        assert not has(await tile(daemon), GREEN), "an old figure is not shown like a new one"
        assert (await daemon.tile_states())["1"] == "live", "the panel is painted: only its value is old"

        async def like_new() -> bool:
            await daemon.put("/data/level/value", {"value": 1.5})  # It is new for a second only.
            return has(await tile(daemon), GREEN)

        await until("a new value is shown like one", like_new)


async def test_panels_that_operators_make_come_back(site: Site) -> None:
    async with site.run() as daemon:
        panel = {**LEVEL, "id": "made", "name": "新面板"}
        async with daemon.session.post("/api/v1/data", json=panel) as response:
            assert response.status == 201, await response.text()
        await daemon.put("/data/made/value", {"value": 4})
        await show(daemon, "made")
        await until_shown(daemon, RED)
    async with site.run() as daemon:
        await daemon.until_live(["1"])
        await until_shown(daemon, RED)
        async with daemon.session.delete("/api/v1/data/made") as response:
            assert response.status == 204
        assert (await daemon.tile_states())["1"] == "empty"


@asynccontextmanager
async def mqtt(port: int) -> AsyncIterator[Callable[..., Any]]:
    """Yield a function that publishes a value and returns the daemon's answer."""
    async with aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        await client.subscribe("answers")

        async def ask(panel: str, payload: str | bytes) -> Any:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.ResponseTopic = "answers"
            topic = f"commandwall/luohu/data/{panel}/set"
            await client.publish(topic, payload, qos=1, properties=properties)
            async with asyncio.timeout(10):
                return json.loads((await anext(aiter(client.messages))).payload)

        yield ask


@pytest.mark.needs("mosquitto")
async def test_sensors_feed_by_mqtt(site: Site, broker: int) -> None:
    site.extra["mqtt"] = {"url": f"mqtt://127.0.0.1:{broker}"}
    minute_ago = {"value": 4, "at": int(time.time() * 1000) - 60_000}
    async with aiomqtt.Client("127.0.0.1", broker) as client:
        await client.publish("commandwall/luohu/data/level/set", json.dumps(minute_ago), qos=1, retain=True)
        await client.publish("commandwall/luohu/data/notice/set", '"old?"', qos=1, retain=True)
    async with site.run() as daemon, mqtt(broker) as ask:
        await show(daemon, "level", "notice", "plan", "time")
        await until_shown(daemon, RED)
        level = await daemon.get("/data/level")
        assert level["timed"] and 60 <= level["age_s"] < 120, "what the broker kept tells its own age"
        assert (await daemon.get("/data/notice"))["at"] is None, "what was kept without a time is nothing"
        answer = await ask("level", "1.25")
        assert (answer["status"], answer["panel"]["value"]) == (200, 1.25)
        await until_shown(daemon, GREEN)
        refused = await ask("level", '{"value": 1, "at": "yesterday"}')
        assert (refused["status"], refused["errors"][0]["field"]) == (422, "at")
        assert (await ask("ghost", "1"))["status"] == 404
        _, png = cv2.imencode(".png", np.full((90, 160, 3), (30, 200, 30), np.uint8))
        assert (await ask("plan", png.tobytes()))["status"] == 200
        await until_shown(daemon, (30, 200, 30), cell="3")


@pytest.mark.needs("mosquitto")
@pytest.mark.parametrize("way", ["http", "mqtt"])
async def test_simulated_sensors_fill_the_panels(site: Site, broker: int, way: str) -> None:
    from simulators.weather import SENSORS

    site.extra |= {"mqtt": {"url": f"mqtt://127.0.0.1:{broker}"}, "data": [it.panel for it in SENSORS]}
    async with site.run() as daemon:
        async with daemon.session.post("/api/v1/tokens", json={"name": "s", "role": "sensor"}) as response:
            token = (await response.json())["token"]
        link = ("--url", site.url) if way == "http" else ("--mqtt", f"mqtt://127.0.0.1:{broker}")
        async with program("simulators.sensors", *link, ready="ready", SENSORS_TOKEN=token):

            async def fed() -> bool:
                panels = (await daemon.get("/data"))["items"]
                return all(panel["at"] for panel in panels if panel["kind"] != "clock")

            await until("every sensor has sent", fed)
            panels = {panel["id"]: panel for panel in (await daemon.get("/data"))["items"]}
            assert panels["water-hours"]["points"] >= 360  # All that it has missed, although at once.
            assert not any(panel["stale"] for panel in panels.values())
            await show(daemon, "map", "water-hours", "rain", "people")


async def test_on_an_aligned_wall_a_panel_is_in_step_with_the_video(site: Site, tmp_path: Path) -> None:
    """The camera's pictures are 0.4 s late and carry their time: the panel turns red when they reach it."""
    faults = tmp_path / "faults.yaml"
    faults.write_text(yaml.safe_dump([{"cameras": 1, "faults": [{"kind": "delay", "by_s": 0.4}]}]))
    async with farm(1, "--live", "1", "--faults", str(faults), "--sub", "320x180@15:300k") as base:
        sub = {"url": f"{base}/cam/0001/sub"}
        site.cameras = [{"id": "cam-1", "name": "甲", "area": "dongmen", "sub": sub}]
        site.wall["align_ms"] = 900
        async with site.run() as daemon:
            await daemon.put("/data/level/value", {"value": 1, "at": int(time.time() * 1000) - 5000})
            sources = ["camera:cam-1", "none", "data:level"]
            await daemon.put("/walls/main/layout", {"layout": "2x2", "sources": sources})
            await daemon.until_live(["1", "3"])
            await until("the wall waits for its camera", lambda: camera_is_late(daemon))
            tries = [await turn(daemon, red=red) for red in (True, False, True)]
            tiles = {each["cell"]: each for each in (await daemon.get("/walls/main"))["tiles"]}
    assert any(map(in_step, tries)), tries  # A machine that stands still makes a step of its own.
    assert tiles["3"]["skew_ms"] == 0.0, "the value of the time that the wall shows"


@dataclass(frozen=True)
class Turn:
    """A panel that is to turn at ``at_ms``: the times in the camera's tile before it has and after that."""

    at_ms: int
    before: list[int]
    after: list[int]


async def turn(daemon: Daemon, *, red: bool) -> Turn:
    """Have the panel turn red, or green again, in two seconds, and watch it."""
    turn = Turn(int(time.time() * 1000) + 2000, [], [])  # As from a plan: the panel has to wait for it.
    await daemon.put("/data/level/value", {"value": 4 if red else 1, "at": turn.at_ms})

    async def turned() -> bool:
        ms, is_red = await moment(daemon)
        if ms is not None:
            (turn.after if is_red is red else turn.before).append(ms)
        return len(turn.after) == 3

    await until(f"the panel is red: {red}", turned)
    return turn


def in_step(turn: Turn) -> bool:
    """Return whether the panel turned when the camera's pictures reached the time, within two of them."""
    return bool(turn.before) and max(turn.before) < turn.at_ms + 150 and min(turn.after) > turn.at_ms - 150


async def camera_is_late(daemon: Daemon) -> bool:
    ms, _ = await moment(daemon)
    return ms is not None and time.time() * 1000 - ms > 300


async def moment(daemon: Daemon) -> tuple[int | None, bool]:
    """Return the time in the camera's tile, and whether the panel is red beside it."""
    tiles = (await daemon.get("/walls/main"))["tiles"]
    picture = decode(await daemon.picture("/walls/main/snapshot.png"))
    code = codes(picture, tiles)["1"]
    x, y, width, height = next(each["rect"] for each in tiles if each["cell"] == "3")
    return (code.value if code else None), has(picture[y : y + height, x : x + width], RED)
