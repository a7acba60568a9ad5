"""A TCP relay on loopback that can be cut, so that neither side hears of it, and mended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_CHUNK_BYTES = 1 << 16


class Relay:
    """Passes bytes both ways between whoever connects and ``port`` of 127.0.0.1, unless it is cut."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self._to = port
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Pass nothing on; connections stay, and those that come wait."""
        self._open.clear()

    def mend(self) -> None:
        """Pass on what is sent from now; connections of before are broken, as after a long cut."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        self._open.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes over one connection."""
        self._writers.add(writer)
        try:
            await self._open.wait()
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
            self._writers.add(far_writer)
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        except (ConnectionError, asyncio.CancelledError):
            pass

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK_BYTES):
            await self._open.wait()
            writer.write(data)
        writer.close()


@asynccontextmanager
async def relay(port: int) -> AsyncIterator[Relay]:
    """Run a relay to ``port``."""
    running = Relay(port)
    server = await asyncio.start_server(running.serve, "127.0.0.1", 0)
    running.port = server.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        server.close()
        running.mend()
