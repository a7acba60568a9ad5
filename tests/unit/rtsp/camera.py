"""A scripted camera: a real TCP server whose answers each test bends."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from commandwall.rtp.h264_packetise import packetise_h264
from commandwall.rtsp.messages import Headers, Request, Response
from commandwall.rtsp.parser import RtspParser
from tests.unit.rtp.packets import PPS, SPS, annexb, delta, idr, rtp

KEY = annexb(SPS, PPS, idr(2000))
DELTA = annexb(delta(2000))
SDP = (
    "v=0\r\ns=c\r\na=control:*\r\n"
    "m=audio 0 RTP/AVP 8\r\na=control:audio\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:video\r\n"
)


def interleaved(channel: int, packet: bytes) -> bytes:
    """Return ``packet`` as an interleaved frame."""
    return struct.pack("!cBH", b"$", channel, len(packet)) + packet


def media(pattern: str, channel: int = 0) -> bytes:
    """Return the interleaved frames for a pattern of K and P."""
    frames: list[bytes] = []
    for index, kind in enumerate(pattern):
        payloads = packetise_h264(KEY if kind == "K" else DELTA)
        for payload in payloads:
            packet = rtp(len(frames), 6000 * index, payload, marker=payload is payloads[-1])
            frames.append(interleaved(channel, packet))
    return b"".join(frames)


class Camera(asyncio.Protocol):
    """Answers as a decent camera does; ``answers`` replaces the answer to a method.

    A replacement gets the request and returns a response, bytes to send as they are, or ``None``
    for silence. ``requests`` holds all that came, ``frames`` all interleaved frames that came.
    """

    def __init__(self) -> None:
        self.sdp = SDP
        self.public = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"
        self.session = "12345;timeout=60"
        self.transport_answer = "RTP/AVP/TCP;unicast;interleaved=0-1"
        self.after_play = media("KPPK")
        self.answers: dict[str, Callable[[Request], Response | bytes | None]] = {}
        self.requests: list[Request] = []
        self.frames: list[tuple[int, bytes]] = []
        self.came = asyncio.Event()
        self.port = 0
        self._parser = RtspParser(self._on_message, self._on_frame)
        self.transport: asyncio.Transport | None = None

    @property
    def url(self) -> str:
        """Where the camera is."""
        return f"rtsp://127.0.0.1:{self.port}/main"

    @property
    def methods(self) -> list[str]:
        """The methods asked for, in order."""
        return [request.method for request in self.requests]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something that came makes ``condition`` true."""
        while not condition():
            self.came.clear()
            await self.came.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Take what the client sent."""
        self._parser.feed(data)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self.transport is not None
        self.transport.write(data)

    def _on_frame(self, channel: int, data: bytes, start: int, end: int) -> None:
        self.frames.append((channel, data[start:end]))
        self.came.set()

    def _on_message(self, message: Request | Response) -> None:
        assert isinstance(message, Request)
        self.requests.append(message)
        self.came.set()
        bend = self.answers.get(message.method)
        answer = bend(message) if bend else self.usual(message)
        if isinstance(answer, Response):
            answer.headers.add("CSeq", message.headers.get("CSeq"))
            answer = answer.to_bytes()
        if answer is not None:
            self.send(answer + (self.after_play if message.method == "PLAY" else b""))

    def usual(self, request: Request) -> Response:
        """Return what a decent camera answers."""
        headers = {
            "OPTIONS": [("Public", self.public)],
            "DESCRIBE": [("Content-Type", "application/sdp"), ("Content-Base", f"{self.url}/")],
            "SETUP": [("Session", self.session), ("Transport", self.transport_answer)],
        }.get(request.method, [])
        body = self.sdp.encode() if request.method == "DESCRIBE" else b""
        return Response(200, headers=Headers(headers), body=body)


@asynccontextmanager
async def running(camera: Camera) -> AsyncIterator[Camera]:
    """Let ``camera`` listen on a free port of 127.0.0.1; it takes one connection after another."""
    server = await asyncio.get_running_loop().create_server(lambda: camera, "127.0.0.1", 0)
    camera.port = server.sockets[0].getsockname()[1]
    try:
        yield camera
    finally:
        server.close()
        if camera.transport is not None:
            camera.transport.abort()
