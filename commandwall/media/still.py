"""Still pictures (PNG, JPEG) of YUV planes.

Planes are taken as limited-range BT.709, which is what nearly every camera of the last decade
sends, whether it says so or not. What a browser shows of a head and what a snapshot holds are
therefore the same colours.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from commandwall.base.errors import InvalidError
from commandwall.ipc.slots import Planes

_JPEG_QUALITY = 90
_PNG_COMPRESSION = 3
# Rows give blue, green, red of (Y, Cb, Cr, 1): ITU-R BT.709 section 3, 8 bit, limited range.
_TO_BGR = np.array(
    [[1.16438, 2.11240, 0.0], [1.16438, -0.21325, -0.53291], [1.16438, 0.0, 1.79274]], np.float32
)
_OFFSETS = np.array([16, 128, 128], np.float32)
_MATRIX = np.hstack([_TO_BGR, -(_TO_BGR @ _OFFSETS)[:, np.newaxis]])
_FROM_BGR = np.hstack([np.linalg.inv(_TO_BGR), _OFFSETS[:, np.newaxis]])


class Still(NamedTuple):
    """An encoded still picture."""

    content_type: str
    data: bytes


def encode_still(planes: Planes, picture_format: str) -> Still:
    """Return the picture as ``png`` or ``jpg``; raises :class:`InvalidError` for another format.

    Takes 30 ms for 1080p: not for an event loop.
    """
    if picture_format == "png":
        return Still("image/png", _encode(".png", planes, (cv2.IMWRITE_PNG_COMPRESSION, _PNG_COMPRESSION)))
    if picture_format == "jpg":
        return Still("image/jpeg", _encode(".jpg", planes, (cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY)))
    raise InvalidError(
        "{format!r} is not a picture format; ask for png or jpg",
        format=picture_format,
        field="format",
    )


def to_bgr(planes: Planes) -> NDArray[np.uint8]:
    """Return planes as an (h, w, 3) picture in blue, green, red."""
    size = (planes.y.shape[1], planes.y.shape[0])
    chroma = [cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in planes[1:]]
    bgr: NDArray[np.uint8] = cv2.transform(cv2.merge([planes.y, *chroma]), _MATRIX)  # type: ignore[assignment]
    return bgr


def to_planes(bgr: NDArray[np.uint8]) -> Planes:
    """Return an (h, w, 3) picture in blue, green, red, with even sides, as planes."""
    size = (bgr.shape[1] // 2, bgr.shape[0] // 2)
    luma, *chroma = cv2.split(cv2.transform(bgr, _FROM_BGR))
    halves = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in chroma]
    return Planes(luma, *halves)  # type: ignore[arg-type]


def _encode(suffix: str, planes: Planes, options: tuple[int, int]) -> bytes:
    _, data = cv2.imencode(suffix, to_bgr(planes), options)
    return data.tobytes()
