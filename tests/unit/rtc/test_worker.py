from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiortc import RTCRtpSender

from commandwall.base.errors import CommandwallError, InvalidError, NotFoundError
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.messages import Message
from commandwall.ipc.packets import Subscription
from commandwall.ipc.rtc_messages import (
    AcceptAnswer,
    ConfigureRtc,
    EndSession,
    PublishStream,
    RtcFault,
    StreamAt,
    SwitchStream,
    TrickleSession,
    WatchStream,
)
from commandwall.rtc import picture
from commandwall.rtc.worker import rtc_process
from tests.unit.rtc.streams import OFFER, Publisher, until

WATCH = WatchStream("s", (StreamAt("/nowhere", "head/a", True),), None, "v=0")


@asynccontextmanager
async def control() -> AsyncIterator[tuple[Channel, asyncio.Queue[Message]]]:
    """Run the process's body; yields the control plane's end, and what is told there."""
    told: asyncio.Queue[Message] = asyncio.Queue()
    left, right = socket.socketpair()
    ours, theirs = await Channel.from_socket(left), await Channel.from_socket(right)

    async def listen() -> None:
        async for received in ours.received():
            told.put_nowait(received.message)

    async def serve() -> None:
        async with rtc_process(theirs) as process:
            async for received in theirs.received():
                await process.handle(received)

    tasks = [asyncio.create_task(listen()), asyncio.create_task(serve())]
    try:
        yield ours, told
    finally:
        await ours.close()
        await asyncio.gather(*tasks)
        await theirs.close()


async def test_requests_are_answered_with_what_is_wrong_with_them(short_dir: Path) -> None:
    async with control() as (channel, _):
        channel.post(ConfigureRtc(str(short_dir / "bus"), ()))
        channel.post(EndSession("never was"))
        for request in (WATCH, PublishStream("s", "screen/desk", "", "v=0")):
            with pytest.raises(InvalidError, match="0 video sections"):
                await channel.call(request)
        for late in (TrickleSession("s", ""), AcceptAnswer("s", ""), SwitchStream("s", ())):
            with pytest.raises(NotFoundError, match="is over"):
                await channel.call(late)
        subscription = await Subscription.open(short_dir / "bus", "screen/desk")
        assert [record async for record in subscription.records()] == []


async def test_without_its_hooks_it_says_what_to_install_and_refuses(
    monkeypatch: pytest.MonkeyPatch, short_dir: Path
) -> None:
    monkeypatch.delattr(RTCRtpSender, "_send_keyframe")
    async with control() as (channel, told):
        channel.post(ConfigureRtc(str(short_dir / "bus"), ()))
        async with asyncio.timeout(10):
            fault = await told.get()
        assert isinstance(fault, RtcFault)
        assert "install aiortc" in fault.en and "请安装" in fault.zh
        with pytest.raises(CommandwallError, match="see the log"):
            await channel.call(WATCH)


async def test_what_waits_for_a_picture_does_not_hold_up_the_end(
    monkeypatch: pytest.MonkeyPatch, short_dir: Path
) -> None:
    monkeypatch.setattr(picture, "_FIRST_KEY_S", 60.0)
    publisher, at = Publisher(), StreamAt(str(short_dir / "head"), "head/a")
    async with publisher.serve(short_dir / "head"), asyncio.timeout(20):
        async with control() as (channel, _):
            channel.post(ConfigureRtc(str(short_dir / "bus"), ()))
            asked = asyncio.create_task(channel.call(WatchStream("s", (at,), None, OFFER)))
            await until(lambda: publisher.subscribers)
        with pytest.raises(CommandwallError):
            await asked
        await until(lambda: not publisher.subscribers)


async def test_what_is_meant_for_another_process_is_refused() -> None:
    left, right = socket.socketpair()
    ours, theirs = await Channel.from_socket(left), await Channel.from_socket(right)
    async with rtc_process(ours) as process:
        with pytest.raises(CommandwallError, match="does not take RtcFault"):
            await process.handle(Received(RtcFault("", ""), b"", 0))
    await ours.close()
    await theirs.close()
