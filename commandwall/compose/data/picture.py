"""A picture: a PNG or JPEG file, as large as it fits."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from commandwall.base.errors import InvalidError
from commandwall.compose.data.frame import Frame
from commandwall.ipc.slots import Planes
from commandwall.media.still import to_planes
from commandwall.model.data import PictureFile
from commandwall.model.picture_size import picture_size


def paint_picture(frame: Frame) -> None:
    """Paint the newest picture; the whole tile is its room."""
    value = frame.view.value
    if value is None or not isinstance(value.body, PictureFile):
        frame.nothing()
        frame.head()
        return
    easel = frame.easel
    planes = _fitted(value.body.path, value.at_utc_ns, easel.width, easel.height)
    height, width = planes.y.shape
    easel.put(planes, (easel.width - width) // 4 * 2, (easel.height - height) // 4 * 2)
    if frame.view.stale_s:
        frame.head()


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Return a PNG or JPEG file as (h, w, 3) in blue, green, red; raises :class:`InvalidError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidError("cannot be read: {reason}", reason=error.strerror, field="file") from None
    picture_size(data, field="file")
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise InvalidError("is a damaged picture", field="file")
    return picture  # type: ignore[return-value]


@lru_cache(16)
def _fitted(path: str, _: int, width: int, height: int) -> Planes:
    """Return the picture as large as it fits; a file that was written anew has another time."""
    picture = read_picture(Path(path))
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = [max(2, round(side * scale / 2) * 2) for side in (picture.shape[1], picture.shape[0])]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    sides = (min(size[0], width), min(size[1], height))
    return to_planes(cv2.resize(picture, sides, interpolation=way))  # type: ignore[arg-type]
