"""Decoding one video stream: access units in, YUV 4:2:0 planes out, one thread, no delay."""

from __future__ import annotations

from typing import cast

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from numpy.typing import NDArray

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.ipc.slots import Plane, Planes
from commandwall.media.backend import CPU, DecodeBackend
from commandwall.model.access_unit import MAX_PIXELS, AccessUnit
from commandwall.model.wall import DecodeLevel

CODECS = frozenset(("h264", "hevc", "mjpeg"))
_KEPT_UNITS = 32
"""Power of two, above the deepest reordering of H.264 and H.265 (16 pictures)."""
_OPTIONS = {"flags": "low_delay", "max_pixels": str(MAX_PIXELS)}
"""Larger pictures were refused by their parameter sets; the limit is for those that hide theirs."""
_LEAST_SIZE = 2
_RANGE_JPEG = 2
_SAMPLED = 8
"""Holes are looked for in every so many-th row and column of chroma: 4 us for 640x360."""
_MOST_ZEROS = 0.002
_PLANAR = {"yuv420p": False, "yuvj420p": True}
"""Formats whose planes are used as they are, and whether their name means full range."""
_NV12 = "nv12"
_USED_AS_IS = frozenset((*_PLANAR, _NV12))
"""Formats whose luma is used as it is."""


class DecodedPicture:
    """One decoded picture, alive as long as this object; belongs to one thread at a time.

    ``unit`` is the access unit it came from. ``damaged`` says that it, or a picture that it was
    predicted from, lost something on the way or could not be decoded without error; ``loss`` that
    packets were lost on their way, ``broken`` that it could not be decoded; ``hollow`` that parts of it
    were not decoded at all and hold what the memory held, mostly green. ``full_range`` is whether black
    is 0 and white 255 instead of 16 and 235. ``sar`` is the shape of a pixel, width by height.
    ``stay_ns`` is how long after its arrival it may be shown before it is overdue, ``changed_ns`` when the
    content of its feed last changed (monotonic): both at first 0.
    """

    __slots__ = (
        "_format",
        "_frame",
        "broken",
        "changed_ns",
        "damaged",
        "full_range",
        "height",
        "hollow",
        "loss",
        "sar",
        "stay_ns",
        "unit",
        "width",
    )

    def __init__(self, frame: VideoFrame, unit: AccessUnit, broken: bool, sar: float, hollow: bool) -> None:
        self._format = name = frame.format.name
        as_told = name in _USED_AS_IS and frame.color_range == _RANGE_JPEG
        self.full_range = as_told or _PLANAR.get(name, False)
        self._frame = frame
        self.unit = unit
        self.broken = broken
        self.hollow = hollow
        self.damaged = broken or hollow or unit.damaged
        self.loss = unit.loss
        self.width = frame.width & ~1
        self.height = frame.height & ~1
        self.sar = sar
        self.stay_ns = self.changed_ns = 0

    def planes(self) -> Planes:
        """Return views of the planes, cut to an even size; another chroma format is converted first."""
        if self._format == _NV12:
            return self._planes_of_pairs()
        if self._format not in _PLANAR:
            self._frame = self._frame.reformat(format="yuv420p", dst_color_range="MPEG")
            self._format = "yuv420p"
        y, u, v = self._frame.planes
        half_width, half_height = self.width // 2, self.height // 2
        return Planes(
            _view(y, self.width, self.height),
            _view(u, half_width, half_height),
            _view(v, half_width, half_height),
        )

    def luma(self) -> Plane:
        """Return the first of :meth:`planes`, for which nothing is converted as a rule."""
        if self._format in _USED_AS_IS:
            return _view(self._frame.planes[0], self.width, self.height)
        return self.planes().y

    def _planes_of_pairs(self) -> Planes:
        """Return the planes of NV12, whose chroma comes in pairs, as devices deliver it."""
        y, uv = self._frame.planes
        pairs = _view(uv, self.width, self.height // 2).reshape(self.height // 2, self.width // 2, 2)
        u, v = cast("list[NDArray[np.uint8]]", cv2.split(pairs))
        return Planes(_view(y, self.width, self.height), u, v)


class VideoDecoder:
    """A decoder context for one stream. Used by one thread at a time; libavcodec starts none.

    ``level`` is :attr:`DecodeLevel.FULL`, or any other to leave out the deblocking filter, which
    costs a quarter of the time and is invisible once scaled down; devices decode in full anyway. It is
    fixed for a context. Raises :class:`UnsupportedError` for a codec that is not one of :data:`CODECS`,
    ``av.FFmpegError`` when the device of ``backend`` cannot be had.
    """

    def __init__(
        self, codec: str, level: DecodeLevel = DecodeLevel.FULL, backend: DecodeBackend = CPU
    ) -> None:
        if codec not in CODECS:
            raise UnsupportedError(f"codec {codec!r} is not decoded; set the camera to H.264, H.265 or MJPEG")
        self.codec, self.level = codec, level
        context = backend.context(codec)
        context.thread_count = 1
        context.options = _OPTIONS if level is DecodeLevel.FULL else {**_OPTIONS, "skip_loop_filter": "all"}
        context.open()
        self._context = context
        self._units: list[AccessUnit | None] = [None] * _KEPT_UNITS
        self._count = 0
        self._broken = False
        self._sar = 1.0
        self._leaves_holes = codec == "hevc"

    @property
    def reorders(self) -> bool:
        """Whether it has seen B-frames: it then holds pictures back for ever, whatever stream comes next."""
        return bool(self._context.has_b_frames)

    def forget(self) -> None:
        """Be ready for another stream, as if newly made; nothing of the last one comes out any more."""
        self._context.flush_buffers()
        self._units = [None] * _KEPT_UNITS
        self._broken = False
        self._sar = 1.0

    def decode(self, unit: AccessUnit, *, alone: bool = False) -> list[DecodedPicture]:
        """Return the pictures that ``unit`` completes, in display order: one, or none with B-frames.

        ``alone``: only key frames are decoded. Then none is held back, and where they would be, nothing
        that depends on this one can be decoded after it.

        Raises :class:`ProtocolError` when nothing of ``unit`` can be decoded; what follows is
        damaged then, up to the next key frame.
        """
        if unit.key:
            self._broken = False
        serial = self._count
        self._count += 1
        self._units[serial % _KEPT_UNITS] = unit
        packet = av.Packet(unit.data)
        packet.pts = serial
        try:
            frames = self._context.decode(packet)
            if alone and self.reorders:
                frames += self._context.decode(None)
                self._context.flush_buffers()
        except av.FFmpegError as error:
            self._broken = True
            raise ProtocolError(f"decoding {self._context.name}: {error.strerror}") from error
        return [self._picture(frame, unit) for frame in frames]

    def _picture(self, frame: VideoFrame, newest: AccessUnit) -> DecodedPicture:
        if min(frame.width, frame.height) < _LEAST_SIZE:
            raise ProtocolError(f"decoding {self._context.name}: a picture of {frame.width}x{frame.height}")
        if frame.is_corrupt:
            self._broken = True
        unit = self._units[frame.pts % _KEPT_UNITS] if frame.pts is not None else newest
        unit = unit or newest
        if unit.key:  # the only place where it changes, and asking makes a Fraction
            self._sar = float(self._context.sample_aspect_ratio or 1)
        hollow = self._leaves_holes and _is_hollow(frame)
        return DecodedPicture(frame, unit, self._broken, self._sar, hollow)


def _is_hollow(frame: VideoFrame) -> bool:
    """Return whether parts of a picture were never written.

    libavcodec fills in what is missing of H.264 and says so; of H.265 it leaves what the memory held,
    zeros as a rule, and says nothing. No camera sends chroma of zero and zero: a full green is (42, 26).
    """
    if frame.format.name not in _PLANAR:
        return False
    u, v = (
        _view(plane, frame.width // 2, frame.height // 2)[::_SAMPLED, ::_SAMPLED]
        for plane in frame.planes[1:]
    )
    return int(np.count_nonzero((u | v) == 0)) > _MOST_ZEROS * u.size


def _view(plane: VideoPlane, width: int, height: int) -> NDArray[np.uint8]:
    """Return the visible part of ``plane`` as (height, width), a view with the decoder's stride."""
    return np.ndarray((height, width), np.uint8, cast("memoryview", plane), 0, (plane.line_size, 1))
