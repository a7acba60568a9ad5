"""Camera and microphone of Chromium through the rtc process, and back to Chromium, undecoded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route

from commandwall.base.errors import InvalidError
from commandwall.control.roles import Principal, Role
from commandwall.control.rtc import PublishOffer, RtcControl, WatchOffer
from commandwall.ipc.packets import Subscription
from commandwall.ipc.rtc_messages import SessionChanged, SessionFigures, SessionPhase
from commandwall.model.access_unit import UNTOLD_DBOV, AccessUnit, StreamInfo
from commandwall.settings.site import RtcSettings
from commandwall.workers.processes import Processes
from tests.e2e.browser import ORIGIN, browser, fresh
from tests.e2e.browser import until as until_page
from tests.e2e.site import until

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.timeout(120), pytest.mark.blocks_loop]
FAKE_DEVICES = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
LI = Principal("li", Role.LEADER)
PEOPLE, VOICE = "conference/c/p/people", "conference/c/p/voice"
_SETUP = """() => {
  const gathered = async (pc) => {
    await pc.setLocalDescription();
    return pc.localDescription.sdp;
  };
  window.accept = (name, sdp) => window[name].setRemoteDescription({type: 'answer', sdp});
  window.join = async (name) => {
    const pc = window[name] = new RTCPeerConnection();
    const video = {width: 640, height: 360, frameRate: 25};
    const stream = await navigator.mediaDevices.getUserMedia({audio: true, video});
    for (const track of stream.getTracks())
      pc.addTransceiver(track, {direction: 'sendonly', streams: [stream]});
    return gathered(pc);
  };
  window.watch = async (name) => {
    const pc = window[name] = new RTCPeerConnection(), video = document.createElement('video');
    video.autoplay = true;
    document.body.append(video);
    video.shown = 0;
    const count = () => { video.shown += 1; video.requestVideoFrameCallback(count); };
    video.requestVideoFrameCallback(count);
    pc.ontrack = (event) => { video.srcObject = event.streams[0]; };
    pc.addTransceiver('audio', {direction: 'recvonly'});
    pc.addTransceiver('video', {direction: 'recvonly'});
    pc.video = video;
    return gathered(pc);
  };
  window.received = async (name, kind) => [...(await window[name].getStats()).values()].find(
    each => each.type === 'inbound-rtp' && each.kind === kind);
}"""


@dataclass
class Bench:
    """A page of Chromium before an rtc process, and what the process told."""

    rtc: RtcControl
    page: Page
    told: list[SessionChanged]

    async def join(self, name: str = "sending") -> str:
        """Send camera and microphone; return the session."""
        offer = await self.page.evaluate("name => join(name)", name)
        opened = await self.rtc.publish(LI, PublishOffer(PEOPLE, VOICE, offer), self.told.append)
        assert opened.video and opened.sound
        await self.page.evaluate("([name, sdp]) => accept(name, sdp)", [name, opened.sdp])
        return opened.session

    async def watch(self, name: str = "seeing") -> str:
        """Watch the people's picture and hear the voice; return the session."""
        offer = await self.page.evaluate("name => watch(name)", name)
        rungs, voice = (self.rtc.relayed(PEOPLE),), self.rtc.relayed(VOICE)
        opened = await self.rtc.watch(LI, None, WatchOffer(rungs, voice, offer), self.told.append)
        await self.page.evaluate("([name, sdp]) => accept(name, sdp)", [name, opened.sdp])
        return opened.session

    async def live(self, stream: str) -> None:
        """Wait until ``stream`` is live."""
        async with asyncio.timeout(40):
            while not any(c.phase is SessionPhase.LIVE and c.stream == stream for c in self.told):
                await asyncio.sleep(0.01)

    async def read(self, stream: str, count: int) -> tuple[StreamInfo, list[AccessUnit]]:
        """Return what ``stream`` is and its next units."""
        subscription = await Subscription.open(Path(self.rtc.published(stream).packet_path), stream)
        infos, units = list[StreamInfo](), list[AccessUnit]()
        async with asyncio.timeout(40):
            async for record in subscription.records():
                (infos if isinstance(record, StreamInfo) else units).append(record)  # type: ignore[arg-type]
                if len(units) == count:
                    break
        subscription.close()
        return infos[-1], units

    async def received(self, kind: str, name: str = "seeing") -> dict[str, Any]:
        """Return Chromium's figures of what it receives."""
        found: dict[str, Any] = await self.page.evaluate("([n, k]) => received(n, k)", [name, kind])
        return found


@pytest.fixture
async def bench(short_dir: Path, chromium: str, processes: Processes) -> AsyncIterator[Bench]:
    rtc = RtcControl(RtcSettings(()), short_dir / "rtc.packets")
    running = asyncio.create_task(rtc.worker.run(processes))
    try:
        async with browser(chromium, *FAKE_DEVICES) as chrome:
            page = await (await fresh(chrome)).new_page()

            async def blank(route: Route) -> None:
                await route.fulfill(body="<!doctype html>", content_type="text/html")

            await page.route(f"{ORIGIN}/**", blank)
            await page.goto(ORIGIN)
            await page.evaluate(_SETUP)
            yield Bench(rtc, page, [])
    finally:
        rtc.worker.drain()
        await running


async def test_people_come_in_with_their_voice_in_whole_frames_of_20_ms(bench: Bench) -> None:
    await bench.join()
    await bench.live(VOICE)
    await bench.live(PEOPLE)
    (sound, said), (picture, seen) = await asyncio.gather(bench.read(VOICE, 100), bench.read(PEOPLE, 30))
    assert sound == StreamInfo("opus", sample_rate=48000, channels=1)
    steps = [after.pts_90k - before.pts_90k for before, after in pairwise(said)]
    assert steps.count(1800) > 80 and not any(step % 1800 for step in steps)  # A busy machine loses some.
    assert all(-127 <= unit.level_dbov <= 0 for unit in said)
    assert max(unit.level_dbov for unit in said) > -60  # Chromium's fake microphone beeps.
    assert picture.codec == "h264" and seen[0].key
    assert sum(unit.damaged for unit in seen) < 5
    assert UNTOLD_DBOV not in {unit.level_dbov for unit in said}

    async def taken_together() -> bool:
        (_, said), (_, seen) = await asyncio.gather(bench.read(VOICE, 25), bench.read(PEOPLE, 10))
        last, shown = said[-1].capture_utc_ns, seen[-1].capture_utc_ns
        return bool(last and shown) and abs(last - shown) < 2 * 10**9  # Sender reports come once in a while.

    await until("both say when they were taken, which is the same time", taken_together, 20)


async def test_what_is_seen_and_heard_is_what_was_sent_and_comes_soon(bench: Bench) -> None:
    await bench.join()
    await bench.live(PEOPLE)
    await bench.live(VOICE)
    began_s = time.monotonic()
    session = await bench.watch()
    await until_page(bench.page, "seeing.video.shown > 0 && seeing.video.videoWidth > 0")
    first_picture_s = time.monotonic() - began_s
    print(f"from the offer to the first picture: {first_picture_s:.2f} s")

    async def heard() -> bool:
        return bool((await bench.received("audio")).get("totalAudioEnergy", 0) > 0.0001)

    async with asyncio.timeout(40):
        while not await heard():
            await asyncio.sleep(0.05)
    await until_page(bench.page, "seeing.video.shown > 50")
    for kind in ("audio", "video"):
        figures = await bench.received(kind)
        assert figures["packetsLost"] <= figures["packetsReceived"] // 50
        print(kind, figures.get("jitterBufferDelay", 0) / max(1, figures.get("jitterBufferEmittedCount", 1)))
    async with asyncio.timeout(40):
        while not good(bench.rtc.session(session).figures):
            await asyncio.sleep(0.05)


def good(figures: SessionFigures | None) -> bool:
    """Return whether a line is known to be as a loopback is; one of its reports may have been held up."""
    return (
        figures is not None
        and figures.rtt_ms is not None
        and figures.rtt_ms < 1000
        and figures.loss_ratio < 0.05
    )


async def test_a_browser_is_switched_to_another_picture_without_a_new_offer(bench: Bench) -> None:
    await bench.join()
    await bench.live(PEOPLE)
    session = await bench.watch()
    await until_page(bench.page, "seeing.video.videoWidth === 640")
    offer = await bench.page.evaluate(
        """async () => {
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [320, 240];
          const context = canvas.getContext('2d');
          let turn = 0;
          setInterval(() => {
            context.fillStyle = (turn += 1) % 2 ? '#204060' : '#604020';
            context.fillRect(0, 0, 320, 240);
          }, 40);
          const pc = window.other = new RTCPeerConnection(), [track] = canvas.captureStream(25).getTracks();
          pc.addTransceiver(track, {direction: 'sendonly'});
          await pc.setLocalDescription();
          return pc.localDescription.sdp;
        }"""
    )
    opened = await bench.rtc.publish(LI, PublishOffer("conference/c/q/people", "", offer), bench.told.append)
    await bench.page.evaluate("sdp => accept('other', sdp)", opened.sdp)
    await bench.live("conference/c/q/people")
    for stream, width in (("conference/c/q/people", 320), (PEOPLE, 640)):
        began_s = time.monotonic()
        await bench.rtc.switch(session, (bench.rtc.relayed(stream),))
        await until_page(bench.page, f"seeing.video.videoWidth === {width}")
        print(f"switched within {time.monotonic() - began_s:.2f} s")
    figures = await bench.received("video")
    assert figures["packetsLost"] <= figures["packetsReceived"] // 50


async def test_a_browser_without_opus_gets_a_word(bench: Bench) -> None:
    offer = await bench.page.evaluate("join('sending')")
    with pytest.raises(InvalidError, match="no Opus") as refused:
        await bench.rtc.publish(LI, PublishOffer(PEOPLE, VOICE, offer.replace("opus/", "speex/")))
    assert "但没有 Opus" in refused.value.zh
