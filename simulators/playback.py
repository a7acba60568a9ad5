"""What the loudspeaker of a simulated camera has played, with the time at which each sample came."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from commandwall.base.clock import NS_PER_S
from commandwall.media.opus import SAMPLE_RATE
from commandwall.media.sound import SoundDecoder
from commandwall.model.access_unit import StreamInfo
from simulators.conference.sound import Sound
from simulators.loudspeaker import HEADER
from simulators.loudspeaker import SAMPLE_RATE as PLAYED_RATE

_CODECS = {6: "pcm_alaw", 7: "pcm_mulaw"}
_BLOCK = PLAYED_RATE // 50


def played(file: Path, seconds: float) -> Sound:
    """Return the last ``seconds`` of a loudspeaker's ``file`` at 48 kHz; nothing where it has not begun.

    The last byte came when the file was last written to, those before it at the pace of the sound.
    """
    try:
        written_s, data = file.stat().st_mtime_ns / NS_PER_S, file.read_bytes()
    except FileNotFoundError:
        written_s, data = 0.0, b""
    if len(data) < HEADER.size + _BLOCK:
        return Sound(np.zeros(0, np.float32), (), (), 0)
    codec = _CODECS[HEADER.unpack_from(data)[5]]
    blocks = min(round(seconds * 50), (len(data) - HEADER.size) // _BLOCK)
    begin = len(data) - blocks * _BLOCK
    decoder = SoundDecoder(StreamInfo(codec, sample_rate=PLAYED_RATE, channels=1))
    samples = np.concatenate(
        [decoder.decode(data[at : at + _BLOCK]) for at in range(begin, len(data), _BLOCK)]
    )
    starts = tuple(number * SAMPLE_RATE // 50 for number in range(blocks))
    arrivals_s = tuple(written_s - (blocks - 1 - number) / 50 for number in range(blocks))
    return Sound(samples, starts, arrivals_s, 0)
