"""The child's end of a worker: event loop, channel, pings, drain, and death with its parent."""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

import uvloop

from commandwall.base.ending import end_with_parent
from commandwall.base.errors import CommandwallError
from commandwall.base.logs import configure_logs
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.messages import Drain, Failure, Ping, Pong, Ready

_SWITCH_S = 0.0005
"""How long a thread may keep the interpreter from another one that wants it. Threads that decode and
compose want it for a tenth of a millisecond at a time; with Python's own 5 ms they wait for each other
most of the time, and cores lie idle while pictures are late."""
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Handler(Protocol):
    """What a worker does: ingest, wall and share implement it."""

    async def handle(self, received: Received) -> None:
        """Act on one message of the control plane; raises :class:`CommandwallError` to refuse."""


Body = Callable[[Channel], AbstractAsyncContextManager[Handler]]
"""Opens a worker's resources and yields its handler; closing it drains the worker."""


def run_child(body: Body) -> None:
    """Run a worker process until it is drained or its parent is gone. The main of every worker.

    ``sys.argv`` is the module, the worker's name and the number of the inherited socket.
    """
    name, fd = sys.argv[1], int(sys.argv[2])
    configure_logs(name)
    sys.setswitchinterval(_SWITCH_S)
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)
    end_with_parent()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # The control plane alone says when to stop.
    uvloop.run(_serve(body, socket.socket(fileno=fd)))


async def _serve(body: Body, sock: socket.socket) -> None:
    channel = await Channel.from_socket(sock)
    try:
        async with body(channel) as handler:
            channel.post(Ready())
            async for received in channel.received():
                if isinstance(received.message, Drain):
                    break
                if isinstance(received.message, Ping):
                    channel.post(_pong())
                else:
                    await _handle(handler, channel, received)
    finally:
        await channel.close()


async def _handle(handler: Handler, channel: Channel, received: Received) -> None:
    try:
        await handler.handle(received)
    except CommandwallError as error:
        if not received.call:
            raise
        channel.answer(received.call, Failure.of(error))


def _pong() -> Pong:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Pong(usage.ru_utime + usage.ru_stime, pages * _PAGE_BYTES)
