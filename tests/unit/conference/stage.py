"""A sound process in this event loop, and participants who hum a tone each and listen."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.base.errors import NotFoundError
from commandwall.conference import ticker
from commandwall.conference.listeners import INFO
from commandwall.conference.worker import sound_process
from commandwall.ipc.channel import Channel
from commandwall.ipc.messages import Message
from commandwall.ipc.packets import BusAddress, PacketServer, Subscriber, Subscription
from commandwall.ipc.sound_messages import ArrangeSound, ConfigureSound, SoundInput, SoundReport
from commandwall.media.opus import SAMPLE_RATE
from commandwall.media.sound import Samples, SoundDecoder
from commandwall.model.access_unit import AccessUnit, StreamInfo
from tests.unit.conference.line import packets

SETTLED = 40
_LONGEST_NS = 40_000_000


class Steady:
    """The monotonic clock without the time in which the machine stood still."""

    def __init__(self) -> None:
        self._looked_ns = self._now_ns = monotonic_ns()

    def __call__(self) -> int:
        before_ns, self._looked_ns = self._looked_ns, monotonic_ns()
        self._now_ns += min(self._looked_ns - before_ns, _LONGEST_NS)
        return self._now_ns


class Choir:
    """Publishes a steady tone of each of ``voices`` (Hz, whole) as ``voice/NAME``, 50 packets a second."""

    def __init__(self, voices: dict[str, int], amplitude: float = 0.2) -> None:
        self.voices = voices
        self.info = INFO
        self._amplitude = amplitude
        self._subscribers: dict[str, set[Subscriber]] = {}
        self.silent: set[str] = set()
        self.clock = Steady()

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        name = stream.removeprefix("voice/")
        if name not in self.voices:
            raise NotFoundError(stream)
        subscriber.describe(self.info)
        self._subscribers.setdefault(name, set()).add(subscriber)

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        for subscribers in self._subscribers.values():
            subscribers.discard(subscriber)

    def request_key(self, stream: str) -> None:
        raise AssertionError("sound has no key frames")

    def listened(self, name: str) -> bool:
        return bool(self._subscribers.get(name))

    def leave(self, name: str) -> None:
        """End the stream of ``name``."""
        del self.voices[name]
        for subscriber in self._subscribers.pop(name, set()):
            subscriber.end()

    async def sing(self) -> None:
        clock = self.clock
        began_ns = clock()
        number = 0
        while True:
            for name, hz in self.voices.items():
                if name not in self.silent:
                    self.push(name, packets(hz, 1.0, self._amplitude)[number % 50], number)
            number += 1
            due_ns = began_ns + number * ticker.PERIOD_NS
            await asyncio.sleep(max(0.0, (due_ns - clock()) / NS_PER_S))

    def push(self, name: str, data: bytes, number: int) -> None:
        for subscriber in self._subscribers.get(name, ()):
            subscriber.push(AccessUnit(data, number * 1800, True))


class Stage:
    """A sound process whose conference is ``c``, as the control plane sees it."""

    def __init__(self, channel: Channel, directory: Path) -> None:
        self.channel = channel
        self.choir_path = directory / "choir"
        self.mix_path = directory / "mix"
        self.told: asyncio.Queue[Message] = asyncio.Queue()

    def input(self, name: str, *, is_open: bool = True) -> SoundInput:
        return SoundInput(name, BusAddress(str(self.choir_path), f"voice/{name}", ""), is_open)

    def arrange(self, *inputs: SoundInput, listeners: tuple[str, ...]) -> None:
        self.channel.post(ArrangeSound("c", inputs, listeners))

    async def report(self, conference: str = "c") -> SoundReport:
        """Return the next report."""
        while True:
            async with asyncio.timeout(10):
                message = await self.told.get()
            if isinstance(message, SoundReport) and message.conference == conference:
                return message

    async def newest(self) -> SoundReport:
        """Return a report of what is now."""
        while not self.told.empty():
            self.told.get_nowait()
        return await self.report()

    async def mix(self, listener: str) -> Subscription:
        """Subscribe to a mix as soon as it is there."""
        async with asyncio.timeout(10):
            while True:
                subscription = await Subscription.open(self.mix_path, f"mix/c/{listener}")
                if await anext(subscription.records(), None) is not None:
                    return subscription
                subscription.close()
                await asyncio.sleep(0.01)

    async def listen(self, listener: str, ticks: int = 50) -> tuple[Samples, list[bytes]]:
        """Return what ``listener`` hears once the mix has settled (n,), and as which packets."""
        subscription = await self.mix(listener)
        decoder = SoundDecoder(INFO)
        heard: list[Samples] = []
        sent: list[bytes] = []
        async with asyncio.timeout(10):
            async for unit in subscription.records():
                assert not isinstance(unit, StreamInfo)
                heard.append(decoder.decode(unit.data))
                sent.append(unit.data)
                if len(heard) == SETTLED + ticks:
                    break
        subscription.close()
        return np.concatenate(heard[SETTLED:]), sent[SETTLED:]


@asynccontextmanager
async def stage(directory: Path, choir: Choir) -> AsyncIterator[Stage]:
    """Run the body of the process, told where to serve, beside ``choir``."""
    left, right = socket.socketpair()
    ours, theirs = await Channel.from_socket(left), await Channel.from_socket(right)
    standing = Stage(ours, directory)

    async def hear() -> None:
        async for received in ours.received():
            standing.told.put_nowait(received.message)

    async def serve() -> None:
        async with sound_process(theirs) as process:
            async for received in theirs.received():
                await process.handle(received)

    async with AsyncExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(ticker, "monotonic_ns", choir.clock)
        await stack.enter_async_context(PacketServer(standing.choir_path, choir))
        tasks = [asyncio.create_task(part) for part in (hear(), serve())]
        singing = asyncio.create_task(choir.sing())
        ours.post(ConfigureSound(str(standing.mix_path)))
        while not standing.mix_path.exists():
            await asyncio.sleep(0.01)
        try:
            yield standing
        finally:
            singing.cancel()
            await ours.close()
            await asyncio.gather(*tasks)
            await theirs.close()


def tone_db(samples: Samples, hz: float) -> float:
    """Return how strong a tone is in ``samples`` (n,), in dBFS, 0 being a full sine: within 25 Hz of it.

    What plays a voice faster or slower for a while moves its tone a little.
    """
    window = np.blackman(len(samples))
    power = np.abs(np.fft.rfft(samples * window)) ** 2
    bins = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    near = power[np.abs(bins - hz) <= 25].sum() * 4 / (len(samples) * np.square(window).sum())
    return float(10 * np.log10(max(near, 1e-13)))
