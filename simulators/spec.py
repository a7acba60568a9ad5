"""What a simulated stream is to be: codec, size, rate, bit rate; and how long its loop is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from commandwall.base.errors import InvalidError
from commandwall.rtsp.server_video import VideoPayload, video_payload

GOP_S = 2
LOOP_GOPS = 2
_PATTERN = re.compile(r"(\d{2,4})x(\d{2,4})@(\d{1,3}):(\d{1,6})k")


class Codec(StrEnum):
    """What cameras encode with."""

    H264 = "h264"
    H265 = "h265"
    MJPEG = "mjpeg"

    @property
    def payload(self) -> VideoPayload:
        """How it is sent."""
        return video_payload("hevc" if self is Codec.H265 else self)


@dataclass(frozen=True, slots=True, order=True)
class VideoSpec:
    """Size in pixels, frames a second, bits a second, codec, and what only cameras with faults have.

    ``gop_s``: seconds from one key frame to the next. ``b_frames``: pictures between two others that
    are predicted from both. ``frozen``: every picture is the first one. ``slices``: how many a
    picture is cut into (H.264). ``constrained_baseline``: as browsers send H.264, whatever the size.
    """

    width: int
    height: int
    fps: int
    bitrate_bps: int
    codec: Codec = Codec.H264
    gop_s: int = GOP_S
    b_frames: int = 0
    frozen: bool = False
    slices: int = 1
    constrained_baseline: bool = False

    @property
    def gop(self) -> int:
        """Frames from one key frame to the next."""
        return self.gop_s * self.fps

    @property
    def loop_frames(self) -> int:
        """Frames until the pictures begin again."""
        return self.gop if self.gop_s > GOP_S else LOOP_GOPS * self.gop

    @property
    def loop_s(self) -> float:
        """Seconds until the pictures begin again."""
        return self.loop_frames / self.fps

    def __str__(self) -> str:
        return f"{self.width}x{self.height}@{self.fps}:{self.bitrate_bps // 1000}k"


def parse_spec(text: str, codec: Codec = Codec.H264) -> VideoSpec:
    """Parse ``640x360@15:384k``. Raises InvalidError that says what is wrong with it."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise InvalidError(f"{text!r} is not WIDTHxHEIGHT@FPS:KBITSk, such as 640x360@15:384k")
    width, height, fps, kilobits = map(int, match.groups())
    if width % 2 or height % 2 or width < 64 or height < 48:
        raise InvalidError(f"{text!r}: width and height must be even, and at least 64x48")
    if not 1 <= fps <= 120 or kilobits < 16:
        raise InvalidError(f"{text!r}: 1 to 120 frames a second, and at least 16k")
    return VideoSpec(width, height, fps, kilobits * 1000, codec)
