"""What is heard in a mix: which voices and how loud, with which gaps, how late, and whether once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from simulators.conference.sound import Samples, Sound
from simulators.conference.tones import MARK_CENTRE_S, SAMPLE_RATE

FLOOR_DB = -120.0
_STEP = 24
"""Samples from one value of an envelope to the next: half a millisecond."""
_STEPS_PER_S = SAMPLE_RATE // _STEP
_PART = SAMPLE_RATE // 10
_WINDOW = 64
"""Values that an envelope is smoothed over: 32 ms keep a tone's neighbours out."""
_MARK_WIDTH_S = 0.04
"""How long a voice is at half its loudness or below at a mark."""
_SAME_S = 0.05
_LEAST_GAP_S = 0.008
_ONCE_DEPTH = 0.35
"""How loud a voice is at most at the bottom of a mark if it is heard once."""


@dataclass(frozen=True, slots=True)
class Dip:
    """Where a voice is at half its loudness or below: its middle and length, and how loud it still is."""

    at_s: float
    length_s: float
    depth: float


@dataclass(frozen=True, slots=True)
class Heard:
    """One voice in a recorded mix. Times are seconds from the beginning of the recording.

    ``gaps``: where it was away, beyond its marks. ``latencies_s``: from mouth to ear, one for each
    mark. ``once``: whether its marks are as deep as it made them, which an echo would fill.
    """

    frequency_hz: int
    gaps: tuple[Dip, ...]
    latencies_s: tuple[float, ...]
    once: bool


def levels_db(samples: Samples, frequencies_hz: Iterable[int]) -> dict[int, float]:
    """Return how loud each tone is in ``samples`` (n,), in dB of full scale: the median of every 50 ms.

    So a gap or a mark, which is heard at all frequencies, does not make a tone out of nothing. ``n`` should
    be a second or more.
    """
    parts = _parts(samples)
    window = _blackman_harris(_PART)
    times = np.arange(_PART) / SAMPLE_RATE
    found = {}
    for frequency in frequencies_hz:
        probe = window * np.exp(-2j * np.pi * frequency * times) * (2 / window.sum())
        strengths = np.abs(parts @ probe)
        usual = float(np.median(strengths)) if len(strengths) else 0.0
        found[frequency] = max(FLOOR_DB, 20 * float(np.log10(usual + 1e-12)))
    return found


def _parts(samples: Samples) -> NDArray[np.float32]:
    """Return the parts of 100 ms that begin every 50 ms of ``samples``, (parts, 4800)."""
    if len(samples) < _PART:
        return np.zeros((0, _PART), np.float32)
    return np.lib.stride_tricks.sliding_window_view(samples, _PART)[:: _PART // 2]


def _blackman_harris(count: int) -> NDArray[np.float64]:
    """Return a window that keeps tones apart by 92 dB which are 40 Hz apart, if it is 100 ms long."""
    turns = 2 * np.pi * np.arange(count) / count
    cosines = sum(
        weight * np.cos(order * turns) for order, weight in enumerate((0.35875, -0.48829, 0.14128, -0.01168))
    )
    return np.asarray(cosines)


def listen(sound: Sound, frequency_hz: int) -> Heard:
    """Return how the voice of that tone is heard, which should go on over the whole of ``sound``."""
    dips = _dips(_envelope(sound.samples, frequency_hz))
    marks, gaps = _sorted_out(sound, dips)
    seconds = len(sound.samples) / SAMPLE_RATE
    clear = [mark for mark in marks if mark.depth < _ONCE_DEPTH]
    return Heard(frequency_hz, tuple(gaps), tuple(_latency_s(sound, mark) for mark in clear),
                 len(clear) >= max(1, int(seconds) - 1))  # fmt: skip


def _envelope(samples: Samples, frequency_hz: int) -> NDArray[np.float64]:
    """Return the loudness of a tone every half millisecond, smoothed, without the unsure ends."""
    count = len(samples) // _STEP
    if count <= 2 * _WINDOW:
        return np.zeros(0)
    times = np.arange(count * _STEP) / SAMPLE_RATE
    mixed = samples[: count * _STEP] * np.exp(-2j * np.pi * frequency_hz * times)
    window = np.hanning(_WINDOW + 1)
    return np.abs(np.convolve(mixed.reshape(count, _STEP).mean(axis=1), window / window.sum(), "valid"))


def _dips(envelope: NDArray[np.float64]) -> list[Dip]:
    """Return where ``envelope`` is at half of what it mostly is, or below; what is cut off is left out."""
    usual = float(np.median(envelope)) if len(envelope) else 0.0
    if usual == 0.0:
        return []
    low = envelope < usual / 2
    edges = np.flatnonzero(low[1:] != low[:-1]) + 1
    whole = edges[int(low[0]) :]
    found = []
    for begin, end in whole[: len(whole) // 2 * 2].reshape(-1, 2):
        middle_s = (float(begin + end) / 2 + _WINDOW / 2) / _STEPS_PER_S
        depth = float(envelope[begin:end].min()) / usual
        found.append(Dip(middle_s, float(end - begin) / _STEPS_PER_S, depth))
    return found


def _sorted_out(sound: Sound, dips: list[Dip]) -> tuple[list[Dip], list[Dip]]:
    """Return the marks and the gaps among ``dips``: one a second is a mark, the others are gaps.

    A mark is where the one before was, or, when the delay has changed, what looks like one.
    """
    latencies = [_latency_s(sound, dip) for dip in dips]
    usual = max(
        latencies,
        key=lambda one: sum(_apart(one, other) < _SAME_S for other in latencies),
        default=0.0,
    )
    marks: dict[int, Dip] = {}
    gaps: list[Dip] = []
    for second, group in groupby(dips, lambda dip: _spoken_second(sound, dip)):
        inside = list(group)
        alike = [
            dip for dip in inside if _is_like_mark(dip) or _apart(_latency_s(sound, dip), usual) < _SAME_S
        ]
        mark = min(alike, key=lambda dip: _apart(_latency_s(sound, dip), usual), default=None)
        if mark is not None:
            marks[second], usual = mark, _latency_s(sound, mark)
            excess_s = mark.length_s - _MARK_WIDTH_S
            gaps += [Dip(mark.at_s, excess_s, mark.depth)] if excess_s > 2 * _LEAST_GAP_S else []
        gaps += [dip for dip in inside if dip is not mark and dip.length_s > _LEAST_GAP_S]
    return list(marks.values()), gaps


def _spoken_second(sound: Sound, dip: Dip) -> int:
    """Return in which second of UTC a dip was spoken, if it is a mark."""
    return math.floor(sound.heard_s(dip.at_s * SAMPLE_RATE) - MARK_CENTRE_S)


def _is_like_mark(dip: Dip) -> bool:
    return abs(dip.length_s - _MARK_WIDTH_S) < _MARK_WIDTH_S / 4 and dip.depth < _ONCE_DEPTH


def _latency_s(sound: Sound, mark: Dip) -> float:
    """Return how long after it was spoken the middle of a mark could be heard, less than a second."""
    return (sound.heard_s(mark.at_s * SAMPLE_RATE) - MARK_CENTRE_S) % 1.0


def _apart(first: float, second: float) -> float:
    """Return how far apart two times within a second are."""
    return abs((first - second + 0.5) % 1.0 - 0.5)


def longest_silence_s(sound: Sound) -> float:
    """Return the longest time for which no packet came."""
    return max((later - earlier for earlier, later in pairwise(sound.arrivals_s)), default=0.0)
