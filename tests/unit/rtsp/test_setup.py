from __future__ import annotations

import errno
import socket
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest

from commandwall.base.clock import NS_PER_S
from commandwall.base.errors import (
    CommandwallError,
    ConnectionLostError,
    LocalError,
    ProtocolError,
    UnsupportedError,
)
from commandwall.model.camera import Transport
from commandwall.rtp.h264 import H264Format
from commandwall.rtp.reorder import ReorderBuffer
from commandwall.rtsp.client import RtspClient
from commandwall.rtsp.connection import RtspConnection
from commandwall.rtsp.messages import Headers, Request, Response
from commandwall.rtsp.udp import open_pair
from tests.unit.rtsp.camera import DELTA, KEY, Camera, media, running
from tests.unit.rtsp.requests import fail, request_for
from tests.watcher import Watcher


class UdpCamera(Camera):
    """Sends over UDP, from ports of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.after_play = b""
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind(("127.0.0.1", 0))
        self.target = 0
        self.source = ""
        self.answers["SETUP"] = self._set_up

    def _set_up(self, request: Request) -> Response:
        transport = request.headers.get("Transport")
        self.target = int(transport.partition("client_port=")[2].partition("-")[0])
        own = self.rtp.getsockname()[1]
        answer = f"{transport};server_port={own}-{own + 1}{self.source}"
        return Response(200, headers=Headers([("Session", "1"), ("Transport", answer)]))

    def send_frames(self, frames: bytes, order: tuple[int, ...] = ()) -> None:
        """Send interleaved frames as datagrams, in ``order`` if one is given."""
        packets = []
        while frames:
            size = int.from_bytes(frames[2:4], "big")
            packets.append(frames[4 : 4 + size])
            frames = frames[4 + size :]
        for index in order or range(len(packets)):
            self.rtp.sendto(packets[index], ("127.0.0.1", self.target))


async def test_udp_in_order_and_out_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    patient = partial(ReorderBuffer, max_delay_ns=10 * NS_PER_S)  # A busy machine gives up nothing.
    monkeypatch.setattr("commandwall.rtsp.udp.ReorderBuffer", patient)
    async with running(UdpCamera()) as camera:
        assert isinstance(camera, UdpCamera)
        watcher = Watcher()
        request = request_for(camera, Transport.UDP)
        async with RtspClient.open(request, on_access_unit=watcher) as session:
            camera.send_frames(media("KPP"), order=(0, 2, 1, 3, 5, 4, 7, 6))
            await watcher.until_count(3)
            assert (session.stats.lost, session.stats.late) == (0, 0)
            camera.rtp.settimeout(2)
            assert len(camera.rtp.recv(100)) == 12
        camera.rtp.close()
    assert [unit.data for unit in watcher.units] == [KEY, DELTA, DELTA]
    assert camera.target % 2 == 0


async def test_what_nobody_foresaw_in_a_datagram_ends_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(H264Format, "push", fail)
    async with running(UdpCamera()) as camera:
        assert isinstance(camera, UdpCamera)
        request = request_for(camera, Transport.UDP)
        async with RtspClient.open(request, on_access_unit=Watcher()) as session:
            camera.send_frames(media("K"))
            with pytest.raises(ValueError):
                await session.closed()
        camera.rtp.close()


async def test_a_source_that_its_socket_cannot_send_to_is_passed_over() -> None:
    async with running(UdpCamera()) as camera:
        assert isinstance(camera, UdpCamera)
        camera.source = ";source=::1"
        watcher = Watcher()
        async with RtspClient.open(request_for(camera, Transport.UDP), on_access_unit=watcher):
            camera.rtp.settimeout(2)
            assert len(camera.rtp.recv(100)) == 12
            camera.send_frames(media("K"))
            await watcher.until_count(1)
        camera.rtp.close()


async def test_a_connection_that_is_gone_has_no_addresses() -> None:
    with pytest.raises(ConnectionLostError, match="closed the connection"):
        RtspConnection().host("peername")


def test_this_machine_has_no_socket_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(LocalError, match=r"SETUP: .*Too many open files"):
        open_pair("127.0.0.1")


async def test_a_camera_without_udp() -> None:
    async with running(Camera()) as camera:
        with pytest.raises(UnsupportedError, match="asked for udp, the camera gives tcp"):
            async with RtspClient.open(request_for(camera, Transport.UDP), on_access_unit=Watcher()):
                pass
        camera.answers["SETUP"] = lambda _: Response(461)
        with pytest.raises(UnsupportedError, match="try another"):
            async with RtspClient.open(request_for(camera, Transport.UDP), on_access_unit=Watcher()):
                pass


class MulticastCamera(Camera):
    """Sends to a multicast group on the loopback interface, which ``group_answer`` tells of."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.after_play = b""
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        self.target = GROUP, port
        self.group_answer = f"RTP/AVP;multicast;destination={GROUP};port={port}-{port + 1};ttl=1"
        self.answers["SETUP"] = lambda _: Response(
            200, headers=Headers([("Session", "1"), ("Transport", self.group_answer)])
        )

    def multicast(self, pattern: str) -> None:
        """Send the packets of ``pattern`` to the group."""
        stream = media(pattern)
        while stream:
            size = int.from_bytes(stream[2:4], "big")
            self.socket.sendto(stream[4 : 4 + size], self.target)
            stream = stream[4 + size :]


GROUP = "239.77.41.5"


@pytest.fixture
async def multicast_camera(free_port: Callable[[], int]) -> AsyncIterator[MulticastCamera]:
    camera = MulticastCamera(free_port())
    async with running(camera):
        yield camera
    camera.socket.close()


@pytest.mark.parametrize("told_by", ["answer", "description"])
async def test_multicast(multicast_camera: MulticastCamera, told_by: str) -> None:
    camera, watcher = multicast_camera, Watcher()
    if told_by == "description":
        camera.group_answer = "RTP/AVP;multicast"
        camera.sdp = camera.sdp.replace("m=video 0", f"m=video {camera.target[1]}").replace(
            "s=c", f"s=c\r\nc=IN IP4 {GROUP}/1"
        )
    async with RtspClient.open(request_for(camera, Transport.MULTICAST), on_access_unit=watcher) as session:
        camera.multicast("KPPK")
        await watcher.until_count(4)
        assert session.stats.lost == 0
    assert [unit.data for unit in watcher.units] == [KEY, DELTA, DELTA, KEY]
    assert camera.requests[2].headers.get("Transport") == "RTP/AVP;multicast"
    assert camera.methods[-1] == "TEARDOWN"


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ("RTP/AVP;unicast;server_port=5000-5001", UnsupportedError, "gives unicast"),
        ("RTP/AVP;multicast", ProtocolError, "no multicast group"),
        ("RTP/AVP;multicast;destination=10.0.0.1;port=5000-5001", ProtocolError, "no multicast group"),
        (f"RTP/AVP;multicast;destination={GROUP}", ProtocolError, "no multicast group and port"),
    ],
)
async def test_answers_that_name_no_group(
    multicast_camera: MulticastCamera, answer: str, kind: type[CommandwallError], words: str
) -> None:
    multicast_camera.group_answer = answer
    with pytest.raises(kind, match=words):
        async with RtspClient.open(
            request_for(multicast_camera, Transport.MULTICAST), on_access_unit=Watcher()
        ):
            pass
