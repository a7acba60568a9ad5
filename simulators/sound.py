"""What cameras hear: a tone for each, encoded once and played for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from commandwall.rtp.audio import AudioParameters

LOOP_S = 2
_ENCODERS = {"pcm_alaw": (8000, 320), "pcm_mulaw": (8000, 320), "aac": (16000, 1024), "opus": (48000, 960)}
"""By codec: samples a second, and samples in a frame, of one channel."""
_FFMPEG_NAMES = {"opus": "libopus"}
AUDIO_CODECS = tuple(_ENCODERS)
_LOWEST_HZ, _STEP_HZ, _TONES = 300, 50, 24
_LOUDNESS = 8000
"""A quarter of the loudest."""
_BIT_RATE_BPS = 32_000


@dataclass(frozen=True, slots=True)
class Sound:
    """A loop of encoded frames, ``rate`` of them a second."""

    parameters: AudioParameters
    frames: tuple[bytes, ...]
    rate: float


def tone_hz(number: int) -> int:
    """Return the tone that the camera of that number hears; neighbours hear different ones."""
    return _LOWEST_HZ + number % _TONES * _STEP_HZ


@cache
def tone(codec: str, frequency_hz: int) -> Sound:
    """Return a tone in ``codec``, one of AUDIO_CODECS. Takes some milliseconds, once."""
    sample_rate, size = _ENCODERS[codec]
    encoder = av.CodecContext.create(_FFMPEG_NAMES.get(codec, codec), "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.bit_rate = sample_rate, "mono", _BIT_RATE_BPS
    encoder.format = encoder.codec.audio_formats[0] if encoder.codec.audio_formats else "s16"
    encoder.open()
    times_s = np.arange(LOOP_S * sample_rate // size * size) / sample_rate
    samples = (_LOUDNESS * np.sin(2 * np.pi * frequency_hz * times_s)).astype(np.int16)
    frames = tuple(_encode(encoder, samples, size))
    extradata = bytes(encoder.extradata or b"") if codec == "aac" else b""
    return Sound(AudioParameters(codec, sample_rate, 1, extradata), frames, sample_rate / size)


def _encode(encoder: AudioCodecContext, samples: NDArray[np.int16], size: int) -> Iterator[bytes]:
    resampler = av.AudioResampler(format=encoder.format, layout="mono", rate=encoder.sample_rate)
    for start in range(0, len(samples), size):
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis, start : start + size], "s16", "mono")
        frame.sample_rate, frame.pts = encoder.sample_rate, start
        for ready in resampler.resample(frame):
            yield from (bytes(packet) for packet in encoder.encode(ready))
    yield from (bytes(packet) for packet in encoder.encode(None))
