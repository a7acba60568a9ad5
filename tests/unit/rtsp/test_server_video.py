from __future__ import annotations

import numpy as np
import pytest

from commandwall.base.errors import UnsupportedError
from commandwall.rtp.formats import VIDEO_FORMATS, video_format
from commandwall.rtp.packet import parse_header
from commandwall.rtsp.sdp import MediaDescription, SessionDescription, build_sdp, parse_sdp
from commandwall.rtsp.server_video import VIDEO_PAYLOADS, video_payload
from simulators.encoder import Encoder
from simulators.spec import Codec, parse_spec


def key_frame(codec: Codec) -> bytes:
    picture = np.zeros((120, 160, 3), np.uint8)
    return Encoder(parse_spec("160x120@5:128k", codec)).encode(picture)[0].data


@pytest.mark.parametrize("codec", list(Codec))
def test_what_is_served_is_understood(codec: Codec) -> None:
    payload, unit = codec.payload, key_frame(codec)
    media = MediaDescription("video", (payload.format(unit),), "trackID=0")
    (parsed,) = parse_sdp(build_sdp(SessionDescription((media,)))).media
    (described,) = parsed.formats
    taker = video_format(described.encoding, described.fmtp)
    frame = payload.packets(unit, key=True)
    packets = frame.datagrams(frame.stamped(0, 65_535, 90_000, 7))
    heads = [parse_header(packet) for packet in packets]
    assert {head.payload_type for head in heads} == {described.payload_type}
    assert [head.marker for head in heads] == [False] * (len(heads) - 1) + [True]
    for head, packet in zip(heads, packets, strict=True):
        taker.push(packet, head.start, head.end)
    data, key = taker.take()
    assert key and data
    assert (taker.parameters.width, taker.parameters.height) == (160, 120)
    assert VIDEO_PAYLOADS[taker.parameters.name] is payload


def test_every_codec_that_is_taken_is_served() -> None:
    assert {
        VIDEO_FORMATS[payload.encoding]({}).parameters.name for payload in VIDEO_PAYLOADS.values()
    } == set(VIDEO_PAYLOADS)


def test_other_codecs_are_named() -> None:
    with pytest.raises(UnsupportedError, match="pictures in vp8 are not served, only h264, hevc, mjpeg"):
        video_payload("vp8")
