"""One encoded picture, as it travels from a depacketiser or encoder to whoever wants it."""

from __future__ import annotations

from dataclasses import dataclass

MAX_PIXELS = 35_651_584
"""The largest picture taken: that of level 6.2 of H.264 and H.265, 8192x4352."""


@dataclass(slots=True)
class AccessUnit:
    """One picture (H.264 section 7.4.1.2, H.265 section 7.4.2.4, or one JPEG image).

    ``data``: Annex B, parameter sets in front of every key frame and nowhere else unless they
    change; a whole JFIF file for MJPEG. ``pts_90k``: presentation time in 90 kHz ticks; never
    wraps. ``key``: decoding can begin here. ``damaged``: something was lost in it, or since the
    last intact key frame. ``arrival_ns``: when its last packet was read, monotonic.
    ``capture_utc_ns``: when the sender says it was taken; 0 where it does not say. One is made
    for every frame of every feed; nobody changes it.
    """

    data: bytes
    pts_90k: int
    key: bool
    damaged: bool = False
    arrival_ns: int = 0
    capture_utc_ns: int = 0


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What a consumer must know before the first access unit; ``codec`` as FFmpeg names it."""

    codec: str
    width: int = 0
    height: int = 0
    fps: float = 0.0
