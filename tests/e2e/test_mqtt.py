"""MQTT against a real Mosquitto, started, killed and started again by the test."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from argon2 import PasswordHasher
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from commandwall.control import mqtt
from commandwall.control.accounts import Accounts
from commandwall.control.database import Database
from commandwall.control.guessing import GuessGuard
from commandwall.control.mqtt import MqttBridge
from commandwall.control.passwords import Passwords
from commandwall.control.roles import Principal, Role
from commandwall.control.scene_changes import NewScene, WallPart
from commandwall.control.users import Users
from commandwall.model.camera import FeedState
from commandwall.model.reason import Reason, ReasonCode
from commandwall.settings.site import Credential, MqttSettings
from tests.unit.control.rig import Rig, open_rig

pytestmark = [pytest.mark.needs("mosquitto", "mosquitto_passwd"), pytest.mark.timeout(90)]

USER, PASSWORD = "wall", "a broker's secret"
BASE = "commandwall/luohu"


class Broker:
    """A Mosquitto that can be killed and started again at the same port."""

    def __init__(self, directory: Path, port: int) -> None:
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._config = directory / "mosquitto.conf"
        self._log = directory / "mosquitto.log"
        passwords = directory / "passwords"
        subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, USER, PASSWORD], check=True)
        self._config.write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\nuser root\n"
            f"log_dest file {self._log}\n"
        )

    def start(self) -> None:
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self._process = subprocess.Popen([program, "-c", self._config], stderr=subprocess.DEVNULL)

    @property
    def refused(self) -> int:
        """How many clients were refused for their password."""
        return self._log.read_text().count("not authorised")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def broker(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Broker]:
    broker = Broker(tmp_path, free_port())
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
async def rig(tmp_path: Path, short_dir: Path) -> AsyncIterator[Rig]:
    weak = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    async with Database(tmp_path / "state") as database:
        users = Users(Accounts(database), weak, GuessGuard())
        async with open_rig(database, users, short_dir) as rig:
            yield rig


def settings(port: int, password: str = PASSWORD) -> MqttSettings:
    return MqttSettings("127.0.0.1", port, False, "commandwall", Credential(USER, password))


class Watcher:
    """A program on the broker: the last message of every topic, and commands with their answers."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.last: dict[str, Any] = {}
        self.retained: set[str] = set()
        self._client = client

    async def run(self) -> None:
        await self._client.subscribe("#", qos=1)
        async for message in self._client.messages:
            topic = str(message.topic)
            if topic.endswith(("/set", "/take")):
                continue
            self.last[topic] = json.loads(message.payload) if message.payload else None
            if message.retain:
                self.retained.add(topic)

    async def until(self, topic: str, condition: Callable[[Any], object]) -> Any:
        """Wait until the last message of ``topic`` fulfils ``condition``, and return it."""
        async with asyncio.timeout(20):
            while topic not in self.last or not condition(self.last[topic]):
                await asyncio.sleep(0.01)
        return self.last[topic]

    async def ask(self, wall: str, command: Any, number: int) -> Any:
        """Send a layout command and return its answer."""
        return await self.command(f"walls/{wall}/layout/set", command, number)

    async def command(self, topic: str, command: Any, number: int) -> Any:
        """Send a command on ``topic`` and return its answer."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ResponseTopic = f"answers/{number}"
        properties.CorrelationData = b"%d" % number
        payload = command if isinstance(command, str) else json.dumps(command)
        await self._client.publish(f"{BASE}/{topic}", payload, qos=1, properties=properties)
        return await self.until(f"answers/{number}", lambda _: True)


async def connected(broker: Broker, identifier: str | None = None) -> aiomqtt.Client:
    """Return a client that is connected as soon as the broker is up; its owner leaves it."""
    async with asyncio.timeout(20):
        while True:
            client = aiomqtt.Client(
                "127.0.0.1", broker.port, username=USER, password=PASSWORD,
                protocol=aiomqtt.ProtocolVersion.V5, identifier=identifier,
            )  # fmt: skip
            try:
                return await client.__aenter__()
            except aiomqtt.MqttError:
                await asyncio.sleep(0.05)


@pytest.fixture
async def watcher(broker: Broker) -> AsyncIterator[Watcher]:
    client = await connected(broker)
    watcher = Watcher(client)
    running = asyncio.create_task(watcher.run())
    yield watcher
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await client.__aexit__(None, None, None)


async def test_states_are_told_and_kept_by_the_broker(broker: Broker, rig: Rig, watcher: Watcher) -> None:
    async with MqttBridge(settings(broker.port), rig.service, rig.events, rig.hall.speakers):
        await watcher.until(f"{BASE}/status", lambda state: state == {"status": "online"})
        camera = await watcher.until(f"{BASE}/cameras/c-3/state", lambda _: True)
        assert camera == {
            "id": "c-3", "name": "摄像机 3", "area": "dongmen", "state": "connecting",
            "reason": "opening", "reason_zh": "正在连接",
        }  # fmt: skip
        rig.board.feed_changed("c-3/sub", FeedState.LOST, Reason(ReasonCode.TIMEOUT))
        await watcher.until(f"{BASE}/cameras/c-3/state", lambda state: state["state"] == "lost")
        rig.wall.set_layout("1", ["camera:c-1"], None)
        wall = await watcher.until(f"{BASE}/walls/main/state", lambda state: state["revision"] == 2)
        assert wall["tiles"] == [{"cell": "1", "source": "camera:c-1", "state": "live"}]
        late = await connected(broker)
        second = Watcher(late)
        running = asyncio.create_task(second.run())
        await second.until(f"{BASE}/cameras/c-3/state", lambda state: state["state"] == "lost")
        await second.until(f"{BASE}/walls/main/state", lambda state: state["revision"] == 2)
        for topic in (f"{BASE}/status", f"{BASE}/cameras/c-0/state"):
            await second.until(topic, lambda _: True)
            assert topic in second.retained
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await late.__aexit__(None, None, None)
    await watcher.until(f"{BASE}/status", lambda state: state == {"status": "offline"})


async def test_a_removed_camera_leaves_nothing_retained(broker: Broker, rig: Rig, watcher: Watcher) -> None:
    topic = f"{BASE}/cameras/c-3/state"
    async with MqttBridge(settings(broker.port), rig.service, rig.events, rig.hall.speakers):
        await watcher.until(topic, lambda state: state["state"] == "connecting")
        rig.plant.uninstall("c-3")
        await watcher.until(topic, lambda state: state is None)
        late = await connected(broker)
        second = Watcher(late)
        running = asyncio.create_task(second.run())
        await second.until(f"{BASE}/cameras/c-2/state", lambda state: state["state"] == "connecting")
        assert topic not in second.retained
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await late.__aexit__(None, None, None)


async def test_what_was_taken_out_of_the_configuration_leaves_nothing_retained(
    broker: Broker, rig: Rig, watcher: Watcher
) -> None:
    gone = [f"{BASE}/{kind}/gone/state" for kind in ("cameras", "walls")]
    others = ["commandwall/futian/cameras/gone/state", f"{BASE}/cameras/gone/notes"]
    before = await connected(broker, identifier="commandwall-luohu")  # as the daemon before the restart
    for topic in (*gone, *others):
        await before.publish(topic, b'{"id": "gone", "state": "live"}', qos=1, retain=True)
    await before.__aexit__(None, None, None)
    async with MqttBridge(settings(broker.port), rig.service, rig.events, rig.hall.speakers):
        for topic in gone:
            await watcher.until(topic, lambda state: state is None)
        await watcher.until(f"{BASE}/cameras/c-3/state", lambda state: state["state"] == "connecting")
        rig.board.feed_changed("c-3/sub", FeedState.LOST, Reason(ReasonCode.TIMEOUT))
        await watcher.until(f"{BASE}/cameras/c-3/state", lambda state: state["state"] == "lost")
    assert all(watcher.last[topic] for topic in others)


async def test_a_scene_is_taken_and_answered_on_the_response_topic(
    broker: Broker, tmp_path: Path, short_dir: Path, watcher: Watcher
) -> None:
    weak = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    async with Database(tmp_path / "staged") as database:
        users = Users(Accounts(database), weak, GuessGuard())
        async with (
            open_rig(database, users, short_dir, staged=True) as rig,
            MqttBridge(settings(broker.port), rig.service, rig.events, rig.hall.speakers),
        ):
            part = WallPart(wall="main", layout="2x2", sources=["camera:c-3", "camera:c-2"])
            await rig.service.programme.scenes.add(NewScene(id="night", name="夜间", walls=[part]))
            rig.plant.uninstall("c-2")
            await watcher.until(f"{BASE}/status", lambda state: state == {"status": "online"})
            done = await watcher.command("scenes/night/take", "", 1)
            assert (done["status"], done["walls"][0]["revision"]) == (200, 2)
            assert [tile["source"] for tile in done["walls"][0]["tiles"]][:2] == ["camera:c-3", "none"]
            assert done["missing"] == [
                {"wall": "main", "what": "source", "id": "camera:c-2", "cell": "2"},
            ]
            unknown = await watcher.command("scenes/day/take", {}, 2)
            assert (unknown["status"], unknown["detail_zh"]) == (404, "没有名为 'day' 的场景")
            wrong = await watcher.command("scenes/night/take", {"speed": 3}, 3)
            assert (wrong["status"], wrong["errors"][0]["field"]) == (422, "speed")
            line = (await rig.audit.read(2))[1]
            assert (line.who, line.via, line.action, line.target) == ("mqtt", "mqtt", "scene.take", "night")


async def test_commands_are_answered_on_their_response_topic(
    broker: Broker, rig: Rig, watcher: Watcher
) -> None:
    async with MqttBridge(settings(broker.port), rig.service, rig.events, rig.hall.speakers):
        await watcher.until(f"{BASE}/status", lambda state: state == {"status": "online"})
        done = await watcher.ask("main", {"layout": "1", "sources": ["camera:c-2"], "revision": 1}, 1)
        assert (done["status"], done["wall"]["revision"], done["wall"]["tiles"][0]["source"]) == (
            200,
            2,
            "camera:c-2",
        )
        stale = await watcher.ask("main", {"layout": "1", "revision": 1}, 2)
        assert (stale["status"], stale["type"]) == (412, "urn:commandwall:problem:stale")
        wrong = await watcher.ask("main", {"layout": "1", "sources": ["camera:nowhere"]}, 3)
        assert (wrong["status"], wrong["errors"][0]["field"]) == (422, "sources[0]")
        assert (await watcher.ask("side", {"layout": "1"}, 4))["status"] == 404
        assert (await watcher.ask("main", "no json", 5))["status"] == 422
        assert rig.wall.document().revision == 2
    lines = await rig.audit.read(10)
    assert {(line.who, line.via) for line in lines} == {("mqtt", "mqtt")}
    assert lines[-1].detail == "1: camera:c-2"


async def test_every_change_of_a_wall_is_a_command(broker: Broker, rig: Rig, watcher: Watcher) -> None:
    async with MqttBridge(settings(broker.port), rig.service, rig.events, rig.hall.speakers):
        await watcher.until(f"{BASE}/status", lambda state: state == {"status": "online"})
        await watcher.ask("main", {"layout": "2x2", "sources": ["camera:c-1", "camera:c-2"]}, 1)
        swapped = await watcher.ask("main", {"swap": {"first": "1", "second": "4"}, "revision": 2}, 2)
        assert [tile["source"] for tile in swapped["wall"]["tiles"]] == [
            "none", "camera:c-2", "none", "camera:c-1",
        ]  # fmt: skip
        view = await watcher.ask("main", {"view": {"cell": "4", "crop": [0, 0, 0.5, 0.5]}}, 3)
        assert view["status"] == 200 and len(rig.wall.rearranged) == 2
        stale = await watcher.ask("main", {"full": {"cell": "4"}, "revision": 2}, 4)
        assert stale["status"] == 412
        both = await watcher.ask("main", {"layout": "1", "full": {"cell": "4"}}, 5)
        assert both["status"] == 422 and "only one" in both["detail"]


async def test_a_retained_command_is_left_undone(broker: Broker, rig: Rig, watcher: Watcher) -> None:
    publisher = await connected(broker)
    command = json.dumps({"layout": "1"})
    await publisher.publish(f"{BASE}/walls/main/layout/set", command, qos=1, retain=True)
    await publisher.__aexit__(None, None, None)
    async with MqttBridge(settings(broker.port), rig.service, rig.events, rig.hall.speakers):
        await watcher.until(f"{BASE}/status", lambda state: state == {"status": "online"})
        await watcher.ask("main", {"layout": "2x2"}, 1)
        assert [line.detail for line in await rig.audit.read(10)] == ["2x2"]


async def test_a_process_that_does_not_answer_costs_its_command_alone(
    broker: Broker, rig: Rig, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def feed(*_: object, **__: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(type(rig.service.panels), "feed", feed)
    async with MqttBridge(settings(broker.port), rig.service, rig.events, rig.hall.speakers):
        await watcher.until(f"{BASE}/status", lambda state: state == {"status": "online"})
        late = await watcher.command("data/time/set", "1", 1)
        assert (late["status"], late["title"]) == (504, "Gateway Timeout")
        del watcher.last[f"{BASE}/status"]
        assert (await watcher.ask("main", {"layout": "1"}, 2))["status"] == 200
        assert f"{BASE}/status" not in watcher.last, "it never left the broker"


@pytest.mark.parametrize("host", ["a..b", "x" * 64])
async def test_a_broker_that_has_no_name_is_said_and_harms_nothing(
    rig: Rig, caplog: pytest.LogCaptureFixture, host: str
) -> None:
    nowhere = MqttSettings(host, 1883, False, "commandwall", None)
    async with asyncio.timeout(20), MqttBridge(nowhere, rig.service, rig.events, rig.hall.speakers):
        while f"MQTT broker {host}:1883" not in caplog.text:
            await asyncio.sleep(0.01)


async def test_loudspeakers_announce_themselves(broker: Broker, rig: Rig, watcher: Watcher) -> None:
    gate = {"name": "东门广播", "url": "rtp://10.1.1.30:5004", "codec": "pcma"}
    publisher = await connected(broker)
    await publisher.publish(f"{BASE}/speakers/gate", json.dumps(gate), qos=1, retain=True)
    await publisher.__aexit__(None, None, None)
    async with MqttBridge(settings(broker.port), rig.service, rig.events, rig.hall.speakers):
        await watcher.until(f"{BASE}/status", lambda state: state == {"status": "online"})
        wrong = await watcher.command("speakers/hall", gate | {"url": "rtp://hall:5004"}, 1)
        assert (wrong["status"], wrong["errors"][0]["field"]) == (422, "url")
        assert list(rig.hall.speakers.all()) == ["gate"]
        assert (await watcher.command("speakers/gate", "", 2))["status"] == 200
        assert rig.hall.speakers.all() == {}


async def test_a_loudspeaker_whose_announcement_the_broker_lost_is_let_go(
    broker: Broker, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "_BROUGHT_WITHIN_S", 0.5)
    gate = json.dumps({"name": "东门广播", "url": "rtp://10.1.1.30:5004", "codec": "pcma"})
    async with MqttBridge(settings(broker.port), rig.service, rig.events, rig.hall.speakers):
        client = await connected(broker)
        await client.subscribe(f"{BASE}/status")
        async for message in client.messages:
            if message.payload == b'{"status":"online"}':
                break
        for speaker, retain in (("gate", True), ("van", False)):
            await client.publish(f"{BASE}/speakers/{speaker}", gate, qos=1, retain=retain)
        async with asyncio.timeout(20):
            while len(rig.hall.speakers.all()) < 2:
                await asyncio.sleep(0.01)
        broker.kill()
        with suppress(aiomqtt.MqttError):
            await client.__aexit__(None, None, None)
        broker.start()
        async with asyncio.timeout(20):
            while list(rig.hall.speakers.all()) != ["van"]:
                await asyncio.sleep(0.01)


async def test_a_broker_that_is_killed_slows_nothing_and_is_told_when_it_is_back(
    broker: Broker, rig: Rig
) -> None:
    operator = Principal("lin", Role.OPERATOR)
    async with MqttBridge(settings(broker.port), rig.service, rig.events, rig.hall.speakers):
        async with asyncio.timeout(20):
            client = await connected(broker)
            await client.subscribe(f"{BASE}/status")
            async for message in client.messages:
                if message.payload == b'{"status":"online"}':
                    break
        broker.kill()
        with suppress(aiomqtt.MqttError):
            await client.__aexit__(None, None, None)
        for number in range(500):
            rig.service.set_cell(operator, "main", "1", f"camera:c-{number % 4}")
            rig.board.feed_changed("c-2/sub", FeedState.LOST, Reason(ReasonCode.TIMEOUT, str(number)))
            await asyncio.sleep(0)
        broker.start()
        client = await connected(broker)
        watcher = Watcher(client)
        running = asyncio.create_task(watcher.run())
        await watcher.until(f"{BASE}/walls/main/state", lambda state: state["revision"] == 501)
        await watcher.until(f"{BASE}/cameras/c-2/state", lambda state: state["reason"].endswith("499"))
        await watcher.until(f"{BASE}/status", lambda state: state == {"status": "online"})
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await client.__aexit__(None, None, None)


async def test_leaving_just_when_the_broker_dies_takes_no_time(broker: Broker, rig: Rig) -> None:
    async with asyncio.timeout(20):
        async with MqttBridge(settings(broker.port), rig.service, rig.events, rig.hall.speakers):
            client = await connected(broker)
            await client.subscribe(f"{BASE}/status")
            async for message in client.messages:
                if message.payload == b'{"status":"online"}':
                    break
            broker.kill()
            with suppress(aiomqtt.MqttError):
                await client.__aexit__(None, None, None)


@contextmanager
def cutting(server: asyncio.Server, writers: list[asyncio.StreamWriter]) -> Iterator[None]:
    """Cut every connection through the forwarder, as a machine that loses its power would."""
    server.close()
    for writer in writers:
        writer.transport.abort()
    yield


async def test_a_daemon_that_dies_is_said_to_be_offline_by_its_last_will(
    broker: Broker, rig: Rig, watcher: Watcher
) -> None:
    writers: list[asyncio.StreamWriter] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", broker.port)
        writers.extend((writer, far_writer))
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer), return_exceptions=True)
        far_writer.close()

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with MqttBridge(settings(port), rig.service, rig.events, rig.hall.speakers):
        await watcher.until(f"{BASE}/status", lambda state: state == {"status": "online"})
        with cutting(server, writers):
            await watcher.until(f"{BASE}/status", lambda state: state == {"status": "offline"})


async def test_a_wrong_password_is_said_once_and_never_shown(
    broker: Broker, rig: Rig, watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    async with MqttBridge(settings(broker.port, "wrong secret"), rig.service, rig.events, rig.hall.speakers):
        async with asyncio.timeout(30):
            while broker.refused < 3:  # Whatever is said of the second one has been said then.
                await asyncio.sleep(0.01)
        assert caplog.text.count("trying again") == 1
        assert "Not authorized" in caplog.text or "not authorised" in caplog.text.lower()
        assert "wrong secret" not in caplog.text
