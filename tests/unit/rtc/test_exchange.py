"""Sound that goes and comes in one section, as servers that mix want it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiortc import RTCSessionDescription

from commandwall.ipc.rtc_messages import OfferStream
from commandwall.rtc import hooks
from tests.unit.rtc.clients import LIVE, clients, open_bench, opus
from tests.unit.rtc.streams import until
from tests.unit.rtc.test_sessions import voice_of

pytestmark = pytest.mark.blocks_loop  # aiortc is at both ends of one loop, and makes keys there.


async def test_sound_goes_and_comes_in_one_section(short_dir: Path) -> None:
    async with asyncio.TaskGroup() as tasks, open_bench(short_dir, tasks) as bench, clients(1) as (mixer,):
        offer = await bench.sessions.offer_stream(OfferStream("s", (), bench.at("mix"), "voice"))
        assert offer.count("m=audio") == 1
        assert "a=sendrecv" in offer

        both = mixer.pc.addTransceiver(hooks.PayloadTrack("audio"), "sendrecv")
        hooks.receive_into(both.receiver, mixer.heard)
        hooks.send_from(both.sender, voice_of(*(opus(number) for number in range(5))))
        await mixer.pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await mixer.pc.setLocalDescription(await mixer.pc.createAnswer())
        await bench.sessions.accept("s", mixer.pc.localDescription.sdp)

        await until(lambda: ("s", LIVE) in bench.told)
        assert bench.live == ["voice"]
        await until(lambda: "mix" in bench.publisher.subscribers.values())
        bench.publisher.push(*(opus(number) for number in range(3)), stream="mix")
        await until(lambda: mixer.heard.payloads)
        assert mixer.heard.payloads[0] == opus(0).data
