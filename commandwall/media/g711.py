"""G.711 (ITU-T G.711): mixes of 48 kHz as loudspeakers of cameras take them, 8 kHz, 8 bits, one channel."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE

G711_RATE = 8_000
_STEP = SAMPLE_RATE // G711_RATE
_TAPS = 241
_PASS_HZ = 3_500
"""Half is left at 3.5 kHz, nothing to speak of beyond 4, which would come back folded into speech."""
_FULL_SCALE = 32767
_ULAW_BIAS, _ULAW_CLIP = 132, 32635

Bytes = NDArray[np.uint8]


class G711Encoder:
    """Encodes one mix: a block of 20 ms in, 160 bytes out, which are 2.5 ms behind.

    ``codec`` is ``pcm_mulaw`` or ``pcm_alaw``. Used in one thread at a time.
    """

    def __init__(self, codec: str) -> None:
        self._table = _TABLES[codec]
        self._past = np.zeros(_TAPS - 1, np.float32)

    def encode(self, block: NDArray[np.float32]) -> bytes:
        """Return ``block`` (``FRAME_SAMPLES``,), full scale 1.0, as G.711; what is louder is clipped."""
        samples = np.concatenate((self._past, block))
        self._past = samples[FRAME_SAMPLES:]
        windows = np.lib.stride_tricks.sliding_window_view(samples, _TAPS)[::_STEP]
        low = np.einsum("ij,j->i", windows, _LOW_PASS)
        linear = np.clip(low, -1, 1) * _FULL_SCALE
        return bytes(self._table[linear.astype(np.int16).view(np.uint16)])


def _low_pass() -> NDArray[np.float32]:
    """Return a windowed sinc whose sum is 1."""
    times = np.arange(_TAPS) - _TAPS // 2
    taps = np.sinc(2 * _PASS_HZ / SAMPLE_RATE * times) * np.blackman(_TAPS)
    return np.asarray(taps / taps.sum(), np.float32)


def _mu_law() -> Bytes:
    """Return the code of each 16-bit sample, by its bits as unsigned (table 2a of the recommendation)."""
    samples = np.arange(1 << 16, dtype=np.uint16).view(np.int16).astype(np.int32)
    biased = np.minimum(np.abs(samples), _ULAW_CLIP) + _ULAW_BIAS
    segment = np.frexp(biased.astype(np.float64))[1] - 8  # the first segment ends below 2 ** 8
    mantissa = biased >> segment + 3 & 0x0F
    return np.asarray(~(((samples < 0) << 7) | segment << 4 | mantissa), np.int32).astype(np.uint8)


def _a_law() -> Bytes:
    """Return the same for A-law (table 1a): every other bit is inverted."""
    samples = np.arange(1 << 16, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.where(samples < 0, ~samples, samples) >> 3
    segment = np.maximum(np.frexp(magnitude.astype(np.float64))[1] - 5, 0)
    mantissa = magnitude >> np.maximum(segment, 1) & 0x0F
    code = ((samples >= 0) << 7) | segment << 4 | mantissa
    return np.asarray(code ^ 0x55, np.int32).astype(np.uint8)


_LOW_PASS = _low_pass()
_TABLES: Mapping[str, Bytes] = {"pcm_mulaw": _mu_law(), "pcm_alaw": _a_law()}
G711_CODECS = tuple(_TABLES)
"""Their names as FFmpeg has them."""
