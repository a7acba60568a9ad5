"""Cameras that attack: whatever they send, memory stays bounded and the session ends with words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    ConnectionLostError,
    ProtocolError,
    UnsupportedError,
)
from commandwall.model.camera import Transport
from commandwall.rtp.codec import MAX_UNIT_BYTES
from commandwall.rtp.formats import video_format
from commandwall.rtp.receiver import RtpReceiver
from commandwall.rtsp.client import RtspClient, StreamRequest
from commandwall.rtsp.connection import MAX_UNSENT_BYTES
from commandwall.rtsp.dialogue import Timeouts
from commandwall.rtsp.messages import Headers, Request, Response
from commandwall.rtsp.parser import MAX_BODY_BYTES, MAX_HEAD_BYTES, RtspParser
from tests.fuzz.judge import MAX_MESSAGE_CHARS, held_bytes
from tests.unit.rtp.packets import PPS, SPS, delta, idr, rtp
from tests.unit.rtsp.camera import Camera, interleaved, media, running
from tests.unit.rtsp.requests import PATIENT

SHORT = Timeouts(connect_s=60.0, answer_s=1.0, describe_s=1.0, teardown_s=0.1)
"""For those whose answer never comes, or never ends; a machine that stands still may fail any step."""
OK = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\n"
FORMATS = "m=video 0 RTP/AVP" + " 96" * 40_000 + "\r\n"
SECTION = "m=video 0 RTP/AVP 96\r\n"


async def failure(camera: Camera, user: str = "", timeouts: Timeouts = PATIENT) -> CommandwallError:
    """Return what a session with ``camera`` ends with, at its opening or later."""
    async with running(camera):
        request = StreamRequest(camera.url, user=user, password="canary-7413" if user else "")
        with pytest.raises(CommandwallError) as caught:
            async with RtspClient.open(
                request, on_access_unit=lambda unit: None, timeouts=timeouts
            ) as session:
                await session.closed()
    words = str(caught.value)
    assert words.isprintable()
    assert 0 < len(words) <= MAX_MESSAGE_CHARS
    assert "canary" not in words
    return caught.value


def described(body: str) -> Response:
    return Response(200, body=body.encode())


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (OK + b"X: y\r\n" * (MAX_HEAD_BYTES // 6), ProtocolError, "bytes of header"),
        (OK + b"X: " + b"y" * MAX_HEAD_BYTES, ProtocolError, "bytes of header"),
        (OK + b"Content-Length: 999999999\r\n\r\n", ProtocolError, "Content-Length"),
        (OK + b"Content-Length: %d\r\n\r\nv=0" % MAX_BODY_BYTES, ConnectionLostError, "no answer within"),
        (described(SECTION * 9000), ProtocolError, "more than 32 media sections"),
        (described(FORMATS + "a=x\r\n" * 20_000), UnsupportedError, "codec"),
        (described(FORMATS + "a=rtpmap:96 \x1b[2J\r\n"), UnsupportedError, "payload type 96"),
        (b"RTSP/1.0 503 \xb7\xfe\xce\xf1\r\nCSeq: 2\r\n\r\n", CommandwallError, "busy"),
        (b"RTSP/1.0 500 " + b"no" * 7000 + b"\r\nCSeq: 2\r\n\r\n", CommandwallError, "500"),
        (b"$\x00\xff\xff" + b"x" * 300, ConnectionLostError, "no answer within"),
        (b"\x16\x03\x01\x02", ProtocolError, "neither RTSP"),
    ],
    ids=[
        "endless fields", "endless field", "giant length", "body that never comes", "sections", "formats",
        "escapes", "reason not in UTF-8", "endless reason", "frame that never ends", "TLS",
    ],
)  # fmt: skip
async def test_an_answer_that_is_an_attack(
    answer: bytes | Response, kind: type[CommandwallError], words: str
) -> None:
    camera = Camera()
    camera.answers["DESCRIBE"] = lambda request: answer
    error = await failure(camera, timeouts=SHORT if words.startswith("no answer") else PATIENT)
    assert isinstance(error, kind)
    assert words in str(error)


async def test_challenges_that_take_a_regular_expression_long() -> None:
    camera = Camera()
    fields = [("WWW-Authenticate", "Digest" + " " * 15_000 + '"'), ("WWW-Authenticate", 'Basic realm="x"')]
    camera.answers["OPTIONS"] = lambda request: Response(401, headers=Headers(fields))
    assert isinstance(await failure(camera, "admin"), AccessRefusedError)


@pytest.mark.parametrize("ports", ["0-0", "0-1", "65535-65535"])
async def test_ports_that_nobody_can_send_to(ports: str) -> None:
    camera = Camera()
    camera.transport_answer = f"RTP/AVP;unicast;client_port=5000-5001;server_port={ports}"
    async with running(camera):
        request = StreamRequest(camera.url, Transport.UDP)
        async with RtspClient.open(request, on_access_unit=lambda unit: None, timeouts=PATIENT) as session:
            assert session.stats.packets == 0
    assert camera.methods[-1] == "TEARDOWN"


class DeafCamera(Camera):
    """Asks for ever, once it plays, and reads nothing more."""

    def usual(self, request: Request) -> Response:
        if request.method == "PLAY":
            assert self.transport is not None
            self.transport.pause_reading()
            self._flood()
        return super().usual(request)

    def _flood(self) -> None:
        transport = self.transport
        assert transport is not None
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() == 0:
            transport.write(b"OPTIONS * RTSP/1.0\r\nCSeq: %b\r\n\r\n" % (b"1" * 8000) * 8)
        asyncio.get_running_loop().call_soon(self._flood)


async def test_a_camera_that_asks_for_ever_and_reads_nothing() -> None:
    error = await failure(DeafCamera())
    assert isinstance(error, ConnectionLostError)
    assert "does not read" in str(error)
    assert MAX_UNSENT_BYTES == 1 << 20


# ---- floods of a camera that plays

JPEG_HEAD = b"\x00%b\x01\x32\x50\x2d"


def jpeg_pieces(piece: bytes) -> Iterator[bytes]:
    yield JPEG_HEAD % bytes(3) + b"s"
    offset = 1
    while True:
        yield JPEG_HEAD % offset.to_bytes(3, "big") + piece
        offset = min(offset + len(piece), 0xFFFFFF)


LONG = b"x" * 60_000


def forever(*payloads: bytes) -> Iterator[bytes]:
    yield idr()
    while True:
        yield from payloads


FLOODS: dict[str, tuple[str, int, Callable[[], Iterator[bytes]]]] = {
    "endless fragments": ("H264", 200, partial(forever, b"\x7c\x85" + LONG, b"\x7c\x05" + LONG)),
    "fragments of nothing": ("H264", 140_000, partial(forever, b"\x7c\x85", b"\x7c\x05")),
    "small slices": ("H264", 70_000, partial(forever, b"\x41\x9a")),
    "aggregation bomb": ("H264", 20, partial(forever, b"\x78" + b"\x00\x02\x41\x9a" * 16_000)),
    "byte stream bomb": ("H264", 20, partial(forever, b"\x00" + b"\x00\x00\x01\x41\x9a" * 13_000)),
    "supplemental information": ("H264", 50_000, partial(forever, b"\x06" + b"x" * 100)),
    "parameter sets": ("H264", 36_000, partial(forever, SPS, SPS + b"x", PPS, PPS + b"x" * 900)),
    "H.265 aggregation bomb": ("H265", 20, partial(forever, b"\x60\x01" + b"\x00\x03\x02\x01\xd0" * 13_000)),
    "H.265 fragments of nothing": ("H265", 140_000, partial(forever, b"\x62\x01\x81", b"\x62\x01\x01")),
    "JPEG fragments of nothing": ("JPEG", 140_000, partial(jpeg_pieces, b"")),
    "JPEG fragments of two bytes": ("JPEG", 140_000, partial(jpeg_pieces, b"xy")),
}  # fmt: skip
"""Encoding, how many packets are enough to break a limit, and the payloads."""
MAX_HELD = MAX_UNIT_BYTES + (4 << 20)


@pytest.mark.parametrize("name", FLOODS)
def test_a_picture_that_never_ends_is_dropped(name: str) -> None:
    encoding, count, payloads = FLOODS[name]
    receiver = RtpReceiver(video_format(encoding, {}), 96, 90000, lambda unit: None, lambda error: None)
    most = 0
    for number, payload in enumerate(islice(payloads(), count)):
        packet = rtp(number, 0, payload)
        receiver.on_rtp(packet, 0, len(packet))
        if number % (count // 4) == count // 8:
            most = max(most, held_bytes(receiver))
    assert max(most, held_bytes(receiver)) < MAX_HELD
    assert receiver.stats.packets == count
    assert receiver.stats.malformed > 0


def test_a_flood_of_reports_and_of_foreign_channels_leaves_nothing() -> None:
    receiver = RtpReceiver(video_format("H264", {}), 96, 90000, lambda unit: None, lambda error: None)
    parser = RtspParser(lambda message: None, lambda channel, data, start, end: None)
    parser.sinks[1] = receiver.on_rtcp
    reports = (b"\x80\xc8\x00\x06" + bytes(24)) * 2300
    for _ in range(20):
        parser.feed(interleaved(1, reports) + interleaved(77, bytes(65_535)))
    assert held_bytes([parser, receiver]) < 64 * 1024


# ---- any sequence of mischief

MISCHIEF: tuple[bytes, ...] = (
    media("KPP"),
    media("P"),
    interleaved(0, rtp(9, 9, delta(), ssrc=1)),
    interleaved(0, b"\x80"),
    interleaved(1, b"\x80\xc8\x00\x06" + bytes(24)),
    interleaved(1, b"\x81\xcb\x00\x01\x12\x34\x56\x78"),
    interleaved(9, b"x" * 100),
    b"OPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\n",
    b"ANNOUNCE rtsp://other/ RTSP/1.0\r\nCSeq: 6\r\nContent-Length: 3\r\n\r\nv=0",
    b"RTSP/1.0 200 OK\r\nCSeq: 4\r\nSession: other\r\n\r\n",
    b"RTSP/1.0 100 Continue\r\n\r\n",
    b"RTSP/1.0 401 Unauthorized\r\nCSeq: 5\r\nWWW-Authenticate: Digest nonce=\xff\r\n\r\n",
    b"RTSP/1.0 454 \xff\r\nCSeq: 5\r\n\r\n",
    b"\r\n\r\n",
    b"$",
    b"\x00",
)
STEPS = ("OPTIONS", "DESCRIBE", "SETUP", "PLAY")


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(STEPS), st.lists(st.sampled_from(MISCHIEF), max_size=4), max_size=3),
    st.lists(st.sampled_from(MISCHIEF), max_size=8),
)
def test_any_sequence_of_mischief_ends_with_words(before: dict[str, list[bytes]], after: list[bytes]) -> None:
    camera = MischievousCamera(before, after)
    error = asyncio.run(asyncio.wait_for(failure(camera, timeouts=SHORT), 60))
    assert isinstance(error, CommandwallError)


class MischievousCamera(Camera):
    """Sends what nobody asked for, ``before`` answers and ``after`` the one to PLAY, and leaves."""

    def __init__(self, before: dict[str, list[bytes]], after: list[bytes]) -> None:
        super().__init__()
        self._before = before
        self.after_play = b"".join(after)

    def usual(self, request: Request) -> Response:
        for data in self._before.get(request.method, ()):
            self.send(data)
        if request.method == "PLAY":
            assert self.transport is not None
            asyncio.get_running_loop().call_soon(self.transport.close)
        return super().usual(request)
