"""The share process under its control: what it says while it cannot listen, and that it goes on trying."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from commandwall.base.sentence import Sentence
from commandwall.control.feeds import Feeds
from commandwall.control.share import ShareControl
from commandwall.control.state import CameraBoard
from commandwall.settings.site import Address, RtspSettings
from commandwall.workers.processes import Processes
from tests.e2e.site import until


@asynccontextmanager
async def sharing(port: int, processes: Processes) -> AsyncIterator[ShareControl]:
    """Run a share process that has nothing to share."""
    settings = RtspSettings(Address("127.0.0.1", port))
    board = CameraBoard([], lambda kind, body: None)
    share = ShareControl(settings, board, cast("Feeds", None), [])
    running = asyncio.create_task(share.worker.run(processes))
    try:
        yield share
    finally:
        share.worker.drain()
        await running


async def test_a_port_that_is_held_is_said_and_taken_when_it_is_let_go(processes: Processes) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        async with sharing(port, processes) as share:

            async def refused() -> Sentence | None:
                return share.fault()

            fault: Sentence = await until("the share process cannot listen", refused)
            assert fault.startswith(f"nothing is shared by RTSP, rtsp.listen 127.0.0.1:{port}: ")
            status = share.worker.status
            assert (status.note, status.note_zh) == (fault, fault.zh)
            holder.close()

            async def mended() -> bool:
                return share.fault() is None

            await until("the share process listens", mended)
            assert (status.note, status.note_zh) == ("", "")
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
            assert await reader.readline() == b"RTSP/1.0 200 OK\r\n"
            writer.close()
