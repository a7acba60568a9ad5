"""A network that goes, and takes all cameras with it, and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.e2e.site import Daemon, Site, cameras, farm, until

CAMERAS = 8
TRIES = 5 * CAMERAS
"""So many tries in vain take until long after each camera waits for half a minute."""
RETURN_S = 20.0
"""It takes some five on an idle machine, and 24 at least for one who waits out his half minute."""

pytestmark = [pytest.mark.timeout(150), pytest.mark.blocks_loop]


async def until_all(daemon: Daemon, state: str, timeout_s: float = 60.0) -> None:
    async def reached() -> bool:
        return set((await daemon.camera_states()).values()) == {state}

    await until(f"all cameras are {state}", reached, timeout_s)


async def refuse(port: int, tries: int) -> None:
    """Close every connection to ``port`` at once, until there were so many."""
    enough = asyncio.Event()
    seen = 0

    def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        seen += 1
        writer.close()
        if seen == tries:
            enough.set()

    async with await asyncio.start_server(hang_up, "127.0.0.1", port):
        await enough.wait()


async def test_cameras_that_vanish_together_return_within_seconds_of_their_network(
    site: Site, free_port: Callable[[], int]
) -> None:
    port = free_port()
    base = f"rtsp://127.0.0.1:{port}"
    site.cameras = cameras(base, CAMERAS)
    async with site.run() as daemon:
        async with farm(CAMERAS, "--port", str(port)):
            await until_all(daemon, "live")
        await until_all(daemon, "lost")
        await refuse(port, TRIES)
        async with farm(CAMERAS, "--port", str(port)):
            await until_all(daemon, "live", RETURN_S)
