"""A leader's browser in a conference: how soon it sees and hears, and how old what it shows is."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from playwright.async_api import Page

from simulators.conference.eyes import read_code
from simulators.conference.film import CODE_BEGINS, age_ms
from simulators.conference.peer import Seat
from tests.e2e.browser import TAKE_SEEN, browser, until
from tests.e2e.conference import Rect, Scan

_DEVICES = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
WIDTH = 1280
"""Of the conference's picture in pixels."""
_STRIP = 0.1
"""The share of a tile's height, from ``CODE_BEGINS`` on, that the bar code lies in."""

_SETUP = """async (headers) => {
  document.body.replaceChildren();
  const post = async (pc, url) => {
    await pc.setLocalDescription();
    const body = pc.localDescription.sdp;
    const typed = {...headers, "Content-Type": "application/sdp"};
    const response = await fetch(url, {method: "POST", body, headers: typed});
    if (response.status !== 201) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    pc.session = response.headers.get("Location");
    await pc.setRemoteDescription({type: "answer", sdp: await response.text()});
  };
  const video = window.picture = document.createElement("video");
  video.autoplay = true;
  document.body.append(video);
  const size = {width: 640, height: 360, frameRate: 15};
  const devices = await navigator.mediaDevices.getUserMedia({audio: true, video: size});
  const heard = async (pc) => {
    for (;;) {
      const figures = [...(await pc.getStats()).values()];
      const audio = figures.find((one) => one.type === "inbound-rtp" && one.kind === "audio");
      if (audio && audio.totalAudioEnergy > 0) return performance.now();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  window.join = async (place) => {
    const begun = performance.now();
    const sending = new RTCPeerConnection(), watching = new RTCPeerConnection();
    for (const track of devices.getTracks())
      sending.addTransceiver(track, {direction: "sendonly", streams: [devices]});
    watching.addTransceiver("audio", {direction: "recvonly"});
    watching.addTransceiver("video", {direction: "recvonly"});
    watching.ontrack = (event) => { video.srcObject = event.streams[0]; };
    const seen = new Promise((resolve) =>
      video.requestVideoFrameCallback(() => resolve(performance.now())));
    await Promise.all([post(sending, `/whip/${place}`), post(watching, `/whep/${place}`)]);
    window.peers = [sending, watching];
    const [picture, sound] = await Promise.all([seen, heard(watching)]);
    return [picture - begun, sound - begun];
  };
  window.shown = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d").drawImage(video, 0, 0);
    return canvas.toDataURL("image/png");
  };
  window.leave = async () => {
    for (const pc of window.peers) {
      await fetch(pc.session, {method: "DELETE", headers});
      pc.close();
    }
    video.srcObject = null;
  };
}"""
_SAMPLE = """([tiles, begins, share]) => {
  const video = window.picture;
  const strips = tiles.map(([x, y, w, h]) => [x, Math.floor(y + h * begins), w, Math.ceil(h * share)]);
  const height = strips[0][3];
  const scratch = new OffscreenCanvas(Math.max(...strips.map((s) => s[2])), height * strips.length);
  const context = scratch.getContext("2d", {alpha: false, willReadFrequently: true});
  window.seen = [];
  const look = () => {
    const at = Date.now();
    strips.forEach(([x, y, w], i) =>
      context.drawImage(video, x, y, w, height, 0, i * height, w, height));
    const rgba = context.getImageData(0, 0, scratch.width, scratch.height).data;
    const gray = new Uint8Array(rgba.length / 4);
    for (let i = 0; i < gray.length; i++) gray[i] = rgba[4 * i + 1];
    window.seen.push([at, gray]);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}"""


@dataclass(frozen=True, slots=True)
class CallPage:
    """A browser's page of somebody with a seat in a conference."""

    page: Page
    seat: Seat

    async def join(self) -> tuple[float, float]:
        """Join; return when the first picture was shown and the first sound heard, in ms from the click."""
        place = f"conferences/{self.seat.conference}/{self.seat.participant}"
        picture_ms, sound_ms = await self.page.evaluate("(place) => join(place)", place)
        return picture_ms, sound_ms

    async def numbers_seen(self, scan: Scan) -> set[int]:
        """Return whose bar codes are in what is shown now."""
        url: str = await self.page.evaluate("shown()")
        data = np.frombuffer(base64.b64decode(url.partition(",")[2]), np.uint8)
        gray = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
        return set() if gray is None else set(scan.people(gray.astype(np.uint8, copy=False)))

    async def leave(self) -> None:
        """Leave, to join again."""
        await self.page.evaluate("leave()")

    async def ages_ms(self, tiles: Mapping[int, Rect], seconds: float) -> list[float]:
        """Return how old each new picture of the participants in ``tiles`` was when it was shown.

        ``tiles`` are in pixels of the largest rung. Browsers begin with little: raises ``TimeoutError`` when
        it is not there after half a minute.
        """
        await until(self.page, f"picture.videoWidth === {WIDTH}", timeout_s=30)
        numbers, rects = list(tiles), list(tiles.values())
        await self.page.evaluate(_SAMPLE, [[list(rect) for rect in rects], CODE_BEGINS - 0.01, _STRIP])
        await asyncio.sleep(seconds)
        taken = await self.page.evaluate(TAKE_SEEN)
        return await asyncio.to_thread(_ages, taken, numbers, rects)


@asynccontextmanager
async def call_page(chromium: str, seat: Seat) -> AsyncIterator[CallPage]:
    """Open a browser with a made-up camera and microphone, ready to join."""
    async with browser(chromium, *_DEVICES) as running:
        page = await running.new_page()
        await page.goto(f"{seat.url}/login")
        await page.evaluate(_SETUP, {"Authorization": f"Bearer {seat.token}"})
        yield CallPage(page, seat)


def _ages(taken: Sequence[Any], numbers: Sequence[int], rects: Sequence[Rect]) -> list[float]:
    known: dict[int, int] = {}
    ages = []
    height, width = int(np.ceil(rects[0][3] * _STRIP)), max(rect[2] for rect in rects)
    for at_ms, text in taken:
        strips = np.frombuffer(base64.b64decode(text), np.uint8).reshape(len(rects), height, width)
        for number, (_, _, tile_width, tile_height), strip in zip(numbers, rects, strips, strict=True):
            whole = np.zeros((tile_height, tile_width), np.uint8)
            top = int(tile_height * (CODE_BEGINS - 0.01))
            whole[top : top + height] = strip[:, :tile_width]
            code = read_code(whole)
            if code is not None and code.camera == number and known.get(number) != code.value:
                known[number] = code.value
                ages.append(age_ms(number, code.value, at_ms))
    return ages
