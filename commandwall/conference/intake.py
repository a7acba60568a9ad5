"""Keeps one voice subscribed to where it is published."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from commandwall.base.errors import ProtocolError
from commandwall.base.tasks import Backoff
from commandwall.conference.ticker import now_samples
from commandwall.conference.voice import Voice
from commandwall.ipc.packets import BusAddress, Subscription
from commandwall.model.access_unit import StreamInfo

log = logging.getLogger(__name__)

_AT_ONCE = 32


async def take_in(bus: BusAddress, voice: Voice) -> None:
    """Give ``voice`` what comes from ``bus`` until cancelled; when it ends, try again, and again."""
    backoff = Backoff((0.05, 0.1, 0.2, 0.5, 1.0))
    while True:
        try:
            if await _read(bus, voice):
                backoff.reset()
            voice.end()
        except ProtocolError as error:
            log.warning("%s is no sound: %s", bus.stream, error)
            voice.refuse()
        await asyncio.sleep(backoff.next_s())


async def _read(bus: BusAddress, voice: Voice) -> bool:
    """Read until the publisher closes and return whether anything came; raises :class:`ProtocolError`."""
    try:
        subscription = await Subscription.open(Path(bus.packet_path), bus.stream)
    except OSError:
        return False
    count = 0
    try:
        async for record in subscription.records():
            if not count:
                voice.begin(now_samples())
            if isinstance(record, StreamInfo):
                voice.describe(record)
            else:
                voice.push(record, now_samples())
            count += 1
            if not count % _AT_ONCE:  # what is read already is given without waiting: let the mix go on
                await asyncio.sleep(0)
    finally:
        subscription.close()
    return count > 0
