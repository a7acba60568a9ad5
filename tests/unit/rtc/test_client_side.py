"""This end offers, and another server of the same kind answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from commandwall.base.errors import InvalidError, NotFoundError, UnavailableError
from commandwall.ipc.packets import PacketServer, Subscription
from commandwall.ipc.rtc_messages import OfferIntake, OfferStream, PublishStream, WatchStream
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.rtc import picture
from tests.unit.rtc.clients import CONNECTED, ENDED, Bench, open_bench, opus
from tests.unit.rtc.streams import units, until

pytestmark = pytest.mark.blocks_loop  # aiortc is at both ends of one loop, and makes keys there.


@pytest.fixture
async def bench(short_dir: Path) -> AsyncIterator[Bench]:
    async with asyncio.TaskGroup() as tasks, open_bench(short_dir, tasks) as opened:
        yield opened


async def first(bus: Path, stream: str, count: int) -> tuple[StreamInfo, list[AccessUnit]]:
    """Return the description of ``stream`` and its next ``count`` units."""
    subscription = await Subscription.open(bus, stream)
    records = subscription.records()
    info = await anext(records)
    assert isinstance(info, StreamInfo)
    got = [await anext(records) for _ in range(count)]
    subscription.close()
    return info, [unit for unit in got if isinstance(unit, AccessUnit)]


async def both_arrive(bench: Bench, bus: Path) -> None:
    """Push a picture and sound, and wait until the other side has published them."""
    await until(lambda: bench.publisher.keys_asked and "mix" in bench.publisher.subscribers.values())
    reading = asyncio.gather(first(bus, "voice", 2), first(bus, "people", 1))
    (pushed,) = units(1)
    while not reading.done():
        bench.publisher.push(pushed)
        bench.publisher.push(opus(0), opus(1), stream="mix")
        await asyncio.sleep(0.02)
    (sound, heard), (info, seen) = await reading
    assert (sound.codec, sound.sample_rate, info) == ("opus", 48000, StreamInfo("h264", 64, 64))
    assert seen[0].key and heard[0].data[:1] == b"\x78"
    assert abs(heard[1].pts_90k - heard[0].pts_90k) == 1800


async def test_what_is_offered_is_taken_by_whip(bench: Bench) -> None:
    bus = bench.path.with_name("rtc")
    async with PacketServer(bus, bench.published):
        offer = await bench.sessions.offer_stream(OfferStream("out", (bench.at(),), bench.at("mix")))
        assert "a=candidate" in offer
        answer = await bench.sessions.publish(PublishStream("in", "people", "voice", offer))
        await bench.sessions.accept("out", answer.sdp)
        await until(lambda: {("out", CONNECTED), ("in", CONNECTED)} <= set(bench.told))
        await both_arrive(bench, bus)
        await until(lambda: {"in", "out"} <= set(bench.figures))


async def test_what_is_asked_for_is_sent_by_whep(bench: Bench) -> None:
    bus = bench.path.with_name("rtc")
    async with PacketServer(bus, bench.published):
        offer = await bench.sessions.offer_intake(OfferIntake("in", "people", "voice"))
        answer = await bench.sessions.watch(WatchStream("out", (bench.at(),), bench.at("mix"), offer))
        await bench.sessions.accept("in", answer.sdp)
        await both_arrive(bench, bus)
        bench.sessions.end("out")
        await until(lambda: ("in", ENDED) in bench.told)


async def test_an_answer_that_is_none_leaves_the_offer_open(bench: Bench) -> None:
    offer = await bench.sessions.offer_intake(OfferIntake("in", "people", "voice"))
    for nonsense in ("hello", "v=0\r\n", "v=0\r\nm=video"):
        with pytest.raises(InvalidError) as refused:
            await bench.sessions.accept("in", nonsense)
        assert refused.value.field == "sdp"
    with pytest.raises(NotFoundError):
        await bench.sessions.accept("never was", offer)
    answer = await bench.sessions.watch(WatchStream("out", (bench.at(),), None, offer))
    await bench.sessions.accept("in", answer.sdp)
    with pytest.raises(InvalidError, match="no offer that waits"):
        await bench.sessions.accept("in", answer.sdp)


async def test_a_server_that_takes_nothing_is_told_so(bench: Bench) -> None:
    offer = await bench.sessions.offer_intake(OfferIntake("in", "people", ""))
    answer = await bench.sessions.watch(WatchStream("out", (bench.at(),), None, offer))
    with pytest.raises(UnavailableError, match="neither picture nor sound"):
        await bench.sessions.accept("in", answer.sdp.replace("a=sendonly", "a=inactive"))


async def test_nothing_is_offered_without_a_picture(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "_FIRST_KEY_S", 0.05)
    with pytest.raises(UnavailableError, match="no picture"):
        await bench.sessions.offer_stream(OfferStream("out", (bench.at("nothing"),), None))
    bench.sessions.end("out")
    assert bench.told == []
