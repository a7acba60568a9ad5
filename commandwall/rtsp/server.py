"""The RTSP server (RFC 2326): serves pictures and sound to any number of clients over TCP and UDP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from commandwall.base.auth import ServerAuthenticator
from commandwall.base.clock import Clock, monotonic_s, utc_ns
from commandwall.base.tasks import spawn
from commandwall.rtsp.server_connection import Connection, Server
from commandwall.rtsp.server_outlet import Address, UdpPair
from commandwall.rtsp.server_track import Catalogue

_CHECK_INTERVAL_S = 1.0
_BACKLOG = 1024


class RtspServer:
    """Serves what ``catalogue`` knows. ``async with`` starts it and closes it with all its clients.

    ``authenticator``: who may watch; ``None`` lets everybody in.
    ``limit_bytes``: how much may wait for one client before frames are dropped for it.
    ``protocol``: makes what talks to a client; another one than ``Connection`` wraps one.
    ``timeout_s``: who plays nothing, or by UDP, and is silent, and who reads nothing, is sent away after it.
    Where every track of a session has ended, its connection is closed.
    Runs in the event loop it was started in.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        host: str,
        port: int,
        *,
        authenticator: ServerAuthenticator | None = None,
        limit_bytes: int = 1 << 20,
        timeout_s: float = 60.0,
        name: str = "commandwall",
        clock: Clock = monotonic_s,
        protocol: Callable[[Server], asyncio.Protocol] = Connection,
    ) -> None:
        self.catalogue = catalogue
        self.authenticator = authenticator
        self.limit_bytes = limit_bytes
        self.timeout_s = timeout_s
        self.name = name
        self.clock = clock
        self._host, self._port = host, port
        self._protocol = protocol
        self._connections: dict[Connection, asyncio.Task[None]] = {}
        self._tasks = asyncio.TaskGroup()
        self._udp_lock = asyncio.Lock()
        self._udp: UdpPair | None = None
        self._listener: asyncio.Server | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port that is listened on (the one the system chose, if 0 was asked for)."""
        assert self._listener is not None
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._connections)

    async def __aenter__(self) -> Self:
        """Listen. Raises OSError when the address cannot be bound."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            lambda: self._protocol(self), self._host, self._port, backlog=_BACKLOG, start_serving=False
        )
        await self._tasks.__aenter__()
        self._keeper = spawn(self._tasks, self._keep(), "rtsp-server-keeper")
        await self._listener.start_serving()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listener is not None:
            self._listener.close()
        if self._keeper is not None:
            self._keeper.cancel()
        for connection, task in self._connections.items():
            connection.abort()
            task.cancel()
        if self._udp is not None:
            self._udp.close()
        await self._tasks.__aexit__(None, None, None)

    async def udp(self) -> UdpPair:
        """Return the UDP sockets, opened when first asked for. Raises OSError."""
        async with self._udp_lock:
            if self._udp is None:
                self._udp = await UdpPair.open(self._host, self._on_rtcp)
            return self._udp

    def opened(self, connection: Connection) -> None:
        """Run ``connection`` until it is lost."""
        task = spawn(self._tasks, connection.run(), f"rtsp-client-{connection.peer}")
        self._connections[connection] = task

    def closed(self, connection: Connection) -> None:
        """Stop running ``connection``, whatever it waits for, and forget it."""
        self._connections.pop(connection).cancel()

    def _on_rtcp(self, address: Address) -> None:
        for connection in self._connections:
            if connection.session is not None and connection.session.is_from(address):
                connection.alive_at_s = self.clock()

    async def _keep(self) -> None:
        """Send sender reports, and end clients that are gone, and those for whom nothing more comes."""
        while True:
            await asyncio.sleep(_CHECK_INTERVAL_S)
            now_s, now_ns = self.clock(), utc_ns()
            for connection in list(self._connections):
                if self._is_gone(connection, now_s):
                    connection.abort()
                elif (session := connection.session) is not None:
                    if session.over:
                        connection.close()
                    else:
                        session.report_if_due(now_ns)

    def _is_gone(self, connection: Connection, now_s: float) -> bool:
        session = connection.session
        if connection.closing:
            return True  # It had a while to read what was left.
        if connection.answering:
            return False
        if session is None or session.by_udp or not session.playing:
            return now_s - connection.alive_at_s > self.timeout_s
        blocked_since_s = session.blocked_since_s
        return blocked_since_s is not None and now_s - blocked_since_s > self.timeout_s
