"""One encoded picture or frame of sound, on its way from a depacketiser or encoder to who wants it."""

from __future__ import annotations

from dataclasses import dataclass

MAX_PIXELS = 35_651_584
"""The largest picture taken: that of level 6.2 of H.264 and H.265, 8192x4352."""
UNTOLD_DBOV = 1
"""The level of a frame of sound whose sender does not tell it."""


@dataclass(slots=True)
class AccessUnit:
    """One picture (H.264 section 7.4.1.2, H.265 section 7.4.2.4, or one JPEG image), or frame of sound.

    ``data``: Annex B, parameter sets in front of every key frame and nowhere else unless they
    change; a whole JFIF file for MJPEG; samples of G.711, a raw frame of AAC (no ADTS), an Opus
    packet. ``pts_90k``: presentation time in 90 kHz ticks; never
    wraps. ``key``: decoding can begin here. ``damaged``: something was lost in it, or since the
    last intact key frame; ``loss``: it was packets on their way. ``arrival_ns``: when its last packet
    was read, monotonic.
    ``capture_utc_ns``: when the sender says it was taken; 0 where it does not say. ``level_dbov``: how
    loud a frame of sound is as its sender says (RFC 6464), 0 the loudest and -127 silence, or
    ``UNTOLD_DBOV``. One is made for every frame of every feed; nobody changes it.
    """

    data: bytes
    pts_90k: int
    key: bool
    damaged: bool = False
    arrival_ns: int = 0
    capture_utc_ns: int = 0
    level_dbov: int = UNTOLD_DBOV
    loss: bool = False


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What a consumer must know before the first access unit; ``codec`` as FFmpeg names it.

    Sizes in pixels and ``fps`` are 0 for sound; ``sample_rate`` (Hz) and ``channels`` are 0 for
    pictures. ``extradata`` is, in hexadecimal, what FFmpeg calls so: AAC's AudioSpecificConfig.
    """

    codec: str
    width: int = 0
    height: int = 0
    fps: float = 0.0
    sample_rate: int = 0
    channels: int = 0
    extradata: str = ""
