from __future__ import annotations

import asyncio
import os
import resource
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from commandwall.base.errors import ConnectionLostError, LocalError, UntrustedError
from commandwall.base.trust import SYSTEM_TRUST, Trust
from commandwall.rtsp.address import parse_address
from commandwall.rtsp.dial import dial
from tests.certificates import self_signed

pytestmark = pytest.mark.blocks_loop  # the system's certificates are read


async def connect(port: int, trust: Trust, scheme: str = "rtsps", timeout_s: float = 5.0) -> None:
    """Open and close a connection."""
    made: list[asyncio.BaseTransport] = []

    class Client(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            made.append(transport)

    await dial(Client, parse_address(f"{scheme}://127.0.0.1:{port}/x"), trust, timeout_s)
    made[0].close()


async def test_who_is_believed(tmp_path: Path) -> None:
    pem = self_signed(tmp_path / "camera.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with server:
        await connect(port, Trust(ca_file=str(pem)))
        await connect(port, Trust(verify=False))
        with pytest.raises(UntrustedError, match=r"self-signed certificate; .*ingest\.tls\.ca"):
            await connect(port, SYSTEM_TRUST)


async def test_a_server_that_speaks_no_tls_or_nothing() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"RTSP/1.0 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        with pytest.raises(ConnectionLostError, match="no TLS"):
            await connect(server.sockets[0].getsockname()[1], SYSTEM_TRUST)
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as server:
        with pytest.raises(ConnectionLostError, match=r"does not answer within 0\.1 s"):
            await connect(server.sockets[0].getsockname()[1], SYSTEM_TRUST, timeout_s=0.1)


@contextmanager
def no_more_files() -> Iterator[None]:
    """Let nothing be opened."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest_free = os.dup(0)
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))


async def test_nobody_listens(free_port: Callable[[], int]) -> None:
    with pytest.raises(ConnectionLostError, match="refused"):
        await connect(free_port(), SYSTEM_TRUST, "rtsp")


async def test_no_socket_is_left_here(free_port: Callable[[], int]) -> None:
    port = free_port()
    with no_more_files(), pytest.raises(LocalError, match="Too many open files"):
        await connect(port, SYSTEM_TRUST, "rtsp")
