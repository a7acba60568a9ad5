"""The voice of a simulated participant: a tone of its own with a mark at every second of UTC.

A mark is a dip of the tone to nothing and back, 80 ms long and begun with the second. It tells the
time from mouth to ear, and whether a voice is heard once: two copies of it fill each other's dips.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

SAMPLE_RATE = 48_000
FRAME = 960
FRAME_S = FRAME / SAMPLE_RATE
LOOP_FRAMES = 50
"""A loop is one second: tones are whole numbers of Hz, so that it begins as it ends."""
MARK_S = 0.08
MARK_CENTRE_S = MARK_S / 2
TONES = 17
AMPLITUDE = 0.1
"""Of full scale: -20 dB."""
LEVEL_DBOV, SILENT_DBOV = -23, -127
"""What RFC 6464 tells of the tone and of silence."""

_LOWEST_HZ, _STEP_HZ = 1500, 75
_GOLDEN = 0.6180339887
_BIT_RATE_BPS = 48_000


@dataclass(frozen=True, slots=True)
class Voice:
    """One second of a participant's voice as Opus packets of 20 ms.

    The first of ``packets`` begins ``offset_s`` after each second of UTC: not all participants send at
    the same instant.
    """

    frequency_hz: int
    offset_s: float
    packets: tuple[bytes, ...]


def tone_hz(number: int) -> int:
    """Return the frequency of the participant of that number; seventeen in turn have different ones.

    All lie within one octave, so that no harmonic of one is another's, 76 Hz apart and more, and not
    evenly, so that what two neighbours make in a limiter is not their neighbour's.
    """
    place = number % TONES
    return _LOWEST_HZ + _STEP_HZ * place + place * place


@cache
def voice(number: int) -> Voice:
    """Return the voice of the participant of that number, encoded. Takes some milliseconds, once."""
    frequency_hz = tone_hz(number)
    offset = round(number * _GOLDEN % 1.0 * FRAME)
    times_s = (np.arange(SAMPLE_RATE) + offset) / SAMPLE_RATE
    tone = AMPLITUDE * np.sin(2 * np.pi * frequency_hz * times_s) * _marked(times_s % 1.0)
    return Voice(frequency_hz, offset / SAMPLE_RATE, _encoded(tone))


@cache
def silence() -> bytes:
    """Return the Opus packet of somebody who says nothing."""
    return _encoded(np.zeros(SAMPLE_RATE))[0]


def _marked(times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the loudness, 0 to 1, at ``times_s`` of a second: the dip is smooth and stays by its tone."""
    dip = np.sin(np.pi * times_s / MARK_S) ** 2
    return np.where(times_s < MARK_S, 1 - dip, 1.0)


def _encoded(second: NDArray[np.float64]) -> tuple[bytes, ...]:
    """Return the packets of the middle one of three such seconds, as an encoder in full swing makes them."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.bit_rate = SAMPLE_RATE, "mono", _BIT_RATE_BPS
    encoder.format = av.AudioFormat("flt")
    encoder.options = {"application": "audio"}
    packets: list[bytes] = []
    for number in range(3 * LOOP_FRAMES):
        start = number % LOOP_FRAMES * FRAME
        samples = second[np.newaxis, start : start + FRAME].astype(np.float32)
        frame = av.AudioFrame.from_ndarray(samples, "flt", "mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, number * FRAME
        packets += (bytes(packet) for packet in encoder.encode(frame))
    return tuple(packets[LOOP_FRAMES : 2 * LOOP_FRAMES])
