from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import UnsupportedError
from commandwall.rtp.aac import GenericFormat
from commandwall.rtp.audio import MAX_FRAME_BYTES, AudioParameters
from commandwall.rtp.formats import audio_format
from commandwall.rtp.packet import parse_header
from commandwall.rtsp.sdp import MediaDescription, SessionDescription, build_sdp, parse_sdp
from commandwall.rtsp.server_audio import audio_packets, audio_rtp_format

AAC = AudioParameters("aac", 16000, 1, bytes.fromhex("1408"))


@pytest.mark.parametrize(
    ("audio", "payload_type"),
    [
        (AudioParameters("pcm_mulaw", 8000, 1), 0),
        (AudioParameters("pcm_alaw", 8000, 1), 8),
        (AudioParameters("pcm_alaw", 16000, 2), 97),
        (AudioParameters("opus", 48000, 1), 97),
        (AudioParameters("opus", 48000, 2), 97),
        (AAC, 97),
    ],
)
def test_what_is_described_is_understood(audio: AudioParameters, payload_type: int) -> None:
    media = MediaDescription("audio", (audio_rtp_format(audio),), "trackID=1")
    fmt = parse_sdp(build_sdp(SessionDescription((media,)))).media[0].formats[0]
    assert fmt.payload_type == payload_type
    assert audio_format(fmt.encoding, fmt.clock_hz, fmt.channels, fmt.fmtp).parameters == audio


def test_other_codecs_are_not_served() -> None:
    with pytest.raises(UnsupportedError, match="pcm_s16be"):
        audio_rtp_format(AudioParameters("pcm_s16be", 8000, 1))


@given(st.binary(min_size=1, max_size=MAX_FRAME_BYTES))
def test_aac_is_cut_and_put_together_again(data: bytes) -> None:
    frame = audio_packets("aac", data, 97)
    codec = GenericFormat(16000, audio_rtp_format(AAC).fmtp)
    came: list[bytes] = []
    for datagram in frame.datagrams(frame.stamped(0, 1, 1024, 7)):
        header = parse_header(datagram)
        assert header.end - header.start <= 1404
        came += codec.push(datagram, header.start, header.end, header.timestamp)
        assert bool(came) == header.marker
    assert came == [data]
