"""Our end of a bridge without a daemon: a bar code and a tone go out, what comes is looked at."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.exceptions import OperationError
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from commandwall.base.errors import InvalidError
from commandwall.conference.bridges.bridge import Flow
from simulators import barcode
from simulators.conference.eyes import read_code

RATE_HZ = 48_000
_HEARD_SAMPLES = RATE_HZ // 2


class Still(VideoStreamTrack):
    """A picture with the bar code of ``number``."""

    def __init__(self, number: int) -> None:
        super().__init__()
        picture = np.full((360, 640, 3), (90, 120, 60), np.uint8)
        barcode.draw(picture, barcode.Payload(barcode.Kind.FRAME, number, 7))
        self._frame = VideoFrame.from_ndarray(picture, format="bgr24")

    async def recv(self) -> VideoFrame:
        self._frame.pts, self._frame.time_base = await self.next_timestamp()
        return self._frame


class Tone(AudioStreamTrack):
    """A sine of ``tone_hz``."""

    def __init__(self, tone_hz: int) -> None:
        super().__init__()
        self._tone_hz = tone_hz

    async def recv(self) -> AudioFrame:
        silence = await super().recv()
        assert isinstance(silence, AudioFrame)
        assert silence.pts is not None
        count, start = (
            silence.samples * RATE_HZ // silence.sample_rate,
            silence.pts * RATE_HZ // silence.sample_rate,
        )
        times = np.arange(start, start + count)
        wave = (8000 * np.sin(2 * np.pi * self._tone_hz * times / RATE_HZ)).astype(np.int16)
        frame = AudioFrame.from_ndarray(wave[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, int(start), Fraction(1, RATE_HZ)
        return frame


class PeerLeg:
    """One connection; implements :class:`commandwall.conference.bridges.bridge.Leg`."""

    def __init__(self, connection: RTCPeerConnection) -> None:
        self.sdp = ""
        self._connection = connection
        self._stood, self._over = asyncio.Event(), asyncio.Event()
        self.closing: asyncio.Task[None] | None = None
        connection.on("connectionstatechange", self._changed)

    async def accept(self, answer: str) -> None:
        try:
            await self._connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        except OperationError as error:
            raise InvalidError("the answer cannot be taken: {why}", why=error) from None

    async def stood(self) -> None:
        await self._stood.wait()

    async def over(self) -> str:
        await self._over.wait()
        return "closed"

    def end(self) -> None:
        self._over.set()
        self.closing = self.closing or asyncio.create_task(self._connection.close())

    def _changed(self) -> None:
        if self._connection.connectionState == "connected":
            self._stood.set()
        if self._connection.connectionState in ("failed", "closed"):
            self._over.set()


class BridgePeer:
    """Sends ``number`` and ``tone_hz``; implements :class:`commandwall.conference.bridges.bridge.Media`."""

    def __init__(self, number: int, tone_hz: int) -> None:
        self._number = number
        self._tone_hz = tone_hz
        self._legs: list[PeerLeg] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._heard: NDArray[np.int16] = np.zeros(0, np.int16)
        self.seen: int | None = None

    async def offer(self, flow: Flow) -> PeerLeg:
        connection, leg = self._open()
        for kind, sends, takes, track in (
            ("audio", flow.sends_sound, flow.takes_sound, Tone(self._tone_hz)),
            ("video", flow.sends_picture, flow.takes_picture, Still(self._number)),
        ):
            if sends:
                connection.addTransceiver(track, "sendrecv" if takes else "sendonly")
            elif takes:
                connection.addTransceiver(kind, "recvonly")
        await connection.setLocalDescription(await connection.createOffer())
        leg.sdp = _only_h264(connection.localDescription.sdp)
        return leg

    async def answer(self, flow: Flow, offer: str) -> PeerLeg:
        connection, leg = self._open()
        await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        leg.sdp = connection.localDescription.sdp
        return leg

    def level_db(self, tone_hz: int) -> float:
        """Return how loud that tone is in the last half second, in dB below full scale; -200 for silence."""
        if len(self._heard) < _HEARD_SAMPLES:
            return -200.0
        times = np.arange(len(self._heard)) / RATE_HZ
        wave = self._heard / 32768 * np.hanning(len(self._heard)) * 2
        amplitude = 2 * abs(np.mean(wave * np.exp(-2j * np.pi * tone_hz * times)))
        return float(20 * np.log10(max(amplitude, 1e-10)))

    async def close(self) -> None:
        """End whatever is left."""
        for leg in self._legs:
            leg.end()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(
            *self._tasks, *(leg.closing for leg in self._legs if leg.closing), return_exceptions=True
        )

    def _open(self) -> tuple[RTCPeerConnection, PeerLeg]:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        leg = PeerLeg(connection)
        self._legs.append(leg)
        connection.on("track", lambda track: self._tasks.append(asyncio.create_task(self._take(track))))
        return connection, leg

    async def _take(self, track: MediaStreamTrack) -> None:
        resampler = AudioResampler("s16", "mono", RATE_HZ)
        try:
            while True:
                frame: Any = await track.recv()
                if isinstance(frame, VideoFrame):
                    self._look(frame)
                else:
                    parts = [part.to_ndarray()[0] for part in resampler.resample(frame)]
                    self._heard = np.concatenate([self._heard, *parts])[-_HEARD_SAMPLES:]
        except MediaStreamError:
            return

    def _look(self, frame: VideoFrame) -> None:
        grey = cv2.cvtColor(frame.to_ndarray(format="bgr24"), cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        code = barcode.read(grey) or read_code(grey)  # a camera's, or a participant's
        if code is not None:
            self.seen = code.camera


def _only_h264(sdp: str) -> str:
    """Return an offer without VP8, which a server would take first."""
    lines = sdp.splitlines()
    vp8 = {
        line.split()[0].partition(":")[2] for line in lines if line.startswith("a=rtpmap:") and "VP8/" in line
    }
    vp8 |= {
        line.split()[0].partition(":")[2]
        for line in lines
        if line.startswith("a=fmtp:") and any(line.endswith(f"apt={number}") for number in vp8)
    }
    kept = []
    for line in lines:
        if line.startswith("m=video"):
            words = line.split()
            kept.append(" ".join([*words[:3], *(word for word in words[3:] if word not in vp8)]))
            continue
        if (
            line.startswith(("a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"))
            and line.split()[0].partition(":")[2] in vp8
        ):
            continue
        kept.append(line)
    return "".join(f"{line}\r\n" for line in kept)
