"""Two ends of a link joined by queues instead of a network."""

from __future__ import annotations

import asyncio

from aiohttp import WSMessage, WSMsgType


class PaperSocket:
    """One end; implements :class:`commandwall.conference.links.line.Socket`."""

    def __init__(self, inbound: asyncio.Queue[WSMessage], outbound: asyncio.Queue[WSMessage]) -> None:
        self._inbound = inbound
        self._outbound = outbound
        self.closed = False

    async def send_str(self, data: str) -> None:
        if self.closed:
            raise ConnectionResetError
        self._outbound.put_nowait(WSMessage(WSMsgType.TEXT, data, None))

    async def receive(self, timeout: float | None = None) -> WSMessage:
        async with asyncio.timeout(timeout):
            return await self._inbound.get()

    def close(self) -> None:
        self.closed = True
        for queue in (self._inbound, self._outbound):
            queue.put_nowait(WSMessage(WSMsgType.CLOSED, None, None))


def wire() -> tuple[PaperSocket, PaperSocket]:
    """Return two sockets that are each other's ends."""
    up: asyncio.Queue[WSMessage] = asyncio.Queue()
    down: asyncio.Queue[WSMessage] = asyncio.Queue()
    return PaperSocket(down, up), PaperSocket(up, down)
