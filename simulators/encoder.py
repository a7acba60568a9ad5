"""Encoding as cameras do it: H.264 Main, no B-frames, closed groups of pictures of exactly one length."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from numpy.typing import NDArray

from simulators.spec import VideoSpec

CODECS = ("h264",)

_TOOLS = "no-deblock=0:bframes=0"
"""What the fastest preset leaves out and cameras have, so that decoding costs what it does with cameras."""
_CIF_PIXELS = 352 * 288
"""Pictures up to CIF come from encoders of the age of CIF: Constrained Baseline, without arithmetic coding
(which takes half of the time of decoding them). Larger ones are Main."""


class Encoder:
    """Encodes BGR pictures (H, W, 3) of the size in ``spec``, one in, one access unit out.

    Belongs to one thread at a time.
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
        main = spec.width * spec.height > _CIF_PIXELS
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "main" if main else "baseline",
            "maxrate": str(spec.bitrate_bps * 5 // 4),
            "bufsize": str(spec.bitrate_bps),
            "x264-params": f"cabac={main:d}:{_TOOLS}:keyint={spec.gop}:min-keyint={spec.gop}:scenecut=0"
            ":repeat-headers=1",
        }
        self._context = context
        self._next_pts = 0

    def encode(self, picture: NDArray[np.uint8], *, key: bool = False) -> tuple[bytes, bool]:
        """Return the access unit (Annex B, parameter sets in key frames) and whether it is a key frame.

        ``key`` forces one, and a new group of pictures begins.
        """
        planes = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = self._next_pts
        frame.pict_type = PictureType.I if key else PictureType.NONE
        self._next_pts += 1
        packets = self._context.encode(frame)
        return b"".join(map(bytes, packets)), any(packet.is_keyframe for packet in packets)
