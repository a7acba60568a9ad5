"""A voice of a conference: packets from the bus with any times and bytes, and ticks between them.

The first byte chooses the codec. A packet is four bytes (how many ms its time and its arrival lie after the
last ones, how many ticks follow, how long it is) and its data.
"""

from __future__ import annotations

import struct

import numpy as np

from commandwall.conference.resample import STEP_LIMIT, WINDOW, resample
from commandwall.conference.voice import Voice
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE
from commandwall.model.access_unit import AccessUnit, StreamInfo

INFOS = (
    StreamInfo("opus", sample_rate=48000, channels=2),
    StreamInfo("pcm_alaw", sample_rate=8000, channels=1),
    StreamInfo("aac", sample_rate=16000, channels=1, extradata="1408"),
    StreamInfo("aac", sample_rate=16000, channels=1, extradata="ff"),
    StreamInfo("h264", 640, 360),
)
WORDS = (b"\x14\x14\x01\x03\xf8\xff\xfe", b"\x80\x00\x01", b"\x14\x14\x02\x00", b"\xfc\xff\xfe", b"\x0b\xe4")
_PACKET = struct.Struct("!bBBB")
_MOST_PACKETS = 60
_MOST_TICKS = 5


def check(data: bytes) -> Voice:
    voice, now, pts_90k = Voice(), 0.0, 0
    voice.begin(now)
    voice.describe(INFOS[data[0] % len(INFOS)] if data else INFOS[0])
    at = 1
    for _ in range(_MOST_PACKETS):
        if at + _PACKET.size > len(data):
            break
        later_ms, arrives_ms, ticks, size = _PACKET.unpack_from(data, at)
        at += _PACKET.size
        pts_90k += 90 * (later_ms if abs(later_ms) < 120 else later_ms**5)
        now += arrives_ms * SAMPLE_RATE / 1000
        voice.push(AccessUnit(data[at : at + size], pts_90k, True), now)
        at += size
        for _ in range(ticks % _MOST_TICKS):
            now += FRAME_SAMPLES
            _tick(voice, now)
    return voice


def _tick(voice: Voice, now: float) -> None:
    window = voice.window(now)
    assert window.shape == (WINDOW,)
    assert np.abs(window).max() <= 1, "also holds for what is no number"
    assert abs(voice.speed) <= STEP_LIMIT
    _, moved, place = resample(window[None], np.array([voice.place]), np.array([voice.speed]))
    voice.moved(int(moved[0]), float(place[0]))
