from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError
from commandwall.rtsp.sdp import (
    MediaDescription,
    RtpFormat,
    SessionDescription,
    build_sdp,
    parse_fmtp,
    parse_sdp,
)

CAMERA = b"""v=0\r
o=- 1109162014219182 1109162014219182 IN IP4 10.1.1.11\r
s=Media Presentation\r
c=IN IP4 0.0.0.0\r
t=0 0\r
a=control:rtsp://10.1.1.11/main/\r
m=video 0 RTP/AVP 96\r
b=AS:5000\r
a=recvonly\r
a=x-dimensions:1920,1080\r
a=control:rtsp://10.1.1.11/main/trackID=1\r
a=rtpmap:96 H264/90000\r
a=fmtp:96 profile-level-id=420029; packetization-mode=1; sprop-parameter-sets=Z00AKpWoHgCJ+WA=,aO48gA==\r
m=audio 0 RTP/AVP 8\r
a=control:rtsp://10.1.1.11/main/trackID=2\r
m=application 0 RTP/AVP 107\r
a=rtpmap:107 vnd.onvif.metadata/90000\r
"""


def test_a_camera_with_video_audio_and_metadata() -> None:
    description = parse_sdp(CAMERA)
    video, audio, metadata = description.media
    assert (description.name, description.control) == ("Media Presentation", "rtsp://10.1.1.11/main/")
    assert (video.kind, video.control) == ("video", "rtsp://10.1.1.11/main/trackID=1")
    assert (video.formats[0].encoding, video.formats[0].clock_hz) == ("H264", 90000)
    assert video.formats[0].fmtp["sprop-parameter-sets"] == "Z00AKpWoHgCJ+WA=,aO48gA=="
    assert ("x-dimensions", "1920,1080") in video.attributes
    assert (audio.formats[0].encoding, audio.formats[0].clock_hz) == ("PCMA", 8000)
    assert metadata.formats[0].encoding == "VND.ONVIF.METADATA"


def test_careless_lines_are_read() -> None:
    body = b"v=0\nm= video 0/1  rtp/avp  97 x 96 \n a=rtpmap: \na=rtpmap:97  h264 / 90000 \na=fmtp:97\nno\na="
    (video,) = parse_sdp(body).media
    assert video.protocol == "RTP/AVP"
    assert [fmt.payload_type for fmt in video.formats] == [97, 96]
    assert video.formats[0] == RtpFormat(97, "H264")
    assert video.formats[1] == RtpFormat(96)
    assert video.control == ""


def test_channels_and_clock_of_audio() -> None:
    body = b"m=audio 0 RTP/AVP 98\r\na=rtpmap:98 OPUS/48000/2\r\n"
    assert parse_sdp(body).media[0].formats == (RtpFormat(98, "OPUS", 48000, 2),)


@pytest.mark.parametrize("body", [b"", b"v=0\r\ns=x\r\n", b"<html>", b"m=video 0 RTP/AVP 96\n" * 33])
def test_no_or_too_many_media_sections_are_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError, match="media sections"):
        parse_sdp(body)


def test_fmtp_keeps_equal_signs_in_values() -> None:
    assert parse_fmtp(" Packetization-Mode=1;;sprop-parameter-sets=Zw==,aA== ; flag") == {
        "packetization-mode": "1",
        "sprop-parameter-sets": "Zw==,aA==",
        "flag": "",
    }


WORD = st.text("abcXYZ019-", min_size=1, max_size=8)
FORMATS = st.builds(
    RtpFormat,
    st.integers(96, 127),
    WORD.map(str.upper),
    st.sampled_from((8000, 90000)),
    st.integers(1, 2),
    st.dictionaries(WORD.map(str.lower), WORD, max_size=3),
)
MEDIA = st.builds(MediaDescription, st.sampled_from(("video", "audio")), st.tuples(FORMATS), WORD)


@given(st.lists(MEDIA, min_size=1, max_size=4), WORD)
def test_what_is_built_is_parsed(media: list[MediaDescription], name: str) -> None:
    description = SessionDescription(tuple(media), "*", name, (("range", "npt=now-"), ("recvonly", "")))
    assert parse_sdp(build_sdp(description)) == description


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing_else(body: bytes) -> None:
    for prefix in (b"", b"m=video 0 RTP/AVP 96\n", b"m=video 0 RTP/AVP 96\na=rtpmap:", b"m=a\na=fmtp:96 "):
        with contextlib.suppress(ProtocolError):
            parse_sdp(prefix + body)
