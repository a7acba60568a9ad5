from __future__ import annotations

import asyncio

import pytest

from commandwall.control.conferencing import _beside


async def test_what_fails_beside_the_daemon_ends_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    goes_on = asyncio.Event()

    async def fails() -> None:
        raise OSError(30, "Read-only file system")

    async def lives() -> None:
        while "conferences" not in caplog.messages:
            await asyncio.sleep(0)
        goes_on.set()

    async with _beside() as beside:
        beside(fails(), "conferences")
        beside(lives(), "link")
        await goes_on.wait()
    assert "Read-only file system" in caplog.text
