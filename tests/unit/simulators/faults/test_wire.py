"""Faults between the real server and the real client, in one process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from itertools import pairwise

import pytest

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ, monotonic_ns
from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    ConnectionLostError,
    ProtocolError,
    UnavailableError,
    UnsupportedError,
)
from commandwall.model.access_unit import AccessUnit
from commandwall.model.camera import Transport
from commandwall.rtp.h264_packetise import h264_fmtp, packetise_h264
from commandwall.rtp.reorder import ReorderBuffer
from commandwall.rtsp.client import RtspClient, StreamRequest
from commandwall.rtsp.dialogue import Timeouts
from commandwall.rtsp.sdp import RtpFormat
from commandwall.rtsp.server import RtspServer
from commandwall.rtsp.server_audio import audio_packets
from commandwall.rtsp.server_frame import PacketFrame
from commandwall.rtsp.server_track import Track, TrackSender
from commandwall.rtsp.session import RtspSession
from simulators.faults.description import Sdp, WrongLength
from simulators.faults.dialogue import (
    CountsOnly,
    Deaf,
    EarlyMedia,
    HangUp,
    Header,
    SessionChange,
    Silent,
    Status,
    Unauthorised,
)
from simulators.faults.fault import Fault
from simulators.faults.network import Duplicates, Loss, Pieces, Reorder, Reset
from simulators.faults.payload import NoKeyFrames, StrayChannel
from simulators.faults.wire import Wire
from tests.unit.rtp.packets import PPS, SPS, annexb, delta, idr

KEY_UNIT, DELTA_UNIT = annexb(SPS, PPS, idr(3000)), annexb(delta(3000))
KEY = PacketFrame(packetise_h264(KEY_UNIT), 96, key=True)
DELTA = PacketFrame(packetise_h264(DELTA_UNIT), 96, key=False)
HUM = audio_packets("pcm_alaw", b"\xd5" * 320, 8)
USUAL, HASTY = Timeouts(), Timeouts(answer_s=0.5, describe_s=0.5)
PERIOD_S = 0.004


class Camera:
    """A track, and the catalogue that it is all of: a key frame, then a frame every few milliseconds."""

    kind = "video"
    format = RtpFormat(96, "H264", RTP_CLOCK_HZ, 1, h264_fmtp(KEY_UNIT))

    def __init__(self) -> None:
        self.players: dict[TrackSender, asyncio.Task[None]] = {}

    async def open(self, path: str) -> tuple[Track, ...]:
        return self, Microphone()

    def hold(self, sender: TrackSender) -> None:
        self.stop(sender)

    def play(self, sender: TrackSender) -> None:
        self.players[sender] = asyncio.create_task(self._send(sender))

    def stop(self, sender: TrackSender) -> None:
        if task := self.players.pop(sender, None):
            task.cancel()

    async def _send(self, sender: TrackSender) -> None:
        number = 0
        while True:
            sender.deliver(*self._frame(number), time.time_ns())
            number += 1
            await asyncio.sleep(PERIOD_S)

    def _frame(self, number: int) -> tuple[PacketFrame, int]:
        return DELTA if number % 20 else KEY, number * 3600


class Microphone(Camera):
    """The camera's sound."""

    kind = "audio"
    format = RtpFormat(8, "PCMA", 8000)

    def _frame(self, number: int) -> tuple[PacketFrame, int]:
        return HUM, number * 320


@asynccontextmanager
async def camera(*faults: Fault) -> AsyncIterator[tuple[RtspServer, str]]:
    """Run a camera with these faults on its next connection; yields its URL."""
    server = RtspServer(Camera(), "127.0.0.1", 0, protocol=partial(Wire, find=lambda _: list(faults)))
    async with server:
        yield server, f"rtsp://127.0.0.1:{server.port}/cam/0001/sub"


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def received(
    count: int, *faults: Fault, transport: Transport = Transport.TCP, timeouts: Timeouts = USUAL
) -> tuple[list[AccessUnit], RtspSession]:
    """Return the first access units, and the session, of a camera with these faults."""
    units: list[AccessUnit] = []
    async with camera(*faults) as (_, url):
        request = StreamRequest(url, transport, "admin", "secret")
        async with RtspClient.open(request, on_access_unit=units.append, timeouts=timeouts) as session:
            await until(lambda: len(units) >= count)
    return units, session


@pytest.mark.parametrize("transport", [Transport.TCP, Transport.UDP])
async def test_without_faults_everything_passes(transport: Transport) -> None:
    units, session = await received(30, transport=transport)
    assert units[0].key
    assert units[0].data.endswith(idr(3000))
    assert not any(unit.damaged for unit in units)
    assert session.stats.lost == session.stats.malformed == 0


@pytest.mark.parametrize("transport", [Transport.TCP, Transport.UDP])
async def test_faults_of_the_pictures_leave_the_sound_alone(transport: Transport) -> None:
    pictures: list[AccessUnit] = []
    sound: list[AccessUnit] = []
    async with camera(Loss(0.5)) as (_, url):
        request = StreamRequest(url, transport, audio=True)
        async with RtspClient.open(request, on_access_unit=pictures.append) as session:
            session.listen(sound.append)
            await until(lambda: len(pictures) >= 20 and len(sound) >= 20)
    assert session.stats.lost > 0
    assert {later.pts_90k - earlier.pts_90k for earlier, later in pairwise(sound)} == {3600}


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Silent(), ConnectionLostError, "OPTIONS: no answer"),
        (Silent("PLAY"), ConnectionLostError, "PLAY: no answer"),
        (HangUp("SETUP"), ConnectionLostError, "SETUP"),
        (Status("DESCRIBE", 503), UnavailableError, "DESCRIBE: 503"),
        (Status("DESCRIBE", 302, "rtsp://127.0.0.1:1/x"), ConnectionLostError, "127.0.0.1 port 1"),
        (Unauthorised(), AccessRefusedError, "wrong password"),
        (Unauthorised(stale=True), AccessRefusedError, "wrong password"),
        (Sdp(replace={"H264": "H263"}), UnsupportedError, "H263"),
        (WrongLength(40), ConnectionLostError, "DESCRIBE: no answer"),
        (WrongLength(-40), ProtocolError, "SETUP|DESCRIBE"),
    ],
)
async def test_what_keeps_a_stream_from_opening(
    fault: Fault, kind: type[CommandwallError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        await received(1, fault, timeouts=HASTY if "no answer" in words else USUAL)


@pytest.mark.parametrize(
    "fault",
    [
        Header("DESCRIBE", "Content-Base"),
        Header("DESCRIBE", "Content-Base", "{base}x/.."),
        Sdp(drop=["a=control"], add=["zz"], ending=" \n"),
        WrongLength(-2),
        SessionChange(),
        EarlyMedia(40),
        Pieces(1, 40),
        StrayChannel(),
    ],
)
async def test_what_does_not(fault: Fault) -> None:
    units, session = await received(30, fault)
    assert not any(unit.damaged for unit in units)
    assert session.stats.lost == session.stats.malformed == 0


async def test_a_session_that_changed_is_the_only_one_known() -> None:
    async with camera(SessionChange()) as (_, url):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.split(":")[2].split("/")[0]))
        sessions: list[str] = []
        answer = b""
        for number, (method, field) in enumerate(
            [("SETUP", "Transport: RTP/AVP/TCP;interleaved=0-1"), ("PLAY", ""), ("GET_PARAMETER", "")]
        ):
            header = field or f"Session: {sessions[0]}"
            writer.write(f"{method} {url} RTSP/1.0\r\nCSeq: {number}\r\n{header}\r\n\r\n".encode())
            answer = b""
            while f"CSeq: {number}\r\n".encode() not in answer:
                answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
            sessions += [line[9:].split(";")[0] for line in answer.decode(errors="replace").splitlines()
                         if line.startswith("Session: ")]  # fmt: skip
        writer.close()
    assert len(sessions) == 2
    assert sessions[0] != sessions[1]
    assert b"454" in answer


async def test_a_session_that_gets_the_wrong_signs_of_life_is_forgotten() -> None:
    async with (
        camera(CountsOnly("SET_PARAMETER", timeout_s=1)) as (_, url),
        RtspClient.open(StreamRequest(url), on_access_unit=lambda _: None) as session,
    ):
        with pytest.raises(ConnectionLostError):
            await asyncio.wait_for(session.closed(), 10)


async def test_what_the_network_loses_over_udp_is_counted_exactly() -> None:
    units, session = await received(60, Loss(0.1), transport=Transport.UDP)
    stats = session.stats
    again = Loss(0.1)
    fates = [again._loses() for _ in range(stats.packets + stats.lost + 200)]
    taken = [index for index, lost in enumerate(fates) if not lost][stats.packets - 1]
    assert stats.lost == taken + 1 - stats.packets
    assert any(unit.damaged for unit in units)


@pytest.mark.parametrize("fault", [Duplicates(0.2), Reorder(0.1, by=3)])
async def test_doubled_and_reordered_datagrams_do_no_harm(
    fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = partial(ReorderBuffer, max_delay_ns=10 * NS_PER_S)  # A busy machine gives up nothing.
    monkeypatch.setattr("commandwall.rtsp.udp.ReorderBuffer", patient)
    units, session = await received(60, fault, transport=Transport.UDP)
    assert not any(unit.damaged for unit in units)
    assert session.stats.lost == 0


async def test_pictures_left_out_are_not_missed_as_packets() -> None:
    units, session = await received(30, NoKeyFrames())
    assert not any(unit.key for unit in units)
    assert session.stats.lost == 0


async def test_a_reset_is_a_connection_that_broke() -> None:
    async with (
        camera(Reset(after_s=0.05)) as (_, url),
        RtspClient.open(StreamRequest(url), on_access_unit=lambda _: None) as session,
    ):
        with pytest.raises(ConnectionLostError):
            await asyncio.wait_for(session.closed(), 10)


async def test_a_camera_that_goes_on_after_teardown_is_left_all_the_same() -> None:
    async with camera(Deaf()) as (server, url):
        units: list[AccessUnit] = []
        async with RtspClient.open(StreamRequest(url), on_access_unit=units.append) as session:
            await until(lambda: len(units) > 3)
        count = len(units)
        await until(lambda: server.connections == 0)
        assert len(units) == count
        assert session.stats.access_units == count
        assert session.unassigned_frames > 0  # came before the answer to TEARDOWN


async def test_a_camera_that_falls_silent_sends_again_once_it_is_told_to_end() -> None:
    async with camera(Deaf(after_s=0.2)) as (_, url):
        units: list[AccessUnit] = []
        async with RtspClient.open(StreamRequest(url), on_access_unit=units.append) as session:
            await until(lambda: units)
            line = session._dialogue.connection
            await until(lambda: monotonic_ns() - units[-1].arrival_ns > NS_PER_S)
            count = line.unassigned
        assert line.unassigned > count
