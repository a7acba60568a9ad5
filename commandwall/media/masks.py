"""Privacy masks on pixels: what is under a mask is painted over before anybody gets the picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from commandwall.ipc.slots import Planes
from commandwall.media.scale import Placement
from commandwall.model.masks import Mask, Masks
from commandwall.model.rect import Rect

COLOUR = (52, 128, 128)
"""The colour of a mask: a grey, so that it is not taken for a dark picture."""
_FINE = 4
"""Into so many parts each way a sample is cut to see whether a mask touches it."""
_SHIFT = 4
"""Bits behind the point of the corners that OpenCV is given."""


class _Patch(NamedTuple):
    """Where a mask lies on the planes, and which of the pixels there it covers."""

    box: tuple[slice, slice]
    inside: NDArray[np.bool_]
    half_box: tuple[slice, slice]
    half_inside: NDArray[np.bool_]


class MaskPainter:
    """Paints ``masks`` over pictures whose part ``placement`` came from a source of ``width`` x ``height``.

    A mask covers every sample that it touches and some around it, since a scaled pixel carries a
    little of its neighbours: one, and where the picture is enlarged as many as a pixel becomes.
    """

    def __init__(self, masks: Masks, width: int, height: int, placement: Placement, target: Rect) -> None:
        self._patches = tuple(_patches(masks, width, height, placement, target))

    def paint(self, planes: Planes) -> None:
        """Cover the masks in ``planes``."""
        luma, *chroma = COLOUR
        for patch in self._patches:
            planes.y[patch.box][patch.inside] = luma
            for plane, value in zip(planes[1:], chroma, strict=True):
                plane[patch.half_box][patch.half_inside] = value


def paint_masks(masks: Masks, planes: Planes) -> None:
    """Cover ``masks`` in a whole picture."""
    height, width = planes.y.shape
    whole = Rect(0, 0, width, height)
    MaskPainter(masks, width, height, Placement(whole, whole), whole).paint(planes)


def _patches(masks: Masks, width: int, height: int, placement: Placement, target: Rect) -> Iterator[_Patch]:
    for mask in masks:
        chroma = _chroma_mask(mask, width, height, placement, target)
        rows, columns = np.flatnonzero(chroma.any(axis=1)), np.flatnonzero(chroma.any(axis=0))
        if not rows.size:
            continue  # It lies in a part of the picture that is not shown.
        top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
        inside = chroma[top:bottom, left:right]
        yield _Patch(
            (slice(2 * top, 2 * bottom), slice(2 * left, 2 * right)),
            inside.repeat(2, axis=0).repeat(2, axis=1),
            (slice(top, bottom), slice(left, right)),
            inside,
        )


def _chroma_mask(
    mask: Mask, source_width: int, source_height: int, placement: Placement, target: Rect
) -> NDArray[np.bool_]:
    """Return which chroma samples of the target a mask covers: (h / 2, w / 2)."""
    crop, place = placement
    scale = (place.width / crop.width / 2, place.height / crop.height / 2)
    corners = [
        (
            (x * source_width - crop.x) * scale[0] + place.x / 2,
            (y * source_height - crop.y) * scale[1] + place.y / 2,
        )
        for x, y in mask.points
    ]
    height, width = target.height // 2, target.width // 2
    fine = np.zeros((height * _FINE, width * _FINE), np.uint8)
    # Part i reaches from i to i + 1, and to OpenCV a whole number is the middle of a pixel.
    pixels = np.rint((np.array(corners) * _FINE - 0.5) * (1 << _SHIFT)).astype(np.int32)
    cv2.fillPoly(fine, [pixels], (1,), shift=_SHIFT)
    touched = fine.reshape(height, _FINE, width, _FINE).max(axis=(1, 3))
    around = np.ones((_reach(2 * scale[1]), _reach(2 * scale[0])), np.uint8)
    return cv2.dilate(touched, around).astype(np.bool_)


def _reach(scale: float) -> int:
    """Return over how many chroma samples in a row a covered one spreads where pixels are so enlarged."""
    return 3 if scale <= 1 else 3 + 2 * int(scale)
