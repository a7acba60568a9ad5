"""The MQTT interface: states out, retained; commands in, answered on their response topic (MQTT 5).

A broker that is away slows nothing: only which states changed is noted meanwhile, and what is sent
when it is back is how things are then.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from commandwall.base.errors import CommandwallError, InvalidError, NotFoundError
from commandwall.base.sentence import Sentence
from commandwall.base.tasks import Backoff
from commandwall.control.changes import parse
from commandwall.control.documents import TilesEvent, WallDocument
from commandwall.control.encoding import adapter
from commandwall.control.events import EventLog
from commandwall.control.fitting import Missing
from commandwall.control.mqtt_alarms import AlarmQueue, alarm_payload
from commandwall.control.mqtt_values import ValueQueue
from commandwall.control.overlay_documents import AlarmEvent
from commandwall.control.panel_documents import PanelDocument
from commandwall.control.problem import problem, problem_of
from commandwall.control.rearranging import WallCommand
from commandwall.control.roles import Principal, Role
from commandwall.control.scene_changes import SceneCommand
from commandwall.control.service import Service
from commandwall.control.speakers import Speakers
from commandwall.control.state import CameraStatus
from commandwall.model.camera import FeedState
from commandwall.model.wall import TileState
from commandwall.settings.site import MqttSettings

log = logging.getLogger(__name__)

BROKER = Principal("mqtt", Role.OPERATOR, via="mqtt")
"""In whose name commands are done: who may publish them is the broker's to say."""

_ONLINE = b'{"status":"online"}'
_OFFLINE = b'{"status":"offline"}'
_CONNECT_S = 3.0
_ANSWER_S = 5.0
_LEAVE_S = 1.0
_BROUGHT_WITHIN_S = 15.0
"""What the broker retained has come by then, and loudspeakers that lost the same broker are back."""
_KEEP_ALIVE_S = 10
_QUEUED_IN = 4096
"""What sensors send at once after an outage, or a broker retained, must fit: it is acknowledged already."""
_QUEUED_OUT = 200
_MAX_COMMAND_BYTES = 1 << 20
_MAY_BE_RETAINED = ("data", "speakers")
"""What tells how things are; a command that was retained would be done again at every connection."""

_STATED = ("cameras", "walls")

Key = tuple[str, str]
"""What has a state: (one of ``_STATED``, id)."""


@dataclass(frozen=True, slots=True)
class CameraState:
    """What ``cameras/ID/state`` carries."""

    id: str
    name: str
    area: str
    state: FeedState
    reason: str
    reason_zh: str


@dataclass(frozen=True, slots=True)
class TileShort:
    """A tile in ``walls/ID/state``."""

    cell: str
    source: str
    state: TileState


@dataclass(frozen=True, slots=True)
class WallState:
    """What ``walls/ID/state`` carries."""

    id: str
    name: str
    revision: int
    layout: str
    full: str
    tiles: tuple[TileShort, ...]


class Changes:
    """Which states have to be sent, each once however often it changed. Belongs to the event loop."""

    def __init__(self) -> None:
        self._keys: dict[Key, None] = {}
        self._any = asyncio.Event()
        self._tiles: dict[str, tuple[TileState, ...]] = {}

    def add(self, key: Key) -> None:
        """Note that the state of ``key`` has to be sent."""
        self._keys[key] = None
        self._any.set()

    def add_wall(self, wall: str) -> None:
        """Note a wall that is another: its tiles connect anew, and what they are next has to be sent too."""
        self._tiles.pop(wall, None)
        self.add(("walls", wall))

    def see_tiles(self, event: TilesEvent) -> None:
        """Note a wall if the state of a tile is another than seen before; figures do not count."""
        states = tuple(tile.state for tile in event.tiles)
        if self._tiles.get(event.wall) != states:
            self._tiles[event.wall] = states
            self.add(("walls", event.wall))

    async def next(self) -> Key:
        """Return the key that has waited longest; waits for one."""
        while not self._keys:
            self._any.clear()
            await self._any.wait()
        key = next(iter(self._keys))
        del self._keys[key]
        return key


class MqttBridge:
    """Keeps a broker told and does what it is told; an async context manager.

    The topics are below ``PREFIX/SITE``. Leaving says ``offline``; dying lets the last will say so.
    """

    def __init__(
        self, settings: MqttSettings, service: Service, events: EventLog, speakers: Speakers
    ) -> None:
        self._settings = settings
        self._service = service
        self._speakers = speakers
        self._events = events
        self._base = f"{settings.prefix}/{service.place.site.id}"
        self._changes = Changes()
        self._values = ValueQueue[aiomqtt.Message](partial(service.panels.is_series, BROKER))
        self._refused: list[Sentence] = []
        self._alarms = AlarmQueue()
        self._tasks: list[asyncio.Task[None]] = []
        self._leaving = False

    async def __aenter__(self) -> MqttBridge:
        """Begin to connect; does not wait for the broker."""
        self._tasks = [
            asyncio.create_task(self._go_on(self._listen), name="mqtt listen"),
            asyncio.create_task(self._go_on(self._stay_connected), name="mqtt"),
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._leaving = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def faults(self) -> Iterable[str]:
        """Return what the broker does not bring, in words: commands that are sent there do nothing."""
        return tuple(self._refused)

    async def _go_on(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do ``work`` again whatever ends it."""
        backoff = Backoff()
        while not self._leaving:
            try:
                await work()
            except Exception:  # Nobody else would tell the broker anything any more.
                log.exception("MQTT")
                await asyncio.sleep(backoff.next_s())

    async def _listen(self) -> None:
        """Note what changes, whether there is a broker or not."""
        with self._events.subscribe(types=("camera", "wall", "tiles", "alarm")) as subscription:
            async for event in subscription:
                match event.type, event.body:
                    case "camera", {"camera": {"id": camera}}:
                        self._changes.add(("cameras", camera))
                    case "wall", body:
                        self._changes.add_wall(body.wall.id)
                    case "tiles", TilesEvent() as tiles:
                        self._changes.see_tiles(tiles)
                    case "alarm", AlarmEvent() as alarm:
                        self._alarms.add(alarm)
                    case "hello", _:
                        self._add_all()

    def _add_all(self) -> None:
        for wall in self._service.walls(BROKER):
            self._changes.add_wall(wall.id)
        for camera in self._service.cameras(BROKER):
            self._changes.add(("cameras", camera.id))

    async def _stay_connected(self) -> None:
        backoff = Backoff((0.5, 1, 2, 5, 10))
        said = ""
        # A task group that fails while it is cancelled forgets the cancelling (Python 3.11, 3.12).
        while not self._leaving:
            try:
                await self._connected(backoff)
            except* (aiomqtt.MqttError, OSError, UnicodeError) as group:  # The last: of a name that is none.
                reason = "; ".join(str(error) or type(error).__name__ for error in group.exceptions)
                if reason != said:
                    place = f"{self._settings.host}:{self._settings.port}"
                    log.warning("MQTT broker %s: %s; trying again", place, reason)
                said = reason
            await asyncio.sleep(backoff.next_s())

    async def _connected(self, backoff: Backoff) -> None:
        """One connection, until it breaks; raises :class:`aiomqtt.MqttError` or ``OSError`` then."""
        await self._reach()
        async with self._client() as client:
            log.info("connected to the MQTT broker %s:%d", self._settings.host, self._settings.port)
            backoff.reset()
            self._refused = []
            for topic in ("walls/+/layout/set", "data/+/set", "scenes/+/take"):
                await self._subscribe(client, topic)
            # Whether an announcement is retained says what becomes of it while there is no connection.
            if await self._subscribe(client, "speakers/+", as_published=True):
                self._speakers.expect_again()
            await client.publish(f"{self._base}/status", _ONLINE, qos=1, retain=True)
            self._add_all()
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._send(client), name="mqtt send")
                    group.create_task(self._send_alarms(client), name="mqtt send alarms")
                    group.create_task(self._obey(client), name="mqtt obey")
                    group.create_task(self._feed_panels(client), name="mqtt feed panels")
                    group.create_task(self._forget_silent(), name="mqtt forget loudspeakers")
            except asyncio.CancelledError:
                with suppress(aiomqtt.MqttError):  # A farewell cancels the last will.
                    await client.publish(
                        f"{self._base}/status", _OFFLINE, qos=1, retain=True, timeout=_LEAVE_S
                    )
                raise

    async def _subscribe(self, client: aiomqtt.Client, topic: str, *, as_published: bool = False) -> bool:
        """Listen to ``topic``; return whether the broker lets that be, which is said if it does not.

        ``as_published``: of what comes later too, messages say whether they are retained.
        """
        options = SubscribeOptions(qos=1, retainAsPublished=as_published)
        for code in await client.subscribe(f"{self._base}/{topic}", options=options):
            if isinstance(code, ReasonCode) and code.is_failure:
                fault = Sentence(
                    "the MQTT broker does not let this daemon listen to {topic} ({why}): allow it there",
                    topic=f"{self._base}/{topic}",
                    why=code,
                )
                log.error("%s", fault)
                self._refused.append(fault)
                return False
        return True

    async def _forget_silent(self) -> None:
        """Let go of loudspeakers that took themselves back while nobody listened."""
        await asyncio.sleep(_BROUGHT_WITHIN_S)
        self._speakers.withdraw_silent()

    async def _reach(self) -> None:
        """Raise ``OSError`` unless something listens.

        The client library connects in a thread that nothing can end, so it is only sent where
        somebody answers.
        """
        async with asyncio.timeout(_CONNECT_S):
            _, writer = await asyncio.open_connection(self._settings.host, self._settings.port)
        writer.close()

    def _client(self) -> aiomqtt.Client:
        settings = self._settings
        credential = settings.credential
        limits = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        limits.MaximumPacketSize = _MAX_COMMAND_BYTES
        return aiomqtt.Client(
            settings.host,
            settings.port,
            username=credential.user if credential else None,
            password=credential.password if credential else None,
            identifier=f"commandwall-{self._service.place.site.id}",
            protocol=aiomqtt.ProtocolVersion.V5,
            will=aiomqtt.Will(f"{self._base}/status", _OFFLINE, qos=1, retain=True),
            tls_context=ssl.create_default_context() if settings.tls else None,
            timeout=_ANSWER_S,
            keepalive=_KEEP_ALIVE_S,
            properties=limits,
            max_queued_incoming_messages=_QUEUED_IN,
            max_queued_outgoing_messages=_QUEUED_OUT,
        )

    async def _send(self, client: aiomqtt.Client) -> None:
        """Ask for the states that the broker has, then send them."""
        for kind in _STATED:
            await self._subscribe(client, f"{kind}/+/state")
        while True:
            key = await self._changes.next()
            try:
                payload = self._payload(*key)
                await client.publish(f"{self._base}/{'/'.join(key)}/state", payload, qos=1, retain=True)
            except BaseException:
                self._changes.add(key)
                raise

    async def _send_alarms(self, client: aiomqtt.Client) -> None:
        while True:
            event = await self._alarms.next()
            await client.publish(f"{self._base}/alarms", alarm_payload(event), qos=1)
            self._alarms.sent(event)

    def _payload(self, kind: str, name: str) -> bytes:
        """Return what the topic is to hold; nothing, which clears it, for what is gone."""
        try:
            if kind == "cameras":
                return adapter(CameraState).dump_json(_camera_state(self._service.camera(BROKER, name)))
            return adapter(WallState).dump_json(_wall_state(self._service.wall(BROKER, name)))
        except NotFoundError:
            return b""

    def _see_retained(self, kind: str, name: str, payload: bytes) -> None:
        """Clear what is told of something that was taken out of the configuration while nobody ran."""
        if payload and not self._payload(kind, name):
            self._changes.add((kind, name))

    async def _obey(self, client: aiomqtt.Client) -> None:
        """Do commands as they come; values for panels wait elsewhere, so that commands never do."""
        async for message in client.messages:
            topic = str(message.topic).removeprefix(f"{self._base}/").split("/")
            if topic[0] in _STATED and topic[2:] == ["state"]:
                if message.retain:  # What is sent from now on comes back, and says that it is not.
                    self._see_retained(topic[0], topic[1], message.payload)
                continue
            if message.retain and topic[0] not in _MAY_BE_RETAINED:
                log.warning("MQTT: %s: a command must not be retained; left undone", message.topic)
            elif topic[0] == "data":
                await self._queue(client, topic[1], message)
            else:
                await self._answer(client, message, await self._done(message, self._do(topic, message)))

    async def _queue(self, client: aiomqtt.Client, panel: str, message: aiomqtt.Message) -> None:
        """Let a value wait for its turn; who sent the one that it replaces is told so."""
        try:
            replaced = self._values.put(panel, message)
        except NotFoundError as error:
            await self._answer(client, message, self._problem(message, error))
            return
        if replaced is not None:
            late = InvalidError("a newer value came before this one was shown")
            await self._answer(client, replaced, problem_of(late))

    async def _feed_panels(self, client: aiomqtt.Client) -> None:
        while True:
            panel, message = await self._values.next()
            await self._answer(client, message, await self._done(message, self._feed(panel, message)))
            await asyncio.sleep(0)  # Commands have their turn between two values.

    async def _done(self, message: aiomqtt.Message, work: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        """Do what ``message`` asks for and return the answer: status 200 and the state, or a problem."""
        try:
            return await work
        except (CommandwallError, TimeoutError) as error:
            return self._problem(message, error)
        except Exception:  # Nothing that is sent here ends the interface.
            log.exception("MQTT: %s", message.topic)
            return problem(500, "the daemon has a fault; its log says more")

    def _problem(self, message: aiomqtt.Message, error: CommandwallError | TimeoutError) -> dict[str, Any]:
        document = problem_of(error)
        log.info("MQTT: %s: %s", message.topic, document["detail"])
        return document

    async def _do(self, topic: list[str], message: aiomqtt.Message) -> dict[str, Any]:
        match topic:
            case ["scenes", scene, "take"]:
                return self._take_scene(scene, message.payload)
            case ["speakers", speaker]:
                return self._hear_of_speaker(speaker, message)
            case _:
                return self._set_layout(topic[1], message.payload)

    def _set_layout(self, wall: str, payload: bytes) -> dict[str, Any]:
        document = self._change(wall, parse(WallCommand, payload))
        return {"status": 200, "wall": _plain(_wall_state(document), WallState)}

    async def _feed(self, panel: str, message: aiomqtt.Message) -> dict[str, Any]:
        document = await self._service.panels.feed(BROKER, panel, message.payload, retained=message.retain)
        return {"status": 200, "panel": _plain(document, PanelDocument)}

    def _change(self, wall: str, command: WallCommand) -> WallDocument:
        if command.rearrangement is not None:
            return self._service.rearrange(BROKER, wall, command.rearrangement, command.revision)
        layout = command.layout or ""
        return self._service.set_layout(
            BROKER, wall, layout, command.sources, command.revision, command.passage
        )

    def _hear_of_speaker(self, speaker: str, message: aiomqtt.Message) -> dict[str, Any]:
        """Take the announcement of a loudspeaker; nothing, which clears the topic, takes it back."""
        if message.payload:
            self._speakers.announce(speaker, message.payload, retained=message.retain)
        else:
            self._speakers.withdraw(speaker)
        return {"status": 200}

    def _take_scene(self, scene: str, payload: bytes) -> dict[str, Any]:
        parse(SceneCommand, payload or b"{}")
        taken = self._service.programme.take_scene(BROKER, scene)
        walls = [_plain(_wall_state(wall), WallState) for wall in taken.walls]
        return {"status": 200, "walls": walls, "missing": [_plain(it, Missing) for it in taken.missing]}

    async def _answer(self, client: aiomqtt.Client, message: aiomqtt.Message, answer: dict[str, Any]) -> None:
        asked = message.properties
        topic = getattr(asked, "ResponseTopic", None)
        if topic is None:
            return
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ContentType = "application/json"
        if correlation := getattr(asked, "CorrelationData", None):
            properties.CorrelationData = correlation
        try:
            await client.publish(topic, json.dumps(answer, ensure_ascii=False), qos=1, properties=properties)
        except ValueError as error:
            log.warning("MQTT: %s: cannot answer on %r: %s", message.topic, topic, error)


def _plain(value: object, kind: type) -> Any:
    """Return ``value``, which is a ``kind``, as ``json`` takes it."""
    return adapter(kind).dump_python(value, mode="json")


def _camera_state(status: CameraStatus) -> CameraState:
    return CameraState(status.id, status.name, status.area, status.state, status.reason, status.reason_zh)


def _wall_state(document: WallDocument) -> WallState:
    tiles = tuple(TileShort(tile.cell, tile.source, tile.state) for tile in document.tiles)
    return WallState(document.id, document.name, document.revision, document.layout, document.full, tiles)
