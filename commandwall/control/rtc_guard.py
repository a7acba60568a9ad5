"""WebRTC sessions end with the right of who came with them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from commandwall.control.database import StoreError
from commandwall.control.roles import Principal
from commandwall.control.rtc import RtcControl
from commandwall.control.users import NotSignedInError, Users

log = logging.getLogger(__name__)

_ASK_AGAIN_S = 60.0


@asynccontextmanager
async def guarded(rtc: RtcControl, users: Users, every_s: float = _ASK_AGAIN_S) -> AsyncIterator[None]:
    """End the sessions of those whose sign-in or token holds no more: at once where it is ended here.

    What expires, and what the command line ends, is found by asking ``every_s``: a session is one request,
    so nobody asks anew later. Belongs to the control plane's event loop.
    """
    guarding = asyncio.create_task(_guard(rtc, users, every_s), name="rtc guard")
    try:
        yield
    finally:
        guarding.cancel()
        await asyncio.wait([guarding])


async def _guard(rtc: RtcControl, users: Users, every_s: float) -> None:
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(every_s):
                await users.revoked.wait()
        users.revoked.clear()
        for session in rtc.visitors():
            if not await _welcome(users, session.by):
                log.info(
                    "session %s of %s ends: signed out, or no such token", session.id[:6], session.by.name
                )
                rtc.end(session)


async def _welcome(users: Users, who: Principal) -> bool:
    try:
        await users.confirm(who)
    except NotSignedInError:
        return False
    except StoreError:
        pass  # A disk in trouble takes no picture away.
    return True
