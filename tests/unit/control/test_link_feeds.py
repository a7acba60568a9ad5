from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from commandwall.base.errors import ConnectionLostError
from commandwall.conference.bridges.bridge import Leg
from commandwall.control import link_feeds
from commandwall.control.conference_room import Room
from commandwall.control.link_feeds import SentFeeds
from commandwall.control.link_joint import Joint


class Chosen:
    """The other end has chosen Li, who has a picture; nothing of that changes."""

    selected = ("li",)

    async def changed(self) -> None:
        await asyncio.Event().wait()

    def own_picture(self, person: str) -> tuple[str, ...]:
        return (person,)


@pytest.mark.parametrize("fault", [TimeoutError(), ConnectionLostError("gone")])
async def test_a_picture_that_cannot_be_sent_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, fault: Exception | None
) -> None:
    monkeypatch.setattr(link_feeds, "_AGAIN_S", 0.001)
    tried = asyncio.Semaphore(0)

    @asynccontextmanager
    async def opened(_: str) -> AsyncIterator[Leg]:
        tried.release()
        if fault is not None:
            raise fault
        yield cast("Leg", None)

    chosen = Chosen()
    feeds = SentFeeds(cast("Joint", chosen), cast("Room", chosen), 1, opened)
    sending = asyncio.create_task(feeds.run())
    async with asyncio.timeout(5):
        for _ in range(3):
            await tried.acquire()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
