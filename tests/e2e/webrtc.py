"""WebRTC in Chromium's own hands: pages that watch by WHEP and share by WHIP, with a token."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Page

from simulators import barcode
from tests.e2e.site import Daemon, until

_SETUP = """(token) => {
  document.body.replaceChildren();  // Chromium draws no video that is scrolled away.
  const ask = async (method, url, body, type) => {
    const headers = {Authorization: `Bearer ${token}`};
    if (type) headers['Content-Type'] = type;
    return fetch(url, {method, body, headers});
  };
  const negotiate = async (pc, url, patience_ms = 0) => {
    await pc.setLocalDescription();
    const late_ms = performance.now() + patience_ms;
    let response = await ask('POST', url, pc.localDescription.sdp, 'application/sdp');
    while (response.status === 503 && performance.now() < late_ms) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      response = await ask('POST', url, pc.localDescription.sdp, 'application/sdp');
    }
    if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
    pc.session = response.headers.get('Location');
    await pc.setRemoteDescription({type: 'answer', sdp: await response.text()});
  };
  window.watch = async (name, url) => {
    const pc = new RTCPeerConnection(), video = document.createElement('video');
    video.muted = video.autoplay = true;
    video.style.width = '320px';
    document.body.append(video);
    video.shown = 0;
    const count = () => { video.shown += 1; video.requestVideoFrameCallback(count); };
    video.requestVideoFrameCallback(count);
    pc.ontrack = (event) => { video.srcObject = new MediaStream([event.track]); };
    pc.addTransceiver('audio', {direction: 'recvonly'});  // As players do; there is no sound yet.
    pc.addTransceiver('video', {direction: 'recvonly'});
    pc.video = video;
    window[name] = pc;
    await negotiate(pc, url, 20_000);  // A picture may need longer than the daemon waits for it.
  };
  window.share = async (name, url, stream) => {
    const pc = new RTCPeerConnection();
    pc.addTransceiver(stream.getVideoTracks()[0], {direction: 'sendonly', streams: [stream]});
    window[name] = pc;
    await negotiate(pc, url);
  };
  window.leave = async (name) => {
    const response = await ask('DELETE', window[name].session);
    window[name].close();
    return response.status;
  };
  window.grab = (name) => {
    const video = window[name].video, canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext('2d').drawImage(video, 0, 0);
    return canvas.toDataURL('image/png');
  };
  window.paint = async (picture) => {
    const image = new Image(), canvas = document.createElement('canvas');
    image.src = picture;
    await image.decode();
    [canvas.width, canvas.height] = [image.width, image.height];
    document.body.append(canvas);
    const context = canvas.getContext('2d');
    let turn = 0;
    setInterval(() => {
      context.drawImage(image, 0, 0);
      context.fillStyle = (turn += 1) % 2 ? '#204060' : '#604020';
      context.fillRect(0, canvas.height - 20, 20, 20);
    }, 40);
    return canvas.captureStream(25);
  };
}"""


async def open_page(page: Page, daemon: Daemon) -> Page:
    """Make ``page`` one of the daemon's origin that can watch and share; return it."""
    await page.goto(f"{daemon.site.url}/login")
    await page.evaluate(_SETUP, daemon.session.headers["Authorization"].removeprefix("Bearer "))
    return page


async def watch(page: Page, path: str, name: str = "peer") -> None:
    """Watch ``path`` by WHEP under ``name``; returns when pictures are shown."""
    await page.evaluate("([name, path]) => watch(name, path)", [name, path])
    await until(f"{path} is shown", lambda: page.evaluate(f"{name}.video.shown > 2"), 20)


async def shown(page: Page, name: str = "peer") -> NDArray[np.uint8]:
    """Return the picture that is shown now as BGR, (h, w, 3)."""
    url: str = await page.evaluate(f"grab('{name}')")
    picture = cv2.imdecode(np.frombuffer(base64.b64decode(url.partition(",")[2]), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8, copy=False)


def code_in(picture: NDArray[np.uint8]) -> barcode.Payload | None:
    """Return what the bar code in a picture says that is one camera's."""
    return barcode.read(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False))


def painting(number: int, width: int = 640, height: int = 360) -> str:
    """Return a picture with the bar code of ``number``, as a data URL."""
    picture = np.full((height, width, 3), (90, 120, 60), np.uint8)
    barcode.draw(picture, barcode.Payload(barcode.Kind.FRAME, number, 7))
    return "data:image/png;base64," + base64.b64encode(cv2.imencode(".png", picture)[1].tobytes()).decode()


async def share(page: Page, path: str, number: int, name: str = "sharing") -> None:
    """Share a painting of ``number`` by WHIP under ``name``."""
    await page.evaluate(
        "async ([name, path, picture]) => share(name, path, await paint(picture))",
        [name, path, painting(number)],
    )


async def statistics(page: Page, name: str = "peer") -> dict[str, Any]:
    """Return Chromium's figures of the pictures that it receives under ``name``."""
    script = f"async () => [...(await {name}.getStats()).values()].find(each => each.type === 'inbound-rtp')"
    found: dict[str, Any] = await page.evaluate(script)
    return found
