"""WebRTC sessions end with the right of who came with them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from commandwall.control.database import StoreError
from commandwall.control.rtc import RtcControl
from commandwall.control.users import Users

log = logging.getLogger(__name__)

_ASK_AGAIN_S = 60.0


@asynccontextmanager
async def guarded(rtc: RtcControl, users: Users, every_s: float = _ASK_AGAIN_S) -> AsyncIterator[None]:
    """End the sessions of users and tokens that are removed, expired or have another role meanwhile.

    A session is one request, so nobody asks anew later. Belongs to the control plane's event loop.
    """
    guarding = asyncio.create_task(_guard(rtc, users, every_s), name="rtc guard")
    try:
        yield
    finally:
        guarding.cancel()
        await asyncio.wait([guarding])


async def _guard(rtc: RtcControl, users: Users, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        visitors = rtc.visitors()  # Before asking: who comes meanwhile was let in just now.
        if not visitors:
            continue
        try:
            welcome = await users.principals()
        except StoreError:
            continue  # A disk in trouble takes no picture away.
        for session in visitors:
            if session.by not in welcome:
                log.info(
                    "session %s of %s ends: no such user or token any more", session.id[:6], session.by.name
                )
                rtc.end(session)
