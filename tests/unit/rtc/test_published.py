from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.base.errors import NotFoundError
from commandwall.ipc.packets import PacketServer, Subscription
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.rtc.published import Published, PublishedBus
from tests.unit.rtc.streams import INFO, until


async def test_subscribers_get_the_description_and_what_follows_and_a_key_frame_is_asked_for(
    short_dir: Path,
) -> None:
    wishes: list[int] = []
    screen, bus = Published(lambda: wishes.append(1)), PublishedBus()
    bus.put("screen/desk", screen)
    screen.describe(INFO)
    async with PacketServer(short_dir / "bus", bus):
        subscription = await Subscription.open(short_dir / "bus", "screen/desk")
        records = subscription.records()
        assert await anext(records) == INFO
        assert (wishes, screen.watched) == ([1], True)
        unit = AccessUnit(b"picture", 3600, True)
        screen.push(unit)
        assert await anext(records) == unit
        screen.describe(StreamInfo("h264", 128, 64))
        assert await anext(records) == StreamInfo("h264", 128, 64)
        subscription.request_key()
        await until(lambda: len(wishes) == 2)
        bus.remove("screen/desk", screen)
        assert await anext(records, None) is None
        await until(lambda: not screen.watched)


def test_what_is_not_shared_is_not_found() -> None:
    bus = PublishedBus()
    bus.put("screen/desk", Published(lambda: None))
    for stream in ("screen/other", "head/desk", "desk"):
        with pytest.raises(NotFoundError, match="is not shared"):
            bus.request_key(stream)


def test_one_that_took_the_place_of_another_stays() -> None:
    bus, wishes = PublishedBus(), list[int]()
    old, new = Published(lambda: None), Published(lambda: wishes.append(1))
    bus.put("screen/desk", old)
    bus.put("screen/desk", new)
    bus.remove("screen/desk", old)
    bus.request_key("screen/desk")
    assert wishes == [1]
