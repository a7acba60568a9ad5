"""Decoding sound, of browsers and of cameras: frames in, samples of 48 kHz and one channel out."""

from __future__ import annotations

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.media.opus import SAMPLE_RATE, packet_samples
from commandwall.model.access_unit import StreamInfo

_G711 = frozenset(("pcm_alaw", "pcm_mulaw"))
_AAC_FRAME_SAMPLES = 1024
_DECODERS = {"opus": "libopus", "aac": "aac", "pcm_alaw": "pcm_alaw", "pcm_mulaw": "pcm_mulaw"}
_LONGEST_SAMPLES = SAMPLE_RATE // 5
_MOST_BYTES = 16384
_RATES_HZ = range(8000, 96001)
_MAX_CHANNELS = 8

Samples = NDArray[np.float32]
"""Sound of 48 kHz, one channel, full scale 1.0."""


class SoundDecoder:
    """The decoder of one stream, in one thread at a time. libavcodec starts none.

    Opus packets yield exactly what :func:`packet_samples` says. Other codecs go through a resampler, which
    holds 2 ms back. Raises :class:`UnsupportedError` for what is not taken.
    """

    def __init__(self, info: StreamInfo) -> None:
        if info.codec not in _DECODERS:
            raise UnsupportedError(f"sound of codec {info.codec!r} is not taken, only Opus, G.711 and AAC")
        if info.sample_rate not in _RATES_HZ or not 0 < info.channels <= _MAX_CHANNELS:
            raise UnsupportedError(
                f"sound of {info.sample_rate} Hz and {info.channels} channels is not taken"
            )
        self.info = info
        context = av.CodecContext.create(_DECODERS[info.codec], "r")
        assert isinstance(context, AudioCodecContext)
        context.thread_count = 1
        context.sample_rate = info.sample_rate
        if info.codec == "opus":  # libopus itself brings two channels into one
            context.layout = "mono"
            context.options = {"request_sample_fmt": "flt"}
        else:
            context.layout = av.AudioLayout(f"{info.channels}C" if info.channels > 2 else _layout(info))
            context.extradata = _extradata(info)
        try:
            context.open()
        except av.FFmpegError as error:
            raise UnsupportedError(f"sound of codec {info.codec!r} cannot be decoded: {error}") from error
        self._context = context
        self._resampler: av.AudioResampler | None = None

    def samples(self, data: bytes) -> int:
        """Return how many samples ``data`` yields, but for Opus roughly; at most 0.2 s.

        Raises :class:`ProtocolError` for what is no frame.
        """
        info = self.info
        if not 0 < len(data) <= _MOST_BYTES:
            raise ProtocolError(f"decoding {info.codec}: a frame of {len(data)} bytes")
        if info.codec == "opus":
            return packet_samples(data)
        frames = len(data) // info.channels if info.codec in _G711 else _AAC_FRAME_SAMPLES
        samples = frames * SAMPLE_RATE // info.sample_rate
        if not 0 < samples <= _LONGEST_SAMPLES:
            raise ProtocolError(f"decoding {info.codec}: a frame of {samples} samples")
        return samples

    def decode(self, data: bytes) -> Samples:
        """Return the samples of one frame (n,), -1 to 1; raises :class:`ProtocolError` when it is broken.

        Never give it nothing: libavcodec takes that for the end of the stream.
        """
        try:
            frames = self._context.decode(av.Packet(data))
            if self.info.codec != "opus":
                frames = [out for frame in frames for out in self._resampled(frame)]
        except (av.FFmpegError, ValueError) as error:
            raise ProtocolError(f"decoding {self.info.codec}: {error}") from error
        parts = [frame.to_ndarray()[0] for frame in frames]
        samples = parts[0] if len(parts) == 1 else np.concatenate([*parts, np.zeros(0, np.float32)])
        if not np.abs(samples).max(initial=0) <= 1:  # too loud, or no number, which would stay in every mix
            np.clip(np.nan_to_num(samples, copy=False), -1, 1, out=samples)
        return samples

    def _resampled(self, frame: av.AudioFrame) -> list[av.AudioFrame]:
        if self._resampler is None:
            self._resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
        return self._resampler.resample(frame)


def _layout(info: StreamInfo) -> str:
    return "mono" if info.channels == 1 else "stereo"


def _extradata(info: StreamInfo) -> bytes | None:
    try:
        return bytes.fromhex(info.extradata) or None
    except ValueError:
        raise UnsupportedError(f"sound of codec {info.codec!r}: its extradata is not hexadecimal") from None
