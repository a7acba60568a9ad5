"""The simulated cameras that every side of the benchmark receives, in a process of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from commandwall.base.errors import ProtocolError
from commandwall.rtsp.address import parse_address
from simulators.spec import VideoSpec, parse_spec
from tests.e2e.site import cameras, program

SUB = "640x360@15:384k"
CIF = "352x288@12:192k"
MAIN = "1920x1080@25:4000k"
_BAKE_S = 900.0


@dataclass(frozen=True, slots=True)
class Streams:
    """A running camera farm: ``count`` sub streams of ``spec``; the first ``live`` are encoded live."""

    base: str
    pid: int
    count: int
    spec: VideoSpec
    live: int

    def urls(self, count: int) -> list[str]:
        """Return the addresses of the first ``count`` sub streams."""
        return [f"{self.base}/cam/{number:04}/sub" for number in range(1, count + 1)]

    def cameras(self, count: int) -> list[dict[str, Any]]:
        """Return the first ``count`` cameras as entries of a configuration; their ids are ``cam-1``..."""
        return cameras(self.base, count)


@asynccontextmanager
async def streams(count: int, sub: str = SUB, *, live: int = 0) -> AsyncIterator[Streams]:
    """Run a farm until the context ends; yields when every stream can be had without waiting."""
    options = ("--count", str(count), "--port", "0", "--sub", sub, "--live", str(live))
    async with program("simulators.cameras", *options, ready="ready ") as (pid, line):
        base = line.split()[1].rsplit("/cam/", 1)[0]
        farm = Streams(base, pid, count, parse_spec(sub), live)
        await asyncio.wait_for(_baked(farm), _BAKE_S)
        yield farm


async def _baked(farm: Streams) -> None:
    """Ask for every stream once: the answer comes when its pictures are there.

    The first camera's main stream as well, which fills the wall in a layout of one cell.
    """
    address = parse_address(farm.base)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        for number, url in enumerate((f"{farm.base}/cam/0001/main", *farm.urls(farm.count)), 1):
            writer.write(f"DESCRIBE {url} RTSP/1.0\r\nCSeq: {number}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            status, *headers = head.split("\r\n")
            if " 200 " not in status:
                raise ProtocolError(f"camera farm: DESCRIBE {url}: {status}")
            length = next((h.split(":")[1] for h in headers if h.lower().startswith("content-length:")), "0")
            await reader.readexactly(int(length))
    finally:
        writer.close()
