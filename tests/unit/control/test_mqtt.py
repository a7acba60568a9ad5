"""The MQTT interface at a broker that does what a test says; tests/e2e has a real one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from commandwall.control import mqtt
from commandwall.control.database import Database
from commandwall.control.mqtt import MqttBridge
from commandwall.control.users import Users
from commandwall.ipc.channel import Received
from commandwall.ipc.messages import TileTruth, WallReport
from commandwall.model.wall import TileState
from commandwall.settings.site import MqttSettings
from tests.unit.control.rig import Rig, open_rig

BASE = "commandwall/luohu"
GATE = json.dumps({"name": "东门广播", "url": "rtp://10.1.1.30:5004", "codec": "pcma"})


class Broker:
    """What the daemon is connected to: ``last`` is what it published last on each topic."""

    def __init__(self) -> None:
        self.last: dict[str, Any] = {}
        self.refuses: set[str] = set()
        self.connections = 0
        self._messages: asyncio.Queue[aiomqtt.Message | None] = asyncio.Queue()
        self._number = 0

    async def __aenter__(self) -> Broker:
        self.connections += 1
        return self

    async def __aexit__(self, *_: object) -> None:
        self.last.clear()

    async def subscribe(self, topic: str, **_: object) -> list[ReasonCode]:
        refused = topic.removeprefix(f"{BASE}/") in self.refuses
        return [ReasonCode(PacketTypes.SUBACK, identifier=0x87 if refused else 1)]

    async def publish(self, topic: str, payload: str | bytes, **_: object) -> None:
        self.last[topic.removeprefix(f"{BASE}/")] = json.loads(payload) if payload else None

    @property
    async def messages(self) -> AsyncIterator[aiomqtt.Message]:
        while (message := await self._messages.get()) is not None:
            yield message
        raise aiomqtt.MqttError("cut off")

    def cut(self) -> None:
        """End the connection; the daemon makes another."""
        self._messages.put_nowait(None)

    def brings(self, topic: str, payload: str, *, retain: bool = False) -> str:
        """Bring a message; return the topic of the answer to it."""
        self._number += 1
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ResponseTopic = f"answers/{self._number}"
        topic = f"{BASE}/{topic}"
        message = aiomqtt.Message(topic, payload.encode(), 1, retain, self._number, properties)
        self._messages.put_nowait(message)
        return f"answers/{self._number}"

    async def until(self, topic: str, condition: Callable[[Any], object] = lambda _: True) -> Any:
        """Wait until what was published last on ``topic`` fulfils ``condition``, and return it."""
        async with asyncio.timeout(10):
            while topic not in self.last or not condition(self.last[topic]):
                await asyncio.sleep(0.005)
        return self.last[topic]


@pytest.fixture
async def rig(database: Database, users: Users, short_dir: Path) -> AsyncIterator[Rig]:
    async with open_rig(database, users, short_dir, staged=True) as rig:
        yield rig


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()

    async def reach(_: MqttBridge) -> None:
        return

    monkeypatch.setattr(MqttBridge, "_reach", reach)
    monkeypatch.setattr(MqttBridge, "_client", lambda _: broker)
    return broker


@pytest.fixture
async def bridge(broker: Broker, rig: Rig) -> AsyncIterator[MqttBridge]:
    settings = MqttSettings("127.0.0.1", 1, False, "commandwall", None)
    async with MqttBridge(settings, rig.service, rig.events, rig.hall.speakers) as bridge:
        await broker.until("status", lambda status: status == {"status": "online"})
        yield bridge


def ticks(rig: Rig) -> None:
    """Let the wall say that all its tiles are live, as its process does once a second."""
    wall = rig.stage.walls["main"]
    shown = zip(wall.cells(wall.arrangement.layout), wall.arrangement.sources, strict=True)
    tiles = tuple(TileTruth(cell, str(source), TileState.LIVE, 0.04, 1) for cell, source in shown)
    report = WallReport(wall.arrangement.revision, 1, 0, 0.0, (), tiles, ())
    wall._hear(wall.worker, Received(report, b"", 0))


def states(wall: Any) -> set[str]:
    return {tile["state"] for tile in wall["tiles"]}


@pytest.mark.usefixtures("bridge")
async def test_a_wall_that_was_changed_is_told_again_once_its_tiles_are_live(
    broker: Broker, rig: Rig
) -> None:
    wall = rig.stage.walls["main"]
    ticks(rig)
    await broker.until("walls/main/state", lambda state: states(state) == {"live"})
    wall.set_cell("1", "camera:c-3", None)
    changed = await broker.until("walls/main/state", lambda state: states(state) == {"connecting"})
    assert changed["revision"] == wall.arrangement.revision
    ticks(rig)
    live = await broker.until("walls/main/state", lambda state: states(state) == {"live"})
    assert live["revision"] == changed["revision"]


async def test_what_the_broker_does_not_bring_is_said(
    broker: Broker, rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    broker.refuses = {"scenes/+/take"}
    settings = MqttSettings("127.0.0.1", 1, False, "commandwall", None)
    async with MqttBridge(settings, rig.service, rig.events, rig.hall.speakers) as bridge:
        await broker.until("status")
        (fault,) = bridge.faults()
        assert f"listen to {BASE}/scenes/+/take (Not authorized)" in fault and fault in caplog.text
        broker.refuses = set()
        broker.cut()
        async with asyncio.timeout(10):
            while bridge.faults():
                await asyncio.sleep(0.005)


@pytest.mark.usefixtures("bridge")
async def test_a_value_that_is_not_shown_holds_up_no_command(
    broker: Broker, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed: list[str] = []
    begun, go_on = asyncio.Event(), asyncio.Event()
    feed = type(rig.service.panels).feed

    async def slow(desk: Any, who: Any, panel: str, data: bytes, *, retained: bool) -> Any:
        fed.append(data.decode())
        begun.set()
        await go_on.wait()
        return await feed(desk, who, panel, data, retained=retained)

    monkeypatch.setattr(type(rig.service.panels), "feed", slow)
    first = broker.brings("data/level/set", "1")
    await asyncio.wait_for(begun.wait(), 10)
    answers = [first, *(broker.brings("data/level/set", value) for value in ("2", "3"))]
    gone = broker.brings("data/gone/set", "1")
    done = await broker.until(broker.brings("walls/main/layout/set", '{"layout": "1"}'))
    assert (done["status"], done["wall"]["layout"]) == (200, "1")
    assert (await broker.until(gone))["status"] == 404
    go_on.set()
    assert [(await broker.until(answer))["status"] for answer in answers] == [200, 422, 200]
    assert broker.last[answers[1]]["detail_zh"] == "在显示之前已收到更新的值"
    assert fed == ["1", "3"] and rig.panels.document("level").value == 3


@pytest.mark.usefixtures("bridge")
async def test_what_nobody_thought_of_costs_its_message_alone(
    broker: Broker, rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("399")

    with monkeypatch.context() as patch:
        patch.setattr(type(rig.service.programme), "take_scene", fail)
        answer = await broker.until(broker.brings("scenes/night/take", "{}"))
    assert answer["status"] == 500 and "KeyError: '399'" in caplog.text
    assert (await broker.until(broker.brings("scenes/night/take", "{}")))["status"] == 404
    with monkeypatch.context() as patch:
        patch.setattr(type(rig.service), "walls", fail)
        broker.cut()
        async with asyncio.timeout(10):
            while caplog.text.count("KeyError: '399'") < 2:
                await asyncio.sleep(0.005)
    await broker.until("walls/main/state")
    assert broker.connections == 3


@pytest.mark.usefixtures("bridge")
async def test_a_loudspeaker_that_left_while_the_broker_was_away_is_let_go(
    broker: Broker, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "_BROUGHT_WITHIN_S", 0.1)
    speakers = rig.hall.speakers
    for speaker, retain in (("gate", True), ("hall", True), ("van", False)):
        await broker.until(broker.brings(f"speakers/{speaker}", GATE, retain=retain))
    broker.cut()
    broker.brings("speakers/hall", GATE, retain=True)
    async with asyncio.timeout(10):
        while list(speakers.all()) != ["hall", "van"]:
            await asyncio.sleep(0.005)
