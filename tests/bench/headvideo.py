"""A head's video as any viewer gets it: WebSocket messages first, pictures afterwards.

Messages are only kept while something is measured and decoded when it is over, so that decoding
takes no time from what is measured.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
import av
import numpy as np
from numpy.typing import NDArray

_HEADER = struct.Struct("!4sBBHQqQ")
_NS_PER_MS = 1e6
_FIRST_S = 10.0

Luma = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: when the wall composed it and when it came here (both UTC ms), and its access unit."""

    composed_ms: float
    received_ms: float
    tick: int
    data: bytes


@dataclass(slots=True)
class Recording:
    """The frames since the viewer came, filled by a task."""

    frames: list[Frame] = field(default_factory=list)

    async def until_first(self) -> None:
        """Wait for the first frame; raises ``TimeoutError``."""
        async with asyncio.timeout(_FIRST_S):
            while not self.frames:
                await asyncio.sleep(0.01)


def parse(message: bytes, received_ms: float) -> Frame:
    """Return the frame in a binary message; raises ``ValueError`` for anything else."""
    if len(message) <= _HEADER.size or not message.startswith(b"CWV1"):
        raise ValueError(f"a message of {len(message)} bytes is no video")
    _, _, _, _, tick, _, composed_ms = _HEADER.unpack_from(message)
    return Frame(composed_ms, received_ms, tick, message[_HEADER.size :])


@asynccontextmanager
async def recording(session: aiohttp.ClientSession, wall: str, head: str) -> AsyncIterator[Recording]:
    """Watch a head for as long as the context lasts."""
    kept = Recording()
    async with session.ws_connect(f"/api/v1/walls/{wall}/heads/{head}/video", max_msg_size=0) as socket:

        async def keep() -> None:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    kept.frames.append(parse(message.data, time.time_ns() / _NS_PER_MS))

        keeping = asyncio.create_task(keep(), name="head recording")
        try:
            yield kept
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping


def pictures(frames: Sequence[Frame]) -> Iterator[tuple[Frame, Luma]]:
    """Yield every frame with its luma plane, (h, w)."""
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    decoder.options = {"flags": "low_delay"}
    for frame in frames:
        for picture in decoder.decode(av.Packet(frame.data)):
            plane = picture.planes[0]
            rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
            yield frame, rows[:, : plane.width]
