from __future__ import annotations

import os
from fractions import Fraction

import av
import numpy as np
import pytest
from av.audio.codeccontext import AudioCodecContext

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.media.opus import SAMPLE_RATE
from commandwall.media.sound import Samples, SoundDecoder
from commandwall.model.access_unit import StreamInfo
from tests.sound import strongest_hz

OPUS = StreamInfo("opus", sample_rate=SAMPLE_RATE, channels=2)


def encoded(
    codec: str, rate: int, channels: int, hz: float, seconds: float = 1.0
) -> tuple[StreamInfo, list[bytes]]:
    """Return a tone as ``codec`` has it: what it is, and its frames."""
    layout, samples = ("mono", "stereo")[channels - 1], round(rate * seconds)
    context = av.CodecContext.create("libopus" if codec == "opus" else codec, "w")
    assert isinstance(context, AudioCodecContext)
    context.sample_rate, context.layout, context.time_base = rate, layout, Fraction(1, rate)
    planar = codec == "aac"
    context.format = "fltp" if planar else "s16"
    context.open()
    wave = 0.5 * np.sin(2 * np.pi * hz * np.arange(samples) / rate)
    count = context.frame_size or rate // 50
    frames = []
    for first in range(0, samples - count + 1, count):
        block = np.repeat(wave[None, first : first + count], channels, axis=0)
        if not planar:
            block = (block.T.reshape(1, -1) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(
            block.astype(np.float32) if planar else block, context.format.name, layout
        )
        frame.sample_rate, frame.pts = rate, first
        frames += [bytes(packet) for packet in context.encode(frame)]
    extradata = (context.extradata or b"").hex() if codec == "aac" else ""
    return StreamInfo(codec, sample_rate=rate, channels=channels, extradata=extradata), frames


@pytest.mark.parametrize(
    ("codec", "rate", "channels"),
    [
        ("pcm_alaw", 8000, 1),
        ("pcm_mulaw", 8000, 1),
        ("pcm_alaw", 16000, 2),
        ("aac", 8000, 1),
        ("aac", 16000, 1),
        ("aac", 44100, 2),
        ("opus", 48000, 1),
        ("opus", 48000, 2),
    ],
)
def test_whatever_cameras_and_browsers_send_comes_out_at_48_khz(codec: str, rate: int, channels: int) -> None:
    info, frames = encoded(codec, rate, channels, 1000)
    decoder = SoundDecoder(info)
    parts: list[Samples] = [decoder.decode(frame) for frame in frames]
    expected = sum(decoder.samples(frame) for frame in frames)
    heard = np.concatenate(parts)
    assert heard.dtype == np.float32
    assert abs(len(heard) - expected) <= SAMPLE_RATE * 0.005
    assert strongest_hz(heard[4800:], SAMPLE_RATE) == pytest.approx(1000, abs=3)
    assert 0.3 < np.abs(heard[4800:]).max() <= 1.0


@pytest.mark.parametrize(
    ("info", "message"),
    [
        (StreamInfo("h264", 640, 360), "codec 'h264' is not taken"),
        (StreamInfo(""), "codec '' is not taken"),
        (StreamInfo("aac", sample_rate=7350, channels=1), "7350 Hz"),
        (StreamInfo("pcm_alaw", sample_rate=8000, channels=0), "0 channels"),
        (StreamInfo("aac", sample_rate=8000, channels=1, extradata="zz"), "not hexadecimal"),
        (StreamInfo("aac", sample_rate=8000, channels=1, extradata="ff"), "cannot be decoded"),
    ],
)
def test_what_is_no_sound_that_is_taken_is_refused(info: StreamInfo, message: str) -> None:
    with pytest.raises(UnsupportedError, match=message):
        SoundDecoder(info)


@pytest.mark.parametrize("info", [OPUS, StreamInfo("pcm_alaw", sample_rate=8000, channels=1)])
def test_a_frame_of_nothing_and_one_without_end_are_no_frames(info: StreamInfo) -> None:
    decoder = SoundDecoder(info)
    for data in (b"", bytes(20000)):
        with pytest.raises(ProtocolError):
            decoder.samples(data)


def test_more_than_a_fifth_of_a_second_is_no_frame() -> None:
    decoder = SoundDecoder(StreamInfo("pcm_alaw", sample_rate=8000, channels=1))
    assert decoder.samples(bytes(1600)) == 9600
    with pytest.raises(ProtocolError, match="9606 samples"):
        decoder.samples(bytes(1601))


def test_after_garbage_true_packets_are_decoded_again() -> None:
    info, frames = encoded("opus", 48000, 1, 440)
    decoder = SoundDecoder(info)
    refused = 0
    for _ in range(50):
        try:
            assert np.isfinite(decoder.decode(os.urandom(60))).all()
        except ProtocolError:
            refused += 1
    assert refused
    heard = np.concatenate([decoder.decode(frame) for frame in frames])
    assert strongest_hz(heard[4800:], SAMPLE_RATE) == pytest.approx(440, abs=3)
