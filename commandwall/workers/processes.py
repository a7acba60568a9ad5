"""Processes for workers: copies of one zygote, each watched by a handle of the kernel's."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import suppress

MAX_ORDER_BYTES = 1024
"""How long the order for a process may be."""
_ZYGOTE = "commandwall.workers.zygote"
_END_S = 0.5


class Process:
    """One worker process. Belongs to the event loop that made it; :meth:`wait` is awaited once."""

    def __init__(self, pid: int, handle: int) -> None:
        self.pid = pid
        self._handle = handle

    def send_signal(self, number: int) -> None:
        """Send a signal; raises ``ProcessLookupError`` when it has ended."""
        signal.pidfd_send_signal(self._handle, number)

    async def wait(self) -> None:
        """Return when it has ended."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._handle, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._handle)

    def close(self) -> None:
        """Give the handle back."""
        os.close(self._handle)


class Processes:
    """Makes worker processes; an async context manager. Belongs to one event loop.

    The zygote starts with the first process, and anew if it was killed: its workers die with it.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._orders: socket.socket | None = None
        self._zygote: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Processes:
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the zygote; every worker should have been drained before."""
        await self._end()

    async def start(self, module: str, name: str, theirs: socket.socket) -> Process:
        """Return a new process that runs ``module`` as ``name`` with ``theirs`` as its end of the channel.

        Raises ``OSError`` when none can be had; where the machine has no room, others go on.
        """
        async with self._lock:
            try:
                number, handles = await self._order(module, name, theirs)
            except (OSError, asyncio.CancelledError):
                await self._end()  # What it answers now would be taken for that to the next order.
                raise
        if not handles:
            raise OSError(number, os.strerror(number))
        return Process(number, handles[0])

    async def _order(self, module: str, name: str, theirs: socket.socket) -> tuple[int, list[int]]:
        """Return the answer: the number of the process and its handle, or that of an error and nothing."""
        orders = self._orders or await self._begin()
        socket.send_fds(orders, [json.dumps([module, name]).encode()], [theirs.fileno()])
        await _readable(orders)
        data, handles, _, _ = socket.recv_fds(orders, MAX_ORDER_BYTES, 1)
        if not data:
            raise ConnectionResetError
        return int(data), handles

    async def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._zygote = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                _ZYGOTE,
                str(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        ours.setblocking(False)
        self._orders = ours
        return ours

    async def _end(self) -> None:
        orders, self._orders = self._orders, None
        zygote, self._zygote = self._zygote, None
        if orders is not None:
            orders.close()
        if zygote is not None:
            try:
                await asyncio.wait_for(zygote.wait(), _END_S)
            except TimeoutError:
                with suppress(ProcessLookupError):  # It may have ended at the last moment.
                    zygote.kill()
                await zygote.wait()


async def _readable(sock: socket.socket) -> None:
    """Return when something can be read from ``sock``, or it was closed."""
    ready = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(sock, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(sock)
