"""One WebRTC connection of a simulated participant: WHIP when it sends, WHEP when it receives."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import aiohttp
import aiortc
from aiortc import (
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.codecs import get_capabilities

from commandwall.base.errors import CommandwallError
from simulators.conference.ears import Ears
from simulators.conference.eyes import Eyes
from simulators.conference.faults import Codec
from simulators.conference.hooks import IdleTrack, Source, ask_key, lay, receive_into, send_from
from simulators.conference.network import Line, LineReceiver

CONNECT_S = 15.0
ALLOWED_BPS = 10_000_000
_KEY_APART_S = 0.3


class RefusedError(CommandwallError):
    """Raised when the daemon does not take a participant; ``status`` is that of HTTP."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail


class Connection:
    """A connection that is negotiated by one POST and ended by one DELETE. Belongs to the event loop.

    Pictures are H.264; another ``codec`` is what its offer claims, to see it refused.
    """

    def __init__(self, session: aiohttp.ClientSession, path: str, codec: Codec = Codec.H264) -> None:
        self.begun_s = 0.0
        self._session = session
        self._path = path
        self._codec = codec
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._ends: list[RTCRtpSender | RTCRtpReceiver] = []
        self._lines: list[LineReceiver] = []
        self._location: str | None = None
        self._asked_s = 0.0
        self._asking: set[asyncio.Task[None]] = set()

    def send(self, kind: str, source: Source) -> None:
        """Offer to send ``kind`` ("audio", "video") from ``source``; before :meth:`open`."""
        transceiver = self._peer.addTransceiver(IdleTrack(kind), "sendonly")
        self._prefer(transceiver, kind)
        send_from(transceiver.sender, source)
        self._ends.append(transceiver.sender)

    def hear(self, ears: Ears) -> None:
        """Offer to receive sound; before :meth:`open`."""
        receiver = self._peer.addTransceiver("audio", "recvonly").receiver
        receive_into(receiver, ears.take, ALLOWED_BPS)
        self._ends.append(receiver)

    def see(self, allowed_bps: int = ALLOWED_BPS) -> Eyes:
        """Offer to receive pictures of up to ``allowed_bps``; before :meth:`open`."""
        transceiver = self._peer.addTransceiver("video", "recvonly")
        self._prefer(transceiver, "video")
        receiver = transceiver.receiver
        eyes = Eyes(lambda: self._want_key(receiver, eyes))
        receive_into(receiver, eyes.take, allowed_bps)
        self._ends.append(receiver)
        return eyes

    async def open(self, lines: tuple[Line, Line] | None = None) -> None:
        """Connect; ``lines``, up and down, are laid between this end and the network.

        Raises RefusedError where the daemon says no, TimeoutError where no connection comes about.
        """
        self.begun_s = time.time()
        connected = asyncio.Event()
        self._peer.on("connectionstatechange", lambda: self._changed(connected))
        await self._peer.setLocalDescription(await self._peer.createOffer())
        headers = {"Content-Type": "application/sdp", "User-Agent": f"aiortc/{aiortc.__version__}"}
        offer = self._peer.localDescription.sdp.replace(" H264/", f" {self._codec.upper()}/")
        async with self._session.post(self._path, data=offer, headers=headers) as response:
            if response.status != 201:
                raise RefusedError(response.status, await _detail(response))
            self._location = response.headers.get("Location")
            answer = await response.text()
        if lines is not None:
            self._lines.append(lay(*lines, self._ends[0]))
        await self._peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        async with asyncio.timeout(CONNECT_S):
            await connected.wait()

    async def close(self) -> None:
        """Say goodbye; returns when all sockets are closed."""
        if self._location is not None:
            with suppress(aiohttp.ClientError):
                async with self._session.delete(self._location):
                    self._location = None
        await self._peer.close()
        for line in self._lines:
            await line.close()
        await asyncio.gather(*self._asking)

    @property
    def state(self) -> str:
        """The connection's state, as WebRTC names it."""
        return self._peer.connectionState

    def _changed(self, connected: asyncio.Event) -> None:
        if self._peer.connectionState == "connected":
            connected.set()

    @staticmethod
    def _prefer(transceiver: RTCRtpTransceiver, kind: str) -> None:
        """Offer the one codec for pictures that participants here have, and retransmission."""
        if kind == "video":
            codecs = get_capabilities("video").codecs
            wanted = [each for each in codecs if each.mimeType.lower() in ("video/h264", "video/rtx")]
            transceiver.setCodecPreferences(wanted)

    def _want_key(self, receiver: RTCRtpReceiver, eyes: Eyes) -> None:
        now_s = time.time()
        if eyes.ssrc is None or now_s - self._asked_s < _KEY_APART_S:
            return
        self._asked_s = now_s
        task = asyncio.get_running_loop().create_task(
            ask_key(receiver, eyes.ssrc), name="ask for a key frame"
        )
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)


async def _detail(response: aiohttp.ClientResponse) -> str:
    """Return what a problem document says."""
    try:
        problem = await response.json(content_type=None)
    except ValueError:
        return ""
    return str(problem.get("detail", "")) if isinstance(problem, dict) else ""
