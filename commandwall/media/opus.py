"""Opus (RFC 6716): how long a packet sounds, and the encoder of mixes: 48 kHz, mono, 20 ms a packet."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from commandwall.base.errors import CommandwallError, ProtocolError, UnsupportedError

SAMPLE_RATE = 48_000
FRAME_SAMPLES = 960
"""20 ms."""
BIT_RATE = 40_000
_LONGEST_SAMPLES = 5760
_MIXED_SAMPLES = (480, 960, 1920, 2880)
_HYBRID_SAMPLES = (480, 960)
_CELT_SAMPLES = (120, 240, 480, 960)
_OPTIONS = {"application": "lowdelay", "frame_duration": "20", "vbr": "constrained", "packet_loss": "5"}
"""``lowdelay``: the encoder looks 120 samples (2.5 ms) ahead instead of 312."""


def packet_samples(data: bytes) -> int:
    """Return how many samples of 48 kHz a packet holds, at most 120 ms (RFC 6716 section 3).

    Raises :class:`ProtocolError` for what is no packet.
    """
    if not data:
        raise ProtocolError("opus: an empty packet")
    configuration, count = data[0] >> 3, data[0] & 3
    frames = (1, 2, 2, data[1] & 63 if len(data) > 1 else 0)[count]
    samples = frames * _frame_samples(configuration)
    if not 0 < samples <= _LONGEST_SAMPLES:
        raise ProtocolError(f"opus: a packet of {samples} samples")
    return samples


def _frame_samples(configuration: int) -> int:
    if configuration < 12:
        return _MIXED_SAMPLES[configuration & 3]
    if configuration < 16:
        return _HYBRID_SAMPLES[configuration & 1]
    return _CELT_SAMPLES[configuration & 3]


class OpusEncoder:
    """Encodes one mix, in one thread at a time: a block in, its packet out, at about ``BIT_RATE``.

    What comes out of a decoder is 120 samples behind what went in.
    """

    def __init__(self) -> None:
        """Open the encoder; raises :class:`UnsupportedError` when this FFmpeg has no libopus."""
        try:
            context = av.CodecContext.create("libopus", "w")
        except av.FFmpegError as error:
            raise UnsupportedError(
                "sound encoder: this FFmpeg has no libopus; install one with it"
            ) from error
        assert isinstance(context, AudioCodecContext)
        context.sample_rate, context.layout, context.format = SAMPLE_RATE, "mono", "flt"
        context.bit_rate = BIT_RATE
        context.options = _OPTIONS
        context.open()
        self._context = context
        self._frame = av.AudioFrame(format="flt", layout="mono", samples=FRAME_SAMPLES)
        self._frame.sample_rate = SAMPLE_RATE
        self._frame.time_base = Fraction(1, SAMPLE_RATE)
        self._pts = 0

    def encode(self, block: NDArray[np.float32]) -> bytes:
        """Return the packet of ``block`` (``FRAME_SAMPLES``,), full scale 1.0.

        Raises :class:`CommandwallError` when the encoder fails; open another then.
        """
        self._frame.planes[0].update(block.tobytes())
        self._frame.pts = self._pts
        self._pts += FRAME_SAMPLES
        try:
            (packet,) = self._context.encode(self._frame)
        except (av.FFmpegError, ValueError) as error:
            raise CommandwallError(f"sound encoder: {error}") from error
        return bytes(packet)
