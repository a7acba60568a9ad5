"""Heads for browsers: one packet-bus subscription per watched head, shared by all its viewers.

Belongs to the control plane's event loop. Encoded bytes only pass through: a frame is packed once
and the same bytes go to every viewer.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from commandwall.base.clock import Clock, monotonic_s
from commandwall.base.errors import ProtocolError
from commandwall.base.tasks import Backoff
from commandwall.ipc.packets import Subscription
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.outputs.video_message import codec_string, config_message, frame_message

log = logging.getLogger(__name__)

_MAX_FRAMES = 50
_MAX_BYTES = 8 << 20
_KEY_ANSWERED_S = 1.0
_SLOW_KEY_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class HeadAddress:
    """Where a head's packets are, and its shape: ``stream`` on the bus at ``path``.

    ``fps`` is the wall's tick rate; ``width`` and ``height`` are the head's pixels.
    """

    wall: str
    head: str
    path: Path
    stream: str
    fps: int
    width: int
    height: int


class Viewer:
    """One viewer's queue, bounded in frames and bytes; iterate it. One task reads.

    A viewer that is too slow loses all that waits and goes on at the next key frame. ``name`` is who
    it is.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._queue: deque[str | bytes] = deque()
        self._bytes = 0
        self._skipping = True
        self._filled = asyncio.Event()
        self.dropped = 0

    def configure(self, text: str) -> None:
        """Queue a configuration; frames follow from the next key frame on."""
        self._drop_all()
        self._queue.clear()
        self._queue.append(text)
        self._filled.set()

    def push(self, message: bytes, key: bool) -> bool:
        """Queue a frame, or drop it; return whether the viewer follows (needs no key frame)."""
        if len(self._queue) >= _MAX_FRAMES or self._bytes + len(message) > _MAX_BYTES:
            self._drop_all()
        if self._skipping and not key:
            self.dropped += 1
            return False
        self._skipping = False
        self._queue.append(message)
        self._bytes += len(message)
        self._filled.set()
        return True

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        while True:
            while not self._queue:
                self._filled.clear()
                await self._filled.wait()
            message = self._queue.popleft()
            if isinstance(message, bytes):
                self._bytes -= len(message)
            yield message

    def _drop_all(self) -> None:
        """Empty the queue, but for a configuration, which is always its first message."""
        config = self._queue[0] if self._queue and isinstance(self._queue[0], str) else None
        self.dropped += len(self._queue) - (config is not None)
        self._queue.clear()
        if config is not None:
            self._queue.append(config)
        self._bytes = 0
        self._skipping = True


class HeadFanout:
    """One head with everybody who watches it. ``run`` reads the bus while there are viewers.

    When the wall process goes away the viewers stay and frames come back with it, behind a new
    configuration.
    """

    def __init__(self, address: HeadAddress, clock: Clock = monotonic_s) -> None:
        self.viewers: set[Viewer] = set()
        self._address = address
        self._clock = clock
        self._subscription: Subscription | None = None
        self._config = ""
        self._size = (address.width, address.height)
        self._asked_s = -_SLOW_KEY_EVERY_S
        self._key_due = False

    def join(self, viewer: Viewer) -> None:
        """Let ``viewer`` have the configuration and, soon, a key frame."""
        self.viewers.add(viewer)
        if self._config:
            viewer.configure(self._config)
        if not self._key_due or self._clock() - self._asked_s > _KEY_ANSWERED_S:
            self._ask_key()

    async def run(self) -> None:
        """Read the bus and fan out, again and again, until cancelled."""
        backoff = Backoff((0.1, 0.2, 0.5, 1.0))
        while True:
            try:
                subscription = await Subscription.open(self._address.path, self._address.stream)
            except OSError as error:
                log.debug("head %s/%s: %s", self._address.wall, self._address.head, error)
            else:
                await self._read(subscription, backoff)
            await asyncio.sleep(backoff.next_s())

    async def _read(self, subscription: Subscription, backoff: Backoff) -> None:
        self._subscription = subscription
        self._config = ""
        try:
            async for record in subscription.records():
                if isinstance(record, StreamInfo):
                    self._size = (record.width or self._address.width, record.height or self._address.height)
                else:
                    self._deliver(record)
                    backoff.reset()
        except ProtocolError as error:
            log.warning("head %s/%s: %s", self._address.wall, self._address.head, error)
        finally:
            self._subscription = None
            self._key_due = False
            subscription.close()

    def _deliver(self, unit: AccessUnit) -> None:
        if unit.key:
            self._key_due = False
            self._describe(unit)
        message = frame_message(unit, self._address.fps)
        key = unit.key
        behind = False
        for viewer in self.viewers:
            if not viewer.push(message, key):
                behind = True
        if behind and not self._key_due and self._clock() - self._asked_s > _SLOW_KEY_EVERY_S:
            self._ask_key()

    def _describe(self, unit: AccessUnit) -> None:
        codec = codec_string(unit.data)
        address = self._address
        if codec is None:
            log.warning("head %s/%s: a key frame without parameter sets", address.wall, address.head)
            return
        config = config_message(codec, *self._size, address.fps, address.wall, address.head)
        if config != self._config:
            self._config = config
            for viewer in self.viewers:
                viewer.configure(config)

    def _ask_key(self) -> None:
        if self._subscription is not None:
            self._subscription.request_key()
            self._key_due = True
            self._asked_s = self._clock()


class HeadVideo:
    """All heads that somebody watches; an async context manager that ends with nobody served."""

    def __init__(self) -> None:
        self._fanouts: dict[tuple[str, str], HeadFanout] = {}
        self._readers: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> HeadVideo:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    @contextmanager
    def watch(self, address: HeadAddress, name: str) -> Iterator[Viewer]:
        """Watch a head for as long as the context lasts, as ``name``; iterate the viewer for its messages."""
        key = (address.wall, address.head)
        fanout = self._fanouts.get(key)
        if fanout is None:
            fanout = self._fanouts[key] = HeadFanout(address)
            task = asyncio.create_task(fanout.run(), name=f"video {address.wall}/{address.head}")
            self._readers[key] = task
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        viewer = Viewer(name)
        fanout.join(viewer)
        try:
            yield viewer
        finally:
            fanout.viewers.discard(viewer)
            if not fanout.viewers:
                del self._fanouts[key]
                self._readers.pop(key).cancel()

    def viewers(self) -> dict[tuple[str, str], int]:
        """Return how many watch each watched (wall, head)."""
        return {key: len(fanout.viewers) for key, fanout in self._fanouts.items()}

    def names(self) -> dict[tuple[str, str], list[str]]:
        """Return the names of those who watch each watched (wall, head)."""
        return {key: [viewer.name for viewer in fanout.viewers] for key, fanout in self._fanouts.items()}
