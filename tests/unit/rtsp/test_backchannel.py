from __future__ import annotations

import asyncio
from socket import AF_INET, SOCK_DGRAM, socket

import pytest

from commandwall.base.errors import AccessRefusedError, ConnectionLostError, UnsupportedError
from commandwall.model.camera import Transport
from commandwall.rtp.packet import parse_header
from commandwall.rtp.rtcp import SenderReport, parse_compound
from commandwall.rtsp import life as life_module
from commandwall.rtsp.backchannel import BACKCHANNEL
from commandwall.rtsp.client import RtspClient
from commandwall.rtsp.messages import Headers, Request, Response
from commandwall.rtsp.sdp import parse_sdp
from commandwall.rtsp.tracks import choose_loudspeaker
from tests.unit.rtsp.camera import SDP, Camera
from tests.unit.rtsp.requests import PATIENT, request_for

LOUDSPEAKER = "m=audio 0 RTP/AVP 0 8\r\na=control:talk\r\na=sendonly\r\n"
HEADER = "v=0\r\ns=c\r\n"
VIDEO = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
BLOCK = b"\xff" * 160


@pytest.fixture
def talking(camera: Camera) -> Camera:
    """Return a camera with a loudspeaker, which it describes to those only who require it."""

    def describe(request: Request) -> Response:
        camera.sdp = SDP + (LOUDSPEAKER if request.headers.get("Require") == BACKCHANNEL else "")
        return camera.usual(request)

    camera.answers["DESCRIBE"] = describe
    camera.after_play = b""
    return camera


async def test_the_loudspeaker_is_required_set_up_and_played(talking: Camera) -> None:
    async with RtspClient.talk(request_for(talking)) as loudspeaker:
        assert loudspeaker.codec == "pcm_mulaw"
        loudspeaker.send(BLOCK, 0)
        loudspeaker.send(BLOCK, 1800)
        await talking.until(lambda: len(talking.frames) == 3)
    assert talking.methods == ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]
    assert [request.headers.get("Require") for request in talking.requests] == ["", *[BACKCHANNEL] * 4]
    assert talking.requests[2].url.endswith("/talk")
    (first_channel, first), (report_channel, compound), (_, second) = talking.frames
    assert (first_channel, report_channel) == (0, 1)
    headers = [parse_header(first), parse_header(second)]
    assert [(header.payload_type, header.marker) for header in headers] == [(0, True), (0, False)]
    assert (headers[1].timestamp - headers[0].timestamp) & 0xFFFFFFFF == 160
    assert first[headers[0].start : headers[0].end] == BLOCK
    report = parse_compound(compound)[0]
    assert isinstance(report, SenderReport)
    assert (report.ssrc, report.packets) == (headers[0].ssrc, 1)


async def test_reports_and_signs_of_life_go_on(talking: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life_module, "REPORT_INTERVAL_S", 0.02)
    talking.session = "1;timeout=1"
    async with RtspClient.talk(request_for(talking)) as loudspeaker:
        loudspeaker.send(BLOCK, 0)
        await talking.until(
            lambda: "GET_PARAMETER" in talking.methods and [c for c, _ in talking.frames].count(1) > 2
        )


async def test_over_udp_it_goes_to_the_port_of_the_camera_and_nothing_before_it(talking: Camera) -> None:
    """An empty packet, which opens firewalls for what comes back, would be taken for the talker's."""
    with socket(AF_INET, SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.setblocking(False)
        port = ear.getsockname()[1]
        talking.transport_answer = f"RTP/AVP;unicast;server_port={port}-{port + 1}"
        async with RtspClient.talk(request_for(talking, Transport.UDP)) as loudspeaker:
            loudspeaker.send(BLOCK, 0)
            first = await asyncio.get_running_loop().sock_recv(ear, 2000)
    assert first[parse_header(first).start :] == BLOCK
    assert "client_port" in talking.requests[2].headers.get("Transport")
    assert talking.frames == []


async def test_a_loudspeaker_that_does_not_take_udp_is_sent_tcp(talking: Camera) -> None:
    def set_up(request: Request) -> Response:
        return Response(461) if "client_port" in request.headers.get("Transport") else talking.usual(request)

    talking.answers["SETUP"] = set_up
    async with RtspClient.talk(request_for(talking, Transport.UDP)) as loudspeaker:
        loudspeaker.send(BLOCK, 0)
        await talking.until(lambda: len(talking.frames) == 2)
    assert talking.methods.count("SETUP") == 2


async def test_multicast_cameras_are_talked_to_over_tcp(talking: Camera) -> None:
    async with RtspClient.talk(request_for(talking, Transport.MULTICAST)) as loudspeaker:
        loudspeaker.send(BLOCK, 0)
        await talking.until(lambda: len(talking.frames) == 2)


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Response(551, headers=Headers([("Unsupported", BACKCHANNEL)])), UnsupportedError, "does not have"),
        (Response(403), AccessRefusedError, "does not let this user in"),
    ],
)
async def test_cameras_that_refuse(
    camera: Camera, answer: Response, error: type[Exception], words: str
) -> None:
    camera.answers["DESCRIBE"] = lambda _: answer
    with pytest.raises(error, match=words):
        async with RtspClient.talk(request_for(camera)):
            pass


async def test_a_camera_that_describes_no_loudspeaker(camera: Camera) -> None:
    with pytest.raises(UnsupportedError, match="no audio backchannel"):
        async with RtspClient.talk(request_for(camera)):
            pass
    assert "SETUP" not in camera.methods


async def test_a_camera_that_hangs_up(talking: Camera) -> None:
    async with RtspClient.talk(request_for(talking), timeouts=PATIENT) as loudspeaker:
        assert talking.transport is not None
        talking.transport.abort()
        with pytest.raises(ConnectionLostError):
            await loudspeaker.closed()
        loudspeaker.send(BLOCK, 0)


@pytest.mark.parametrize(
    ("sections", "codec"),
    [
        (f"{VIDEO}{LOUDSPEAKER}", "pcm_mulaw"),
        (f"{VIDEO}m=audio 0 RTP/AVP 8\r\n{LOUDSPEAKER}", "pcm_mulaw"),
        ("m=audio 0 RTP/AVP 8\r\na=sendonly\r\n", "pcm_alaw"),
        (f"{VIDEO}m=audio 0 RTP/AVP 97 8\r\na=rtpmap:97 MPEG4-GENERIC/16000\r\na=sendonly\r\n", "pcm_alaw"),
        # seen from the camera's own side
        (
            f"{VIDEO}a=sendonly\r\nm=audio 0 RTP/AVP 0\r\na=sendonly\r\n"
            "m=audio 0 RTP/AVP 8\r\na=recvonly\r\n",
            "pcm_alaw",
        ),
    ],
)
def test_the_track_that_the_camera_plays(sections: str, codec: str) -> None:
    assert choose_loudspeaker(parse_sdp((HEADER + sections).encode())).codec == codec


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        (VIDEO, "no audio backchannel"),
        (f"{VIDEO}m=audio 0 RTP/AVP 8\r\n", "no audio backchannel"),
        (f"{VIDEO}m=audio 0 RTP/AVP 8\r\na=inactive\r\n", "no audio backchannel"),
        (
            f"{VIDEO}m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/16000\r\na=sendonly\r\n",
            "takes MPEG4-GENERIC/16000; set it to G.711",
        ),
        (f"{VIDEO}m=audio 0 RTP/AVP 97\r\na=rtpmap:97 PCMU/16000\r\na=sendonly\r\n", "PCMU/16000"),
        (f"{VIDEO}m=audio 0 RTP/SAVP 0\r\na=sendonly\r\n", "takes -"),
    ],
)
def test_descriptions_without_a_loudspeaker_that_can_be_used(sections: str, words: str) -> None:
    with pytest.raises(UnsupportedError, match=words):
        choose_loudspeaker(parse_sdp((HEADER + sections).encode()))
