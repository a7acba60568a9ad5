"""Whole sessions over the loopback, with aiortc at the other end too."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from commandwall.base.errors import InvalidError, NotFoundError, UnavailableError
from commandwall.ipc.packets import PacketServer, Subscription
from commandwall.ipc.rtc_messages import PublishStream, WatchStream
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.rtc import hooks, peer, picture, rungs, session, sessions
from commandwall.rtc.sound_queue import SoundQueue
from commandwall.rtc.viewer import Viewer
from commandwall.rtp.annexb import split_annexb
from commandwall.rtp.h264_packetise import packetise_h264
from tests.unit.rtc.clients import CONNECTED, ENDED, LIVE, Bench, clients, frame, open_bench, opus
from tests.unit.rtc.streams import OFFER, OPUS, units, until

pytestmark = pytest.mark.blocks_loop  # aiortc is at both ends of one loop, and makes keys there.


@pytest.fixture
async def bench(short_dir: Path) -> AsyncIterator[Bench]:
    async with asyncio.TaskGroup() as tasks, open_bench(short_dir, tasks) as opened:
        yield opened


def sender_of(*pictures: AccessUnit) -> Viewer:
    """Return what sends ``pictures`` as soon as the connection stands."""

    def begin(viewer: Viewer) -> None:
        for unit in pictures:
            viewer.push(frame(unit, packetise_h264(unit.data, 300)))

    return Viewer(begin, lambda: None)


def voice_of(*packets: AccessUnit) -> SoundQueue:
    """Return what sends ``packets`` as soon as the connection stands."""

    def begin(queue: SoundQueue) -> None:
        for unit in packets:
            queue.push(frame(unit, [unit.data]))

    return SoundQueue(begin)


async def test_all_viewers_get_the_same_packets_of_one_subscription(bench: Bench) -> None:
    async with clients(3) as viewers:
        for number, client in enumerate(viewers):
            await bench.watch(f"s{number}", client)
        await until(lambda: bench.publisher.keys_asked)
        assert len(bench.publisher.subscribers) == 1
        pictures = units(5)
        bench.publisher.push(*pictures)
        sent = [payload for unit in pictures for payload in packetise_h264(unit.data, 1200)]
        for client in viewers:
            await until(lambda client=client: len(client.sink.packets) >= len(sent))
            assert [packet.payload for packet in client.sink.packets] == sent
            assert [packet.marker for packet in client.sink.packets].count(1) == 5
        bench.sessions.end("s1")
        await until(lambda: ("s1", ENDED) in bench.told)
    await until(lambda: [phase for _, phase in bench.told].count(ENDED) == 3)
    await until(lambda: not bench.publisher.subscribers)


async def test_a_player_that_asks_for_sound_too_gets_the_pictures(bench: Bench) -> None:
    async with clients(1) as (client,):
        await bench.watch("s", client, sound=True, to="")
        await until(lambda: bench.publisher.keys_asked)
        bench.publisher.push(*units(1))
        await until(lambda: client.sink.packets)
        directions = [each.currentDirection for each in client.pc.getTransceivers()]
        assert directions == ["inactive", "recvonly"]


async def test_a_wish_for_a_key_frame_reaches_the_publisher(bench: Bench) -> None:
    async with clients(1) as (client,):
        await bench.watch("s", client)
        bench.publisher.push(*units(1))
        await until(lambda: client.sink.packets)
        asked = bench.publisher.keys_asked
        receiver = client.pc.getReceivers()[0]

        async def pleaded() -> bool:
            await hooks.ask_key(receiver, client.sink.packets[0].ssrc)
            return bench.publisher.keys_asked > asked

        while not await pleaded():
            await asyncio.sleep(0.05)


async def test_a_viewer_that_vanishes_harms_nobody(bench: Bench) -> None:
    async with clients(2) as (well, vanishing):
        await bench.watch("well", well)
        await bench.watch("vanishing", vanishing)
        await until(lambda: bench.publisher.keys_asked)
        for protocol in vanishing.pc.getReceivers()[0].transport.transport._connection._protocols:
            protocol.transport.abort()
        for number, picture in enumerate(units(100), 1):
            bench.publisher.push(picture)
            await until(lambda number=number: sum(packet.marker for packet in well.sink.packets) == number)


async def test_a_screen_is_received_and_published(bench: Bench) -> None:
    pictures = units(6)
    bus = bench.path.with_name("screens")
    async with PacketServer(bus, bench.published), clients(1) as (client,):
        offer = (await client.has(sender_of(*pictures))).replace("sendrecv", "sendonly")
        answer = await bench.sessions.publish(PublishStream("s", "screen/desk", "", offer))
        assert "H264" in answer.sdp and "VP8" not in answer.sdp
        subscription = await Subscription.open(bus, "screen/desk")
        await client.accept(answer.sdp)
        records = subscription.records()
        assert await anext(records) == StreamInfo("h264", 64, 64)
        got = [unit async for unit in _first(records, 6)]
        assert [unit.key for unit in got] == [True] + [False] * 5
        assert [split_annexb(unit.data) for unit in got] == [split_annexb(unit.data) for unit in pictures]
        assert bench.told[:2] == [("s", CONNECTED), ("s", LIVE)]
        bench.sessions.end("s")
        assert await anext(records, None) is None


async def test_people_are_published_with_their_voice_as_it_was_sent(bench: Bench) -> None:
    bus = bench.path.with_name("rtc")
    said = [opus(number, -20 - number) for number in range(8)]
    async with PacketServer(bus, bench.published), clients(1) as (client,):
        message = PublishStream(
            "s", "people", "voice", await client.has(sender_of(*units(1)), voice_of(*said))
        )
        answer = await bench.sessions.publish(message)
        assert (answer.video, answer.sound) == (True, True)
        subscription = await Subscription.open(bus, "voice")
        records = subscription.records()
        assert await anext(records) == OPUS
        await client.accept(answer.sdp)
        heard = [unit async for unit in _first(records, 8)]
        assert [unit.data for unit in heard] == [unit.data for unit in said]
        assert [unit.pts_90k for unit in heard] == [number * 1800 for number in range(8)]
        assert [unit.level_dbov for unit in heard] == [unit.level_dbov for unit in said]
        await until(lambda: sorted(bench.live) == ["people", "voice"])
        await until(lambda: "s" in bench.figures and bench.figures["s"].bitrate_bps > 0)
        figures = bench.figures["s"]
        assert figures.loss_ratio == 0.0
        assert figures.jitter_ms is not None


async def test_of_picture_and_sound_one_will_do(bench: Bench) -> None:
    async with clients(1) as (client,):
        await bench.publish("s", client, None, voice_of(opus(0)))
        await until(lambda: bench.live == ["voice"])


async def test_sound_is_passed_on_as_it_is_with_its_level(bench: Bench) -> None:
    async with clients(2) as (seeing, hearing):
        answer = await bench.watch("seeing", seeing, sound=True)
        assert (answer.video, answer.sound) == (True, True)
        assert "useinbandfec=1" in answer.sdp
        await bench.watch("hearing", hearing, sound=True, of=())
        await until(lambda: "mix" in bench.publisher.subscribers.values())
        assert list(bench.publisher.subscribers.values()).count("mix") == 1
        said = [opus(number) for number in range(5)]
        bench.publisher.push(*said, stream="mix")
        for client in (seeing, hearing):
            await until(lambda client=client: len(client.heard.packets) == 5)
            assert client.heard.payloads == [unit.data for unit in said]
            first = client.heard.packets[0].timestamp
            times = [packet.timestamp - first & 0xFFFFFFFF for packet in client.heard.packets]
            assert times == [number * 960 for number in range(5)]
            assert {packet.extensions.audio_level for packet in client.heard.packets} == {(False, 30)}


async def test_a_session_is_switched_at_a_key_frame_and_its_times_go_on(bench: Bench) -> None:
    first, second = units(3), units(3)
    async with clients(1) as (client,):
        await bench.watch("s", client)
        bench.publisher.push(*first)
        await until(lambda: sum(packet.marker for packet in client.sink.packets) == 3)
        bench.publisher.greeting = []
        switching = asyncio.create_task(bench.sessions.switch("s", (bench.at("head/b"),)))
        await until(lambda: "head/b" in bench.publisher.subscribers.values())
        bench.publisher.push(*units(10), stream="head/b")
        await switching
        bench.publisher.push(*units(5)[3:])
        bench.publisher.push(second[1], stream="head/b")
        bench.publisher.push(*second, stream="head/b")
        await until(lambda: sum(packet.marker for packet in client.sink.packets) == 8)
        await until(lambda: list(bench.publisher.subscribers.values()) == ["head/b"])
        packets = client.sink.packets
        sequence = [packet.sequence_number - packets[0].sequence_number & 0xFFFF for packet in packets]
        assert sequence == list(range(len(packets)))
        times = list(
            dict.fromkeys(packet.timestamp - packets[0].timestamp & 0xFFFFFFFF for packet in packets)
        )
        assert times == sorted(times) and len(times) == 8
        assert [later - earlier for earlier, later in pairwise(times[5:])] == [3600, 3600]


async def test_a_line_that_loses_much_gets_the_smaller_rung(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rungs, "_DOWN_AFTER_S", 0.0)
    chance = random.Random(2)
    async with clients(1) as (client,):
        await bench.watch("s", client, of=("head/a", "head/low"))
        transport = bench.sessions._session("s").peer._connection.getSenders()[0].transport
        send = transport._send_rtp

        async def send_some(data: bytes) -> None:
            if 192 <= data[1] <= 208 or chance.random() < 0.6:
                await send(data)

        transport._send_rtp = send_some  # type: ignore[method-assign]
        (picture,) = units(1)
        sent = bench.sessions._session("s").picture
        assert sent is not None
        while sent.rung == 0:
            bench.publisher.push(picture)
            bench.publisher.push(picture, stream="head/low")
            await asyncio.sleep(0.005)
        assert bench.figures["s"].loss_ratio > 0.1
        await until(lambda: set(bench.publisher.subscribers.values()) == {"head/low"})


async def test_with_a_session_ends_the_wait_for_another_rung(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rungs.RungChoice, "judge", lambda *_: 1)
    monkeypatch.setattr(picture, "_FIRST_KEY_S", 60.0)
    async with clients(1) as (client,):
        await bench.watch("s", client, of=("head/a", "head/low"))
        bench.publisher.greeting = []

        def waits() -> bool:
            return any(task.get_name() == "rung of s" for task in asyncio.all_tasks())

        await until(lambda: waits() and "head/low" in bench.publisher.subscribers.values())
        bench.sessions.end("s")
        await until(lambda: not waits())


async def test_a_rung_that_is_not_what_it_is_to_be_is_passed_over_for_good(bench: Bench) -> None:
    bench.publisher.others["camera/main"] = StreamInfo("hevc", 64, 64)
    wanted = bench.at("camera/main", "h264"), bench.at("camera/sub", "h264")
    async with clients(1) as (client,):
        answer = await bench.sessions.watch(WatchStream("s", wanted, None, await client.wants()))
        assert "H264" in answer.sdp and "H265" not in answer.sdp
        sent = bench.sessions._session("s").picture
        assert sent is not None and (sent.rungs, sent.rung) == (wanted[1:], 0)
        with pytest.raises(InvalidError, match="it is hevc, and sent only as h264"):
            await bench.sessions.watch(WatchStream("t", wanted[:1], None, OFFER))


@pytest.mark.parametrize("rung", [0, 1])
async def test_a_switch_passes_over_rungs_of_another_codec(bench: Bench, rung: int) -> None:
    bench.publisher.others["camera/main"] = StreamInfo("hevc", 64, 64)
    rungs = bench.at("camera/main"), bench.at("camera/sub")
    async with clients(1) as (client,):
        await bench.watch("s", client)
        sent = bench.sessions._session("s").picture
        assert sent is not None
        bench.publisher.push(*units(1))
        await until(lambda: client.sink.packets)
        await sent.switch(rungs, rung)
        bench.publisher.push(*units(1), stream="camera/sub")
        await until(lambda: list(bench.publisher.subscribers.values()) == ["camera/sub"])
        await sent.switch(sent.rungs, 0)
        assert (sent.rungs, sent.rung, sent.switching) == (rungs[1:], 0, False)


async def test_a_peer_that_sends_nothing_is_given_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "SILENT_S", 0.0)
    async with clients(1) as (client,):
        await bench.publish("s", client, None, SoundQueue(lambda _: None))
        await until(lambda: ("s", ENDED) in bench.told)


async def test_what_cannot_be_switched_goes_on(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async with clients(1) as (client,):
        await bench.watch("s", client)
        with monkeypatch.context() as soon, pytest.raises(UnavailableError, match="no picture"):
            soon.setattr(picture, "_FIRST_KEY_S", 0.05)
            await bench.sessions.switch("s", (bench.at("nothing"),))
        bench.publisher.info = StreamInfo("hevc", 64, 64)
        with pytest.raises(InvalidError, match="carries h264"):
            await bench.sessions.switch("s", (bench.at("head/b"),))
        with pytest.raises(InvalidError, match="sends no picture"):
            await bench.sessions.switch("s", ())
        bench.publisher.push(*units(1))
        await until(lambda: client.sink.packets)


async def test_of_two_wishes_that_both_fail_nothing_is_left(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clients(1) as (client,):
        await bench.watch("s", client)
        monkeypatch.setattr(picture, "_FIRST_KEY_S", 0.05)
        wishes = (bench.sessions.switch("s", (bench.at(name),)) for name in ("nothing", "nobody"))
        bench.publisher.greeting = []
        assert [type(fault) for fault in await asyncio.gather(*wishes, return_exceptions=True)] == [
            UnavailableError,
            UnavailableError,
        ]
        sent = bench.sessions._session("s").picture
        assert sent is not None and sent.rungs == (bench.at("head/a"),)


async def _first(records: AsyncIterator[Any], count: int) -> AsyncIterator[AccessUnit]:
    for _ in range(count):
        yield await anext(records)


async def test_a_screen_that_is_shared_again_replaces_the_one_before(bench: Bench) -> None:
    async with clients(2) as (first, second):
        for name, client in (("old", first), ("new", second)):
            offer = await client.has(Viewer(lambda _: None, lambda: None))
            await client.accept(
                (await bench.sessions.publish(PublishStream(name, "screen/desk", "", offer))).sdp
            )
        await until(lambda: ("old", ENDED) in bench.told)
        bench.published.request_key("screen/desk")


async def test_what_cannot_be_opened_leaves_nothing_behind(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "_FIRST_KEY_S", 0.05)
    here, elsewhere = bench.at(), bench.at("nothing")
    with pytest.raises(InvalidError, match="an offer that can be answered"):
        await bench.sessions.watch(WatchStream("s", (here,), None, "v=0\r\nm=video"))
    with pytest.raises(UnavailableError, match="no picture"):
        await bench.sessions.watch(WatchStream("s", (elsewhere,), None, OFFER))
    with pytest.raises(InvalidError, match="VP8"):
        await bench.sessions.publish(
            PublishStream("s", "people", "", OFFER.replace("H264", "VP9").replace("recvonly", "sendonly"))
        )
    with pytest.raises(NotFoundError, match="is over"):
        await bench.sessions.trickle("s", "")
    await until(lambda: not bench.publisher.subscribers)
    assert bench.told == []


async def test_there_is_a_limit(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MAX_SESSIONS", 0)
    with pytest.raises(UnavailableError, match="0 WebRTC sessions are open"):
        await bench.sessions.watch(WatchStream("s", (bench.at(),), None, OFFER))


async def test_a_connection_that_never_comes_about_ends(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer, "CONNECT_S", 0.05)
    await bench.sessions.watch(WatchStream("s", (bench.at(),), None, OFFER))
    await bench.sessions.trickle("s", "a=mid:0\r\na=candidate:9 1 udp 1 127.0.0.1 9 typ host\r\n")
    with pytest.raises(InvalidError, match="not restarted"):
        await bench.sessions.trickle("s", "a=ice-ufrag:other\r\n")
    await until(lambda: bench.told == [("s", ENDED)])
