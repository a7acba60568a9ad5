"""One encoded picture, as it travels from a depacketiser or encoder to whoever wants it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class AccessUnit:
    """All NAL units of one picture (H.264 section 7.4.1.2.3) or one JPEG.

    ``data`` is an Annex B byte stream for H.264 and H.265, with the parameter sets in front of
    every key frame. ``damaged`` says that packets were lost since the last whole key frame.
    ``arrival_ns`` is monotonic; ``capture_utc_ns`` is 0 where the sender does not tell it.
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
