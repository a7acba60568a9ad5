"""What is heard in sound: the tone in it."""

from __future__ import annotations

from collections.abc import Iterable

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from commandwall.rtp.audio import AudioParameters


def decoded(audio: AudioParameters, frames: Iterable[bytes]) -> NDArray[np.float32]:
    """Return the samples in ``frames`` (n,), one channel; raises if a frame is broken."""
    decoder = av.CodecContext.create(audio.name, "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.sample_rate = audio.sample_rate
    decoder.layout = "mono" if audio.channels == 1 else "stereo"
    decoder.extradata = audio.extradata or None
    resampler = av.AudioResampler(format="flt", layout="mono", rate=audio.sample_rate)
    parts = [
        part.to_ndarray()[0]
        for data in frames
        for frame in decoder.decode(av.Packet(data))
        for part in resampler.resample(frame)
    ]
    return np.concatenate(parts).astype(np.float32)


def strongest_hz(samples: NDArray[np.float32], sample_rate: int) -> float:
    """Return the frequency of the strongest tone in ``samples`` (n,)."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * sample_rate / len(samples))
