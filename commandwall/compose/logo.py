"""The site's logo in a corner of a wall: a picture whose pixels each have an opacity of their own.

What lies under it is kept, and the two are mixed anew whenever a tile under it was drawn: laid over
itself, a pixel that lets the picture through would cover more of it every time.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from commandwall.base.errors import InvalidError
from commandwall.compose.canvas import Canvas
from commandwall.compose.palette import planes_of_rgb
from commandwall.ipc.slots import Plane, Planes
from commandwall.model.overlays import Corner, Logo, WallOverlay
from commandwall.model.rect import Rect

_INSET = 18
"""The canvas's height by the distance to its edge: the words of a tile stay free."""
_OPAQUE = 256


class LogoMark:
    """One logo, scaled to its canvas. Used by the tick's thread."""

    kind = WallOverlay.LOGO

    def __init__(self, logo: Logo, canvas: Canvas) -> None:
        """Read the file; raises :class:`InvalidError` when it is not a picture."""
        bgra = _read(Path(logo.file))
        height = max(2, round(canvas.rect.height * logo.height / 2) * 2)
        width = max(2, round(height * bgra.shape[1] / bgra.shape[0] / 2) * 2)
        if width > canvas.rect.width // 2 or height > canvas.rect.height // 2:
            raise InvalidError("{file}: is too wide for the wall; lower logo.height", file=logo.file)
        self.rect = _place(logo.corner, width, height, canvas.rect)
        small = cv2.resize(bgra, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        cover = small[:, :, 3].astype(np.float32) / 255 * logo.opacity
        covers = (cover, *(cv2.resize(cover, (width // 2, height // 2), interpolation=cv2.INTER_AREA),) * 2)
        self._keep = [np.rint((1 - part) * _OPAQUE).astype(np.uint16) for part in covers]
        self._over: list[NDArray[np.uint16]] = [
            np.rint(plane * part * _OPAQUE).astype(np.uint16)
            for plane, part in zip(planes_of_rgb(small[:, :, 2::-1]), covers, strict=True)
        ]
        self._target = canvas.region(self.rect)
        self._under = Planes(*(plane.copy() for plane in self._target))

    def uncover(self, canvas: Canvas, drawn: Iterable[Rect]) -> None:
        """Take note of what was drawn under it: the pixels of ``drawn`` are those of tiles again."""
        for rect in drawn:
            x0, y0 = max(rect.x, self.rect.x), max(rect.y, self.rect.y)
            x1, y1 = min(rect.right, self.rect.right), min(rect.bottom, self.rect.bottom)
            if x0 < x1 and y0 < y1:
                part = Rect(x0, y0, x1 - x0, y1 - y0)
                inside = Rect(x0 - self.rect.x, y0 - self.rect.y, part.width, part.height)
                for source, kept, cut in zip(canvas.region(part), self._under, _cuts(inside), strict=True):
                    np.copyto(kept[cut], source)

    def draw(self) -> None:
        """Mix it with what lies under it."""
        for under, keep, over, target in zip(self._under, self._keep, self._over, self._target, strict=True):
            np.copyto(target, (under * keep + over) >> 8, casting="unsafe")


def _cuts(rect: Rect) -> tuple[tuple[slice, slice], ...]:
    luma = slice(rect.y, rect.bottom), slice(rect.x, rect.right)
    chroma = slice(rect.y // 2, rect.bottom // 2), slice(rect.x // 2, rect.right // 2)
    return luma, chroma, chroma


def _read(file: Path) -> Plane:
    """Return the picture in ``file`` as (h, w, 4), blue, green, red, opacity."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InvalidError("{file} cannot be read: {reason}", file=file, reason=error.strerror) from None
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    if picture is None or picture.dtype != np.uint8:
        raise InvalidError("{file}: is not a PNG picture of 8 bits a colour", file=file)
    if picture.ndim == 2:
        return cv2.cvtColor(picture, cv2.COLOR_GRAY2BGRA).astype(np.uint8, copy=False)
    if picture.shape[2] == 3:
        return cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA).astype(np.uint8, copy=False)
    return picture.astype(np.uint8, copy=False)


def _place(corner: Corner, width: int, height: int, canvas: Rect) -> Rect:
    inset = canvas.height // _INSET // 2 * 2
    left = corner in (Corner.TOP_LEFT, Corner.BOTTOM_LEFT)
    top = corner in (Corner.TOP_LEFT, Corner.TOP_RIGHT)
    x = inset if left else canvas.width - inset - width
    y = inset if top else canvas.height - inset - height
    return Rect(x, y, width, height)
