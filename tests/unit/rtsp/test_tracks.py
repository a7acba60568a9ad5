from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from commandwall.rtp.packet import build_packet
from commandwall.rtp.rtcp import Goodbye, build
from commandwall.rtsp import life as life_module
from commandwall.rtsp.client import RtspClient
from commandwall.rtsp.messages import Headers, Request, Response
from commandwall.rtsp.sdp import parse_sdp
from commandwall.rtsp.tracks import choose_audio
from tests.unit.rtp.packets import SSRC, delta, rtp
from tests.unit.rtsp.camera import SDP, Camera, interleaved, media
from tests.unit.rtsp.requests import PATIENT, request_for, silence
from tests.watcher import Watcher

SETUPS = ("RTP/AVP/TCP;unicast;interleaved=0-1", "RTP/AVP/TCP;unicast;interleaved=2-3")


async def test_metadata_tracks_are_left_alone(camera: Camera) -> None:
    """As ONVIF cameras describe them, in front of the video and behind it."""
    metadata = (
        "m=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\na=control:track3\r\n"
        "a=recvonly\r\n"
    )
    camera.sdp = camera.sdp.replace("m=video", f"{metadata}m=video") + metadata
    camera.after_play = interleaved(4, b"<tt:MetadataStream/>") + media("K")
    watcher = Watcher()
    async with RtspClient.open(request_for(camera), on_access_unit=watcher) as session:
        await watcher.until_count(1)
        assert (session.unassigned_frames, session.stats.malformed) == (1, 0)
    assert [request.url for request in camera.requests if request.method == "SETUP"] == [
        f"{camera.url}/video"
    ]


def sounding(camera: Camera) -> None:
    """Have ``camera`` take a SETUP for each track."""

    def set_up(request: Request) -> Response:
        transport = SETUPS[request.url.endswith("/audio")]
        return Response(200, headers=Headers([("Session", "1"), ("Transport", transport)]))

    camera.answers["SETUP"] = set_up


def sound(first: int = 7) -> bytes:
    """Return two packets of sound."""
    packets = [build_packet(8, number, 160 * number, SSRC, b"\xd5" * 160) for number in (first, first + 1)]
    return b"".join(interleaved(2, packet) for packet in packets)


async def test_sound_is_received_in_the_session_of_the_pictures(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life_module, "REPORT_INTERVAL_S", 0.02)
    sounding(camera)
    camera.after_play += sound(1)
    pictures, heard = Watcher(), Watcher()
    request = replace(request_for(camera), audio=True)
    async with RtspClient.open(request, on_access_unit=pictures) as session:
        assert session.audio is not None
        assert (session.audio.name, session.audio.sample_rate, session.audio_fault) == (
            "pcm_alaw",
            8000,
            None,
        )
        await pictures.until_count(4)
        session.listen(heard)
        camera.send(sound())
        await heard.until_count(2)
        camera.send(interleaved(3, build(Goodbye(()))))
        await camera.until(lambda: {channel for channel, _ in camera.frames} == {1, 3})
        session.listen(None)
        camera.send(sound(9) + interleaved(0, rtp(100, 60_000, delta(), marker=True)))
        await pictures.until_count(5)
    assert [unit.pts_90k for unit in heard.units] == [0, 1800]
    video, audio = (request for request in camera.requests if request.method == "SETUP")
    assert (video.url, audio.url) == (f"{camera.url}/video", f"{camera.url}/audio")
    assert [each.headers.get("Transport") for each in (video, audio)] == list(SETUPS)
    assert audio.headers.get("Session") == "1"


async def test_sound_that_nobody_asked_for_is_not_set_up(camera: Camera) -> None:
    async with RtspClient.open(request_for(camera), on_access_unit=Watcher()) as session:
        session.listen(lambda unit: None)
        assert (session.audio, session.audio_fault) == (None, None)
    assert camera.methods.count("SETUP") == 1


def refuse(request: Request) -> Response | None:
    return Response(461) if request.url.endswith("/audio") else None


def twice_the_channel(request: Request) -> Response:
    return Response(200, headers=Headers([("Session", "1"), ("Transport", SETUPS[0])]))


@pytest.mark.parametrize(
    ("answer", "words", "setups"),
    [
        (refuse, "SETUP: 461", 2),
        (twice_the_channel, "two tracks on channel 0", 2),
    ],
)
async def test_pictures_come_where_the_sound_is_refused(
    camera: Camera, answer: Callable[[Request], Response | None], words: str, setups: int
) -> None:
    camera.answers["SETUP"] = lambda request: answer(request) or camera.usual(request)
    await watch_without_sound(camera, words)
    assert camera.methods.count("SETUP") == setups


async def test_pictures_come_where_the_sound_is_never_answered(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    say_nothing = silence(monkeypatch)
    camera.answers["SETUP"] = lambda request: (
        say_nothing(request) if request.url.endswith("/audio") else camera.usual(request)
    )
    await watch_without_sound(camera, "SETUP: no answer")
    assert camera.methods.count("SETUP") == 3


async def test_pictures_come_where_only_they_can_be_played(camera: Camera) -> None:
    sounding(camera)
    camera.answers["PLAY"] = lambda request: (
        Response(500) if camera.methods.count("SETUP") == 2 else camera.usual(request)
    )
    await watch_without_sound(camera, "PLAY: 500")
    assert camera.methods.count("PLAY") == 2


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("m=audio 0 RTP/AVP 97\r\na=rtpmap:97 G726-32/8000\r\n", "G726-32 is not taken"),
        ("m=audio 0 RTP/SAVP 8\r\n", "RTP/SAVP"),
        ("m=audio 0 RTP/AVP\r\n", "RTP/AVP"),
        ("m=audio 0 RTP/AVP 97\r\na=rtpmap:97 mpeg4-generic/16000\r\n", "AAC"),
        ("m=audio 0 RTP/AVP 8\r\na=sendonly\r\n", ""),
        ("m=audio 0 RTP/AVP 8\r\na=inactive\r\n", ""),
    ],
)
async def test_sound_that_is_not_taken_is_left_alone(camera: Camera, section: str, words: str) -> None:
    camera.sdp = camera.sdp.replace("m=audio 0 RTP/AVP 8\r\n", section)
    await watch_without_sound(camera, words)
    assert camera.methods.count("SETUP") == 1


async def test_why_sound_is_not_taken_is_said_in_chinese_too(camera: Camera) -> None:
    camera.sdp = camera.sdp.replace(
        "m=audio 0 RTP/AVP 8\r\n", "m=audio 0 RTP/AVP 9\r\na=rtpmap:9 G722/8000\r\n"
    )
    watcher = Watcher()
    request = replace(request_for(camera), audio=True)
    opened = RtspClient.open(request, on_access_unit=watcher, timeouts=PATIENT)
    async with opened as session:
        fault = session.audio_fault
    assert fault is not None
    assert str(fault).startswith("DESCRIBE: sound: codec G722 is not taken; set the camera to PCMA / ")
    assert fault.zh.startswith("DESCRIBE：声音：不支持编码 G722，请将摄像机设为 PCMA / ")


async def watch_without_sound(camera: Camera, words: str) -> None:
    watcher = Watcher()
    request = replace(request_for(camera), audio=True)
    opened = RtspClient.open(request, on_access_unit=watcher, timeouts=PATIENT)
    async with opened as session:
        await watcher.until_count(4)
        assert session.audio is None
        assert words in str(session.audio_fault or "")
        assert bool(words) == bool(session.audio_fault)


def chosen(sdp: str) -> str:
    description = parse_sdp(sdp.encode())
    video = next(media for media in description.media if media.kind == "video")
    track = choose_audio(description, video)
    return track.media.control if track is not None else ""


def test_which_of_several_tracks_of_sound_is_taken() -> None:
    speaker = "m=audio 0 RTP/AVP 0\r\na=control:speaker\r\na=sendonly\r\n"
    unknown = "m=audio 0 RTP/AVP 4\r\na=control:g723\r\n"
    assert chosen(speaker + unknown + SDP) == "audio"
    assert chosen(speaker + SDP.replace("m=audio 0 RTP/AVP 8", "m=audio 0 RTP/AVP 101 8")) == "audio"
    assert chosen(SDP.replace("a=control:", "a=sendonly\r\na=control:")) == "audio"
    assert chosen(SDP.replace("m=audio", "m=application")) == ""
