"""Encoded streams to decode: libx264 makes them once per shape, in memory."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext

from commandwall.base.clock import NS_PER_S
from commandwall.model.access_unit import AccessUnit


def luma_of(number: int) -> int:
    """Return the mean luma of picture ``number`` of :func:`stream`, in steps of 8 that survive coding."""
    return 40 + 8 * (number % 20)


@cache
def stream(
    width: int = 128,
    height: int = 96,
    frames: int = 20,
    gop: int = 10,
    fps: int = 10,
    b_frames: int = 0,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
) -> tuple[AccessUnit, ...]:
    """Return access units in decoding order; picture ``n`` is even gray of ``luma_of(n)``."""
    context = cast("VideoCodecContext", av.CodecContext.create(codec, "w"))
    context.width, context.height, context.pix_fmt = width, height, pixel_format
    context.time_base, context.framerate = Fraction(1, fps), Fraction(fps)
    context.gop_size, context.max_b_frames, context.thread_count = gop, b_frames, 1
    if codec == "libx264":
        context.options = {
            "preset": "ultrafast",
            "x264-params": f"repeat-headers=1:scenecut=0:keyint={gop}:bframes={b_frames}:b-adapt=0",
        }
    if codec == "libx265":
        context.options = {
            "preset": "ultrafast",
            "x265-params": f"log-level=none:slices=3:keyint={gop}:bframes=0",
        }
    packets = []
    for number in range(frames):
        picture = np.full((height * 3 // 2, width), 128, np.uint8)
        picture[:height] = luma_of(number)
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p").reformat(format=pixel_format)
        frame.pts = number
        packets += context.encode(frame)
    packets += context.encode(None)
    return tuple(
        AccessUnit(bytes(packet), packet.pts or 0, packet.is_keyframe, False, (1 + n) * NS_PER_S // fps)
        for n, packet in enumerate(packets)
    )
