"""Encoding as cameras do it: closed groups of pictures of exactly one length, or JPEG pictures."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import av
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.stream import VideoStream
from numpy.typing import NDArray

from simulators.loopfile import Unit
from simulators.spec import Codec, VideoSpec

_TOOLS = "no-deblock=0"
"""What the fastest preset leaves out and cameras have, so that decoding costs what it does with cameras."""
_CIF_PIXELS = 352 * 288
"""Pictures up to CIF come from encoders of the age of CIF: Constrained Baseline, without arithmetic coding
(which takes half of the time of decoding them). Larger ones, and such with B-frames, are Main."""


Settings = tuple[str, str, dict[str, str]]
"""What FFmpeg calls the encoder, its pixel format, and its options."""


def _h264(spec: VideoSpec) -> Settings:
    old = spec.width * spec.height <= _CIF_PIXELS and not spec.b_frames
    main = not (old or spec.constrained_baseline)
    parameters = f"cabac={main:d}:{_TOOLS}:bframes={spec.b_frames}:slices={spec.slices}"
    parameters += f":repeat-headers=1:{_groups(spec)}"
    options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "main" if main else "baseline",
        "maxrate": str(spec.bitrate_bps * 5 // 4),
        "bufsize": str(spec.bitrate_bps),
        "x264-params": parameters,
    }
    return "libx264", "yuv420p", options


def _h265(spec: VideoSpec) -> Settings:
    """One thread: cameras are encoded side by side; looking ahead only as far as B-frames need it."""
    kilobits = spec.bitrate_bps // 1000
    ahead = spec.b_frames + 1 if spec.b_frames else 0
    parameters = (
        f"vbv-maxrate={kilobits * 5 // 4}:vbv-bufsize={kilobits}:bframes={spec.b_frames}:b-adapt=0"
        f":rc-lookahead={ahead}:repeat-headers=1:open-gop=0:{_groups(spec)}"
        ":pools=none:frame-threads=1:info=0:log-level=none"
    )
    options = {"preset": "ultrafast", "tune": "zerolatency", "forced-idr": "1", "x265-params": parameters}
    return "libx265", "yuv420p", options


def _mjpeg(_: VideoSpec) -> Settings:
    """With the Huffman tables that RTP presumes, in the full range of JPEG."""
    return "mjpeg", "yuvj420p", {"huffman": "default"}


def _groups(spec: VideoSpec) -> str:
    return f"keyint={spec.gop}:min-keyint={spec.gop}:scenecut=0"


_SETTINGS: dict[Codec, Callable[[VideoSpec], Settings]] = {
    Codec.H264: _h264,
    Codec.H265: _h265,
    Codec.MJPEG: _mjpeg,
}


class Encoder:
    """Encodes BGR pictures (H, W, 3) of the size in ``spec``.

    One comes in and one access unit goes out; with B-frames, none or several do. Belongs to one
    thread at a time.
    """

    def __init__(self, spec: VideoSpec) -> None:
        name, self._pixel_format, options = _SETTINGS[spec.codec](spec)
        context = av.CodecContext.create(name, "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height = spec.width, spec.height
        context.pix_fmt = self._pixel_format
        context.time_base = Fraction(1, spec.fps)
        context.framerate = Fraction(spec.fps)
        context.bit_rate = spec.bitrate_bps
        context.gop_size = spec.gop
        context.thread_count = 1
        context.options = options
        self._context = context
        self._next_pts = 0

    def encode(self, picture: NDArray[np.uint8], *, key: bool = False) -> list[Unit]:
        """Return the access units that ``picture`` completes (parameter sets in key frames).

        ``key`` forces a key frame, and a new group of pictures begins.
        """
        frame = _frame(picture, self._pixel_format)
        frame.pts = self._next_pts
        frame.pict_type = PictureType.I if key else PictureType.NONE
        self._next_pts += 1
        return [_unit(packet) for packet in self._context.encode(frame)]

    def flush(self) -> list[Unit]:
        """Return the access units that waited for later pictures; nothing can be encoded after it."""
        return [_unit(packet) for packet in self._context.encode(None)]


def _frame(picture: NDArray[np.uint8], pixel_format: str) -> av.VideoFrame:
    if pixel_format != "yuv420p":
        return av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format=pixel_format)
    planes = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def _unit(packet: av.Packet[VideoStream]) -> Unit:
    assert packet.pts is not None
    assert packet.dts is not None
    return Unit(bytes(packet), packet.is_keyframe, packet.pts - packet.dts)
