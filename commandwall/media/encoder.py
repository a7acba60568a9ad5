"""The H.264 encoder of heads: low delay, one access unit for each picture, made for many viewers.

Chosen by measurement (docs/design/compose.md): ``ultrafast`` costs two thirds of ``superfast`` on a
wall of cameras at the same bit rate and a better PSNR. Constrained Baseline (RFC 6184 section 8.1,
``42C0xx``) is what every browser takes, by WebCodecs and by WebRTC.
"""

from __future__ import annotations

import os
from fractions import Fraction

import av
import numpy as np
from av.codec.codec import UnknownCodecError
from av.video.frame import PictureType
from av.video.plane import VideoPlane

from commandwall.base.clock import RTP_CLOCK_HZ
from commandwall.base.errors import CommandwallError, UnsupportedError
from commandwall.ipc.slots import Plane, Planes

_CRF = 23
_PEAK_BITS_PER_PIXEL = 5.0
_LEAST_PEAK_BPS = 512_000
_NEVER = 1 << 30
_PIXELS_PER_THREAD = 1920 * 1088
_BT709 = 1


class RawPicture:
    """A picture that an encoder takes: its planes are written, then it is handed over.

    ``planes`` are views of ``width`` x ``height`` pixels, limited range BT.709.
    """

    def __init__(self, width: int, height: int) -> None:
        self.frame = av.VideoFrame(width, height, "yuv420p")
        self.frame.time_base = Fraction(1, RTP_CLOCK_HZ)
        self.planes = Planes(*map(_view, self.frame.planes))


class H264Encoder:
    """Encodes pictures of one size, in one thread at a time; the interpreter lock is not held.

    Parameter sets are repeated in front of every key frame, there are no B-frames, and key frames
    come only when they are asked for. The rate follows the content, bounded by the size: at most
    ``_PEAK_BITS_PER_PIXEL`` times the pixels a second (10 Mb/s for 1080p).
    """

    def __init__(self, width: int, height: int, fps: int) -> None:
        """Open the encoder; raises :class:`UnsupportedError` when this FFmpeg has no libx264.

        Raises :class:`CommandwallError` when it cannot be opened now, for want of memory as a rule.
        """
        peak = max(_LEAST_PEAK_BPS, int(width * height * _PEAK_BITS_PER_PIXEL))
        threads = min(-(-width * height // _PIXELS_PER_THREAD), os.cpu_count() or 1)
        try:
            context = av.VideoCodecContext.create("libx264", "w")
        except UnknownCodecError as error:
            raise UnsupportedError("head encoder: this FFmpeg has no libx264; install one with it") from error
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base, context.framerate = Fraction(1, RTP_CLOCK_HZ), Fraction(fps)
        context.gop_size = _NEVER
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "baseline",
            "crf": str(_CRF),
            "maxrate": str(peak),
            "bufsize": str(peak),
            "forced-idr": "1",
            "x264-params": f"threads={threads}:sliced-threads=1",
        }
        try:
            context.open()
        except av.FFmpegError as error:
            raise CommandwallError(f"head encoder: cannot be opened: {error}") from error
        self._context = context

    def encode(self, picture: RawPicture, pts_90k: int, *, key: bool) -> tuple[bytes, bool]:
        """Return the access unit (Annex B) of ``picture`` and whether it is a key frame (IDR).

        ``picture`` may be written again as soon as this returns. Raises :class:`CommandwallError` when
        the encoder fails; open another then.
        """
        frame = picture.frame
        frame.pts = pts_90k
        frame.pict_type = PictureType.I if key else PictureType.NONE
        try:
            packets = self._context.encode(frame)
        except av.FFmpegError as error:
            raise CommandwallError(f"head encoder: {error}") from error
        return b"".join(map(bytes, packets)), any(packet.is_keyframe for packet in packets)


def _view(plane: VideoPlane) -> Plane:
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]
