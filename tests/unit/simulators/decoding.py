"""Decoding encoded units back to luma planes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import av
import numpy as np
from numpy.typing import NDArray


def decode(units: Iterable[bytes], codec: str = "h264") -> Iterator[NDArray[np.uint8]]:
    """Yield the luma plane (H, W) of every picture in ``units``; ``codec`` as FFmpeg names it."""
    context = av.CodecContext.create(codec, "r")
    assert isinstance(context, av.VideoCodecContext)
    for data in (*units, None):
        packet = av.Packet(data) if data is not None else None
        for frame in context.decode(packet):
            planes = frame.to_ndarray(format="gray")
            yield planes.astype(np.uint8, copy=False)
