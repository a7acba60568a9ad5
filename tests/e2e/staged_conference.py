"""A conference played to the browser: its roster, its events, and pictures from a second page.

Tests of what the leader's page says when something goes wrong need a conference that goes wrong at a
given moment. As :class:`~tests.e2e.browser.StagedDaemon`, it needs no server and no port.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.async_api import BrowserContext, Page, Route, WebSocketRoute

from tests.e2e.browser import CONTENT_SECURITY_POLICY, ORIGIN, PANEL, TYPES

TOKEN = "a-token"
DEVICES = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--auto-accept-this-tab-capture",
)
"""What Chromium needs for a camera, a microphone and a screen that nobody has to be asked for."""
ARGUMENTS = (
    *DEVICES,
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)
"""And for peers in the same browser."""

_PEER = """() => {
  const sound = new AudioContext();
  const tone = () => {
    const to = sound.createMediaStreamDestination(), from = sound.createOscillator();
    from.connect(to);
    from.start();
    return to.stream.getAudioTracks()[0];
  };
  const picture = (words, colour) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1280, 720];
    document.body.append(canvas);
    const pen = canvas.getContext('2d');
    let turn = 0;
    setInterval(() => {
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1280, 720);
      pen.fillStyle = '#fff';
      pen.font = '64px sans-serif';
      pen.fillText(words, 60, 360);
      pen.fillRect((turn += 8) % 1280, 700, 60, 12);
    }, 66);
    return canvas.captureStream(15).getVideoTracks()[0];
  };
  const peers = window.peers = [];
  window.answer = async (offer, words, colour) => {
    const peer = new RTCPeerConnection();
    peers.push(peer);
    await peer.setRemoteDescription({type: 'offer', sdp: offer});
    for (const line of words === '' ? [] : peer.getTransceivers()) {
      line.direction = 'sendonly';
      await line.sender.replaceTrack(line.receiver.track.kind === 'audio' ? tone() : picture(words, colour));
    }
    const gathered = new Promise((done) => {
      peer.addEventListener('icegatheringstatechange', () => peer.iceGatheringState === 'complete' && done());
    });
    await peer.setLocalDescription();
    await gathered;
    return peer.localDescription.sdp;
  };
  window.hangUp = () => peers.splice(0).forEach((peer) => peer.close());
}"""


def participant(number: int, name: str, **changes: Any) -> dict[str, Any]:
    """Return a participant as the API shows it, with the id ``p-NUMBER``."""
    base: dict[str, Any] = {
        "id": f"p-{number}", "name": name, "role": "member", "site": "", "path": ["luohu"],
        "device": "",
        "state": "connected", "reason": "", "reason_zh": "", "muted": False, "muted_by_self": False,
        "muted_by_chair": False, "hand": False, "hand_at_s": None, "speaking": False, "level_db": None,
        "people": True, "voice": True, "voice_fault": "", "content": False, "watches": "",
        "rtt_ms": 24.0, "loss_ratio": 0.0, "jitter_ms": 3.0, "delay_ms": 40.0,
    }  # fmt: skip
    return {**base, **changes}


def conference(participants: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """Return a conference as the API shows it."""
    base: dict[str, Any] = {
        "id": "flood", "name": "防汛指挥会商", "state": "open", "reason": "", "reason_zh": "",
        "starts_at": None, "ends_at": None, "lobby": False, "locked": False, "recording": False,
        "recorded_elsewhere": False, "muted_on_entry": False, "wall": "", "layout": "",
        "mode": "gallery", "subject": "", "dwell_s": 15.0, "chair": "", "vacancy": "not_yet", "floor": "",
        "speaker": "", "content_holder": "", "content_name": "", "roll": [], "participants": participants,
        "links": [],
    }  # fmt: skip
    return {**base, **changes}


@dataclass
class StagedConference:
    """A conference and its daemon; attributes may be changed any time, :meth:`tell` says so to the pages."""

    document: dict[str, Any]
    me: str = "p-1"
    valid: bool = True
    expires_at: str = "2099-12-31T00:00:00Z"
    down: bool = False
    contents: list[dict[str, Any]] = field(default_factory=list)
    refuse: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    told: list[tuple[str, Any]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    grabbed: str = ""
    """Where another page opens again whatever is opened, before the answer is there."""
    sockets: list[WebSocketRoute] = field(default_factory=list)
    seq: int = 0

    @property
    def url(self) -> str:
        """Where the leader's page is."""
        return f"{ORIGIN}/join/{TOKEN}"

    def person(self, participant_id: str) -> dict[str, Any]:
        """Return somebody of the roster, to be changed."""
        found: list[dict[str, Any]] = self.document["participants"]
        return next(each for each in found if each["id"] == participant_id)

    def tell(self, **changes: Any) -> None:
        """Change the conference, and tell every page that listens."""
        self.document.update(changes)
        self._send({"type": "conference", "conference": self.document})

    def replace(self, session: int) -> None:
        """Tell every page that another one has opened what ``session`` was, counted from 1 as they opened."""
        self._send(
            {"type": "replaced", "conference": "flood", "participant": self.me, "session": f"s{session}"}
        )

    async def go_down(self) -> None:
        """Drop every connection and take no new one."""
        self.down = True
        for socket in self.sockets:
            await socket.close()
        self.sockets.clear()
        await self.peer.evaluate("hangUp()")

    async def stage(self, context: BrowserContext) -> Page:
        """Answer everything that ``context`` asks of :data:`ORIGIN`; returns a new page."""
        await context.route(f"{ORIGIN}/**", self._answer)
        await context.route_web_socket(lambda url: "/events" in url, self._listen)
        self.peer = await context.new_page()
        await self.peer.goto(f"{ORIGIN}/peer")
        await self.peer.evaluate(_PEER)
        return await context.new_page()

    def _send(self, message: dict[str, Any]) -> None:
        self.seq += 1
        for socket in self.sockets:
            socket.send(json.dumps({"seq": self.seq, **message}))

    async def _listen(self, socket: WebSocketRoute) -> None:
        if self.down or not self.valid:
            await socket.close()
            return
        self.sockets.append(socket)
        self._send({"type": "hello", "resumed": "after=" in socket.url})
        self.tell()

    async def _answer(self, route: Route) -> None:
        path = unquote(urlsplit(route.request.url).path)
        if self.down:
            await route.abort("connectionrefused")
        elif path == "/peer":
            await route.fulfill(body="<title>peer</title>", content_type="text/html")
        elif path.startswith("/api/"):
            status, body = self._call(route.request.method, path, route.request.post_data_json)
            await route.fulfill(status=status, json=body)
        elif path.startswith(("/whip/", "/whep/", "/webrtc/")):
            await self._media(route, path)
        else:
            file = PANEL / ("join.html" if path.startswith("/join/") else path.removeprefix("/panel/"))
            headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
            await route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix], headers=headers)

    def _call(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        place = path.removeprefix("/api/v1/").removeprefix("conferences/")
        if not self.valid:
            return 401, {"title": "Not signed in", "detail": "this link is not valid"}
        if method != "GET":
            self.told.append((place, body))
            return self.refuse.get(place, (200, self.document))
        if place == "invitation":
            me = self.person(self.me)
            names = {"conference_name": self.document["name"], "name": me["name"], "role": me["role"]}
            invitation = {"conference": "flood", "participant": self.me, "expires_at": self.expires_at}
            return 200, {**invitation, **names, "language": "zh"}
        return 200, {"items": self.contents} if place.endswith("/content") else self.document

    async def _media(self, route: Route, path: str) -> None:
        self.told.append((f"{route.request.method} {path}", None))
        if route.request.method != "POST":
            await route.fulfill(status=204)
            return
        if path in self.refuse:
            status, problem = self.refuse[path]
            await route.fulfill(status=status, json=problem)
            return
        words = "" if path.startswith("/whip/") else "内容" if path.endswith("/content") else "会议画面"
        arguments = [route.request.post_data, words, "#3a2d55" if words == "内容" else "#1d4a63"]
        answer = await self.peer.evaluate(
            "([offer, words, colour]) => answer(offer, words, colour)", arguments
        )
        self.opened.append(path)
        if path == self.grabbed:
            self.replace(len(self.opened))
        headers = {"Location": f"/webrtc/sessions/s{len(self.opened)}", "Content-Type": "application/sdp"}
        await route.fulfill(status=201, body=answer, headers=headers)
