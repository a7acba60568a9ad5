from __future__ import annotations

import pytest

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.audio import MAX_FRAME_BYTES, AudioParameters, g711, opus
from commandwall.rtp.formats import AUDIO_FORMATS, audio_format


@pytest.mark.parametrize(
    ("encoding", "clock_hz", "channels", "fmtp", "parameters"),
    [
        ("PCMU", 8000, 1, {}, AudioParameters("pcm_mulaw", 8000, 1)),
        ("PCMA", 16000, 2, {}, AudioParameters("pcm_alaw", 16000, 2)),
        ("OPUS", 48000, 2, {}, AudioParameters("opus", 48000, 1)),
        ("OPUS", 48000, 2, {"sprop-stereo": "1"}, AudioParameters("opus", 48000, 2)),
    ],
)
def test_what_the_sound_is(
    encoding: str, clock_hz: int, channels: int, fmtp: dict[str, str], parameters: AudioParameters
) -> None:
    assert audio_format(encoding, clock_hz, channels, fmtp).parameters == parameters


def test_every_packet_is_a_frame() -> None:
    codec = g711("pcm_alaw", 8000, 1)
    assert codec.push(b"head" + b"\xd5" * 160 + b"tail", 4, 164, 0) == (b"\xd5" * 160,)
    codec.lose()
    for size in (0, MAX_FRAME_BYTES + 1):
        with pytest.raises(ProtocolError, match=f"pcm_alaw holds {size} bytes"):
            codec.push(bytes(size), 0, size, 0)


@pytest.mark.parametrize("encoding", ["G726-32", "L16", "", "X" * 500])
def test_every_other_codec_is_refused_by_name(encoding: str) -> None:
    with pytest.raises(UnsupportedError, match=encoding[:40] or "without a name") as refusal:
        audio_format(encoding, 8000, 1, {})
    assert all(name in str(refusal.value) for name in AUDIO_FORMATS)


def test_clocks_and_channels_that_cannot_be_are_refused() -> None:
    for clock_hz, channels in ((1, 1), (10**7, 1), (8000, 64)):
        with pytest.raises(UnsupportedError, match="pcm_mulaw"):
            g711("pcm_mulaw", clock_hz, channels)
    with pytest.raises(UnsupportedError, match="only 48000"):
        opus(16000, {})
