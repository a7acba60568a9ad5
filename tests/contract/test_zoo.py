"""Every scenario of the zoo on one wall of a real daemon: each camera ends as its row says."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from commandwall.base.tasks import spawn
from commandwall.model.camera import FeedState
from simulators.faults.zoo import ZOO_FILE, Expected, Scenario, zoo
from tests.e2e.site import Daemon, Site, farm, until

SCENARIOS = {scenario.name: scenario for scenario in zoo(ZOO_FILE)}
LAYOUT, CELLS = "10x10", 100
SUB = "320x180@10:256k"
POLL_S = 0.2
PATIENCE_S = 110.0
STEADY_S = 3.0
TOGETHER_S, TOGETHER_LEAST = 2.0, 5
"""Where so many cameras fall silent within this time, the machine stood still; rows foresee three at most."""

pytestmark = [pytest.mark.blocks_loop, pytest.mark.timeout(240)]


class History:
    """What the daemon has said of every camera since it began, and says now."""

    def __init__(self) -> None:
        self._changes: dict[str, list[tuple[FeedState, float]]] = defaultdict(
            lambda: [(FeedState.CONNECTING, 0.0)]
        )
        self.reasons: dict[str, list[str]] = defaultdict(list)
        self.items: dict[str, dict[str, Any]] = {}
        self.tiles: dict[str, dict[str, Any]] = {}
        self.sizes: dict[str, set[tuple[int, int]]] = defaultdict(set)
        self.damaged: set[str] = set()
        self.workers: list[dict[str, Any]] = []

    async def hear(self, daemon: Daemon) -> None:
        """Note every change of a camera that the daemon tells, until cancelled: some last for a second."""
        for item in (await daemon.get("/cameras"))["items"]:
            self._note(item)
        async with daemon.session.ws_connect("/api/v1/events", max_msg_size=0) as events:
            assert (await events.receive_json())["type"] == "hello"
            begun = {item["id"]: item for item in (await daemon.get("/cameras"))["items"]}
            newest = await newest_event(daemon)
            async for message in events:
                if (event := message.json())["type"] == "camera":
                    begun.pop(event["camera"]["id"], None)
                    self._note(event["camera"])
                if event["seq"] >= newest:  # Who was not named until then has been so since this began.
                    while begun:
                        self._note(begun.popitem()[1])

    async def follow(self, daemon: Daemon) -> None:
        """Ask the daemon again and again for figures, until cancelled."""
        while True:
            for item in (await daemon.get("/cameras"))["items"]:
                self.items[item["id"]] = item
                self.sizes[item["id"]].add((item["width"], item["height"]))
            for tile in (await daemon.get("/walls/main"))["tiles"]:
                camera = tile["source"].removeprefix("camera:")
                self.tiles[camera] = tile
                if tile["damaged"]:
                    self.damaged.add(camera)
            self.workers = (await daemon.get("/workers"))["items"]
            await asyncio.sleep(POLL_S)

    def _note(self, item: dict[str, Any]) -> None:
        camera, state = item["id"], FeedState(item["state"])
        if self._changes[camera][-1][0] is not state:
            self._changes[camera].append((state, asyncio.get_running_loop().time()))
        if item["reason"] and self.reasons[camera][-1:] != [item["reason"]]:
            self.reasons[camera].append(item["reason"])

    def steady(self, camera: str) -> bool:
        """Return whether the camera has been in its state for a while."""
        return asyncio.get_running_loop().time() - self._changes[camera][-1][1] > STEADY_S

    def states(self, camera: str, expected: Sequence[FeedState]) -> tuple[FeedState, ...]:
        """Return the states the camera went through: without silences of the machine that its row has not."""
        states = [state for state, _ in self._changes[camera]]
        for index, (state, at_s) in reversed([*enumerate(self._changes[camera])]):
            if tuple(states) == expected[: len(states)]:
                break
            ended = states[index + 1 : index + 2] in ([], [FeedState.LIVE])
            if state is FeedState.STALLED and ended and self._machine_stood(at_s):
                del states[index : index + 2]
        return tuple(states)

    def _machine_stood(self, at_s: float) -> bool:
        """Return whether cameras fell silent together about ``at_s``."""
        silent = {
            camera
            for camera, changes in self._changes.items()
            if any(state is FeedState.STALLED and abs(then - at_s) < TOGETHER_S for state, then in changes)
        }
        return len(silent) >= TOGETHER_LEAST

    def shows(self, camera: str, expected: Expected) -> bool:
        """Return whether the camera's tile and figures are what its row says."""
        item, tile = self.items.get(camera, {}), self.tiles.get(camera, {})
        figures = ((item.get(name), low, high) for name, (low, high) in expected.figures.items())
        within = (figure is not None and low <= figure <= high for figure, low, high in figures)
        whole = expected.damaged is None or expected.damaged is (camera in self.damaged)
        told = whole and expected.sizes <= self.sizes[camera]
        return tile.get("state") == expected.tile and all(within) and told

    def told(self, camera: str) -> str:
        """Return all that is known of the camera, for a test that fails."""
        marks = self.sizes[camera], camera in self.damaged
        told = self.reasons[camera], self.items.get(camera), self.tiles.get(camera), *marks
        return "\n".join(map(str, told))


async def newest_event(daemon: Daemon) -> int:
    """Return the number of the daemon's newest event."""
    async with daemon.session.ws_connect("/api/v1/events") as events:
        return int((await events.receive_json())["seq"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("zoo")


@pytest.fixture(scope="module")
def fault_file(folder: Path) -> Path:
    """Give each scenario a camera, in the order of the zoo."""
    path = folder / "faults.yaml"
    entries = [{"cameras": number, "scenario": name} for number, name in enumerate(SCENARIOS, 1)]
    path.write_text(yaml.safe_dump(entries))
    return path


def entry(base: str, number: int, scenario: Scenario) -> dict[str, Any]:
    """Return the configuration of a scenario's camera."""
    url = f"{base}/cam/{number:04}/sub"
    return {
        "id": scenario.name,
        "name": scenario.name,
        "area": "dongmen",
        "sub": {"url": url, "transport": scenario.transport.value},
        "credentials": "zoo",
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def history(folder: Path, fault_file: Path, free_port: Callable[[], int]) -> AsyncIterator[History]:
    """Run farm and daemon, with a tile for each scenario, and follow what the daemon says."""
    site = Site(folder, free_port())
    (folder / "secret").write_text("right-or-wrong-7")
    site.extra["credentials"] = {"zoo": {"user": "admin", "password_file": "secret"}}
    site.wall = {**site.wall, "layout": LAYOUT, "fps": 10}
    count = len(SCENARIOS)
    async with farm(count, "--faults", str(fault_file), "--sub", SUB, "--wait") as base:
        site.cameras = [entry(base, number, each) for number, each in enumerate(SCENARIOS.values(), 1)]
        async with site.run() as daemon, asyncio.TaskGroup() as group:
            history = History()
            hearing = spawn(group, history.hear(daemon), "hear the daemon")
            await until("the daemon is ready", daemon.ready)  # so that no test starts its processes
            following = spawn(group, history.follow(daemon), "follow the daemon")
            yield history
            hearing.cancel()
            following.cancel()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_camera_ends_as_its_row_says(history: History, name: str) -> None:
    expected = SCENARIOS[name].expected

    async def ended() -> bool:
        if not history.steady(name):
            return False  # Whether others fell silent with it is known a moment later.
        seen = history.states(name, expected.states)
        assert seen == expected.states[: len(seen)], f"{name}: {seen}\n{history.told(name)}"
        return seen == expected.states and history.shows(name, expected)

    try:
        await until(f"{name} is {expected}", ended, PATIENCE_S)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{history.told(name)}") from None
    assert any(words.startswith(expected.reason) for words in history.reasons[name] or [""])


@pytest.mark.asyncio(loop_scope="module")
async def test_no_worker_died_of_it(history: History) -> None:
    assert [worker["restarts"] for worker in history.workers] == [0] * len(history.workers)
    assert history.workers


def test_the_zoo_fits_the_wall() -> None:
    assert len(SCENARIOS) <= CELLS
