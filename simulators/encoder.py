"""Encoding as cameras do it: H.264, closed groups of pictures of exactly one length."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.stream import VideoStream
from numpy.typing import NDArray

from simulators.loopfile import Unit
from simulators.spec import VideoSpec

CODECS = ("h264",)

_TOOLS = "no-deblock=0"
"""What the fastest preset leaves out and cameras have, so that decoding costs what it does with cameras."""
_CIF_PIXELS = 352 * 288
"""Pictures up to CIF come from encoders of the age of CIF: Constrained Baseline, without arithmetic coding
(which takes half of the time of decoding them). Larger ones, and such with B-frames, are Main."""


class Encoder:
    """Encodes BGR pictures (H, W, 3) of the size in ``spec``.

    One comes in and one access unit goes out; with B-frames, none or several do. Belongs to one
    thread at a time.
    """

    def __init__(self, spec: VideoSpec) -> None:
        context = av.CodecContext.create("libx264", "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height = spec.width, spec.height
        context.pix_fmt = "yuv420p"
        context.time_base = Fraction(1, spec.fps)
        context.framerate = Fraction(spec.fps)
        context.bit_rate = spec.bitrate_bps
        context.gop_size = spec.gop
        context.thread_count = 1
        main = spec.width * spec.height > _CIF_PIXELS or spec.b_frames > 0
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "main" if main else "baseline",
            "maxrate": str(spec.bitrate_bps * 5 // 4),
            "bufsize": str(spec.bitrate_bps),
            "x264-params": f"cabac={main:d}:{_TOOLS}:bframes={spec.b_frames}:keyint={spec.gop}"
            f":min-keyint={spec.gop}:scenecut=0:repeat-headers=1",
        }
        self._context = context
        self._next_pts = 0

    def encode(self, picture: NDArray[np.uint8], *, key: bool = False) -> list[Unit]:
        """Return the access units that ``picture`` completes (parameter sets in key frames).

        ``key`` forces a key frame, and a new group of pictures begins.
        """
        planes = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = self._next_pts
        frame.pict_type = PictureType.I if key else PictureType.NONE
        self._next_pts += 1
        return [_unit(packet) for packet in self._context.encode(frame)]

    def flush(self) -> list[Unit]:
        """Return the access units that waited for later pictures; nothing can be encoded after it."""
        return [_unit(packet) for packet in self._context.encode(None)]


def _unit(packet: av.Packet[VideoStream]) -> Unit:
    assert packet.pts is not None
    assert packet.dts is not None
    return Unit(bytes(packet), packet.is_keyframe, packet.pts - packet.dts)
