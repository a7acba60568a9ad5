"""Received Opus packets made sound again, with the time at which each sample could be heard."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from simulators.conference.tones import FRAME, SAMPLE_RATE

Samples = NDArray[np.float32]

_WRAP = 1 << 32
_SETTLING = 5
"""So many packets a decoder needs to be in full swing."""


@dataclass(frozen=True, slots=True)
class SoundPacket:
    """An Opus packet as it came: when (UTC, seconds), its RTP timestamp (48 kHz) and its payload."""

    arrived_s: float
    timestamp: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Sound:
    """One channel at 48 kHz, -1 to 1. Where nothing came there is silence: losses are not concealed.

    ``starts`` and ``arrivals_s``: at which sample each packet begins, and when it came (UTC).
    ``missing``: how many packets never came.
    """

    samples: Samples
    starts: tuple[int, ...]
    arrivals_s: tuple[float, ...]
    missing: int

    def heard_s(self, sample: float) -> float:
        """Return when ``sample`` could be heard by somebody who plays each packet as it comes (UTC)."""
        packet = max(bisect_right(self.starts, sample) - 1, 0)
        return self.arrivals_s[packet] + (sample - self.starts[packet]) / SAMPLE_RATE


def decoded(packets: Sequence[SoundPacket]) -> Sound:
    """Return the sound in ``packets``, which may have come in any order, twice or not at all.

    The first five are left out: until then a decoder does not give back what was encoded.
    """
    ordered = _in_order(packets)
    decoder = _decoder()
    for _, packet in ordered[:_SETTLING]:
        _frames(decoder, packet.payload)
    ordered = ordered[_SETTLING:]
    if not ordered:
        return Sound(np.zeros(0, np.float32), (), (), 0)
    first = ordered[0][0]
    samples = np.zeros(ordered[-1][0] - first + FRAME, np.float32)
    for timestamp, packet in ordered:
        for frame in _frames(decoder, packet.payload):
            part = frame[: len(samples) - (timestamp - first)]
            samples[timestamp - first : timestamp - first + len(part)] = part
    starts = tuple(timestamp - first for timestamp, _ in ordered)
    arrivals_s = tuple(packet.arrived_s for _, packet in ordered)
    return Sound(samples, starts, arrivals_s, len(samples) // FRAME - len(ordered))


def _in_order(packets: Sequence[SoundPacket]) -> list[tuple[int, SoundPacket]]:
    """Return packets with their time stamps, which go on beyond 32 bits here; doubles are left out."""
    last, found = 0, dict[int, SoundPacket]()
    for number, packet in enumerate(packets):
        ahead = (packet.timestamp - last + _WRAP // 2) % _WRAP - _WRAP // 2
        timestamp = last + ahead if number else packet.timestamp
        found.setdefault(timestamp, packet)
        last = timestamp
    return sorted(found.items())


def _decoder() -> AudioCodecContext:
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.sample_rate, decoder.layout = SAMPLE_RATE, "stereo"
    decoder.format = av.AudioFormat("s16")
    return decoder


def _frames(decoder: AudioCodecContext, payload: bytes) -> list[Samples]:
    """Return the sound in one packet; of what is no Opus, nothing."""
    try:
        frames = decoder.decode(av.Packet(payload))
    except av.error.FFmpegError:
        return []
    return [frame.to_ndarray().reshape(-1, 2).mean(axis=1).astype(np.float32) / 32768 for frame in frames]
