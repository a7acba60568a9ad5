"""The parent's end of a worker: spawn, ready, ping, drain, kill, restart."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from commandwall.base.clock import monotonic_s
from commandwall.base.errors import CommandwallError, ProtocolError
from commandwall.base.sentence import Sentence
from commandwall.base.tasks import Backoff
from commandwall.ipc.channel import Channel, ChannelClosedError, Received
from commandwall.ipc.messages import Drain, Message, Ping, Pong, Ready
from commandwall.workers.processes import Process, Processes

log = logging.getLogger(__name__)


class WorkerState(StrEnum):
    """Where a worker is in its life."""

    IDLE = "idle"
    """Nobody has wanted it yet."""
    STARTING = "starting"
    READY = "ready"
    WAITING = "waiting to restart"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient the supervisor is. All in seconds.

    More than ``budget`` restarts within ``budget_window_s`` slow further ones down to one every
    ``exhausted_s``: a worker that cannot live must not eat the machine.
    """

    start_s: float = 25.0
    ping_every_s: float = 1.0
    ping_timeout_s: float = 6.0
    drain_s: float = 2.0
    stacks_s: float = 0.2
    steps_s: tuple[float, ...] = (0.05, 0.5, 1.0, 2.0, 5.0)
    budget: int = 10
    budget_window_s: float = 120.0
    exhausted_s: float = 30.0


@dataclass(slots=True)
class WorkerStatus:
    """What is known of a worker, for people and metrics. ``cpu_s`` counts over all its lives.

    ``note`` is what is particular about it, ``note_zh`` the same in Chinese.
    """

    kind: str
    name: str
    state: WorkerState = WorkerState.STARTING
    pid: int = 0
    restarts: int = 0
    cpu_s: float = 0.0
    memory_bytes: int = 0
    note: str = ""
    note_zh: str = ""


class Worker:
    """One supervised process. Belongs to the control plane's event loop.

    ``on_ready`` is called each time the process is up, before anything else is sent: it posts
    the configuration. ``on_message`` gets everything the process says; ``on_down`` is called each
    time it is gone. One ``on_demand`` has no process, and costs nothing, until it is wanted.
    """

    def __init__(
        self,
        kind: str,
        name: str,
        module: str,
        *,
        on_ready: Callable[[Worker], None],
        on_message: Callable[[Worker, Received], None],
        on_down: Callable[[Worker], None],
        on_demand: bool = False,
        timing: Timing = Timing(),
    ) -> None:
        self.status = WorkerStatus(kind, name, WorkerState.IDLE if on_demand else WorkerState.STARTING)
        self._module = module
        self._on_ready = on_ready
        self._on_message = on_message
        self._on_down = on_down
        self._timing = timing
        self._channel: Channel | None = None
        self._on_demand = on_demand
        self._wanted = asyncio.Event()
        self._up = asyncio.Event()
        self._draining = asyncio.Event()
        self._deaths: deque[float] = deque(maxlen=timing.budget)
        self._cpu_before_s = 0.0
        self._answer_by_s = inf

    @property
    def ready(self) -> bool:
        """Whether the process is up and takes commands."""
        return self.status.state is WorkerState.READY

    @property
    def draining(self) -> bool:
        """Whether it is to end, or has ended: no other process follows."""
        return self._draining.is_set()

    def want(self) -> None:
        """Start the process, if it is one on demand that does not run yet."""
        self._wanted.set()

    def post(self, message: Message) -> None:
        """Send ``message`` if the process is up; a new process is told everything by ``on_ready``."""
        if self._channel is not None and self.ready:
            self._channel.post(message)

    async def call(self, message: Message, timeout_s: float = 5.0) -> Received:
        """Send a request; raises :class:`ChannelClosedError` when the process is not up.

        One on demand is wanted by that, and waited for, unless it is to end.
        """
        if self._on_demand and not self._draining.is_set():
            self.want()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._up.wait(), timeout_s)
        if self._channel is None or not self.ready:
            raise ChannelClosedError(
                "worker {name} is {state}; try again",
                name=self.status.name,
                state=Sentence(self.status.state),
            )
        return await self._channel.call(message, timeout_s)

    async def until_ready(self, timeout_s: float) -> None:
        """Wait until the process is up; raises :class:`TimeoutError`."""
        await asyncio.wait_for(self._up.wait(), timeout_s)

    def drain(self) -> None:
        """Ask the process to finish; :meth:`run` returns when it is gone."""
        self._draining.set()
        self._wanted.set()

    async def run(self, processes: Processes) -> None:
        """Keep a process of ``processes`` running until :meth:`drain`. One task runs this."""
        backoff = Backoff(self._timing.steps_s)
        if self._on_demand:
            await self._wanted.wait()
        while not self._draining.is_set():
            started = monotonic_s()
            await self._live(processes)
            if self._draining.is_set():
                break
            if monotonic_s() - started > self._timing.budget_window_s:
                backoff.reset()
            self.status.state = WorkerState.WAITING
            self.status.restarts += 1
            delay_s = self._next_delay_s(backoff)
            log.warning("worker %s died; restart in %.2f s", self.status.name, delay_s)
            await self._drained_within(delay_s)
        self.status.state = WorkerState.STOPPED

    def _next_delay_s(self, backoff: Backoff) -> float:
        now = monotonic_s()
        self._deaths.append(now)
        full = len(self._deaths) == self._timing.budget
        if full and now - self._deaths[0] < self._timing.budget_window_s:
            return self._timing.exhausted_s
        return backoff.next_s()

    async def _drained_within(self, timeout_s: float) -> bool:
        try:
            await asyncio.wait_for(self._draining.wait(), timeout_s)
        except TimeoutError:
            return False
        return True

    async def _live(self, processes: Processes) -> None:
        """One life of the process, from spawn to reaped."""
        self.status.state = WorkerState.STARTING
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = await processes.start(self._module, self.status.name, theirs)
            except OSError as error:
                ours.close()
                log.error("worker %s cannot start: %r", self.status.name, error)
                return
        self.status.pid = process.pid
        channel = self._channel = await Channel.from_socket(ours)
        listening = asyncio.create_task(self._listen(channel), name=f"{self.status.name} listen")
        try:
            await self._watch(process, channel, listening)
        finally:
            await self._end(process, listening, channel)

    async def _watch(self, process: Process, channel: Channel, listening: asyncio.Task[None]) -> None:
        """Ping until the process dies, hangs, or is to drain."""
        self._answer_by_s = monotonic_s() + self._timing.start_s
        drain = asyncio.create_task(self._draining.wait(), name=f"{self.status.name} drain")
        try:
            while True:
                done, _ = await asyncio.wait(
                    (listening, drain),
                    timeout=self._timing.ping_every_s,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if done:
                    break
                if monotonic_s() > self._answer_by_s:
                    await self._dump_stacks(process)
                    return
                if self.ready:
                    # Counted from what is unanswered: a supervisor that stood still itself blames nobody.
                    self._answer_by_s = min(self._answer_by_s, monotonic_s() + self._timing.ping_timeout_s)
                    channel.post(Ping())
            if not listening.done():
                channel.post(Drain())
                await self._until_drained(process, listening)
        finally:
            drain.cancel()

    async def _until_drained(self, process: Process, listening: asyncio.Task[None]) -> None:
        """Wait until the process has closed its end; one that does not come to an end is killed."""
        await asyncio.wait([listening], timeout=self._timing.drain_s)
        if not listening.done():
            log.warning("worker %s does not come to its end; it is killed", self.status.name)
            with suppress(ProcessLookupError):  # It may have ended at the last moment.
                process.send_signal(signal.SIGKILL)

    async def _dump_stacks(self, process: Process) -> None:
        log.error("worker %s does not answer; its stacks follow, then it is killed", self.status.name)
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGUSR1)
        # What a stopped process needs to write them; nothing to wait on.
        await asyncio.sleep(self._timing.stacks_s)

    async def _end(self, process: Process, listening: asyncio.Task[None], channel: Channel) -> None:
        listening.cancel()
        self._channel = None
        self._up.clear()
        was_ready, self.status.state = self.ready, WorkerState.WAITING
        await channel.close()
        try:
            await asyncio.wait_for(process.wait(), 0.5 if self._draining.is_set() else 0.05)
        except TimeoutError:
            with suppress(ProcessLookupError):  # It may have ended at the last moment.
                process.send_signal(signal.SIGKILL)
            await process.wait()
        process.close()
        self._cpu_before_s = self.status.cpu_s
        self.status.pid = self.status.memory_bytes = 0
        if was_ready:
            try:
                self._on_down(self)
            except CommandwallError:
                log.exception("worker %s is gone, which cannot be handled", self.status.name)

    async def _listen(self, channel: Channel) -> None:
        try:
            async for received in channel.received():
                self._hear(received)
        except ProtocolError as error:
            log.error("worker %s: %s", self.status.name, error)

    def _hear(self, received: Received) -> None:
        match received.message:
            case Ready():
                self.status.state = WorkerState.READY
                self._answer_by_s = inf
                self._on_ready(self)
                self._up.set()
            case Pong(cpu_s, memory_bytes):
                self._answer_by_s = inf
                self.status.cpu_s = self._cpu_before_s + cpu_s
                self.status.memory_bytes = memory_bytes
            case _:
                try:
                    self._on_message(self, received)
                except CommandwallError:
                    log.exception("worker %s said what cannot be handled", self.status.name)
