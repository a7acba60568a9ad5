"""Scaling YUV 4:2:0 planes straight into a tile's slot: no RGB, no copies, no surprises.

Downscaling halves exactly with ``INTER_AREA`` (each output pixel is the mean of four, which is
vectorised and free of aliasing) as long as the picture is at least twice too large, and ends with
``INTER_LINEAR``. Everything writes into memory that was given; that it did is checked, since
OpenCV silently allocates anew when a size or type does not fit.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from commandwall.ipc.slots import Plane, Planes
from commandwall.model.layout import Aspect
from commandwall.model.rect import Rect
from commandwall.model.view import WHOLE, Crop

BLACK = (16, 128, 128)
"""Black of limited range, for y, u and v."""
_SLIVER = 0.02
"""Bars thinner than this part of the tile are not worth showing: the picture is stretched over them."""

_THINNED_ROWS = 135
"""About so many rows of a picture say whether it changed: hardly anything that does is lower."""

cv2.setNumThreads(1)  # The threads are ours: one per decoder at work, not one more per scaling.


class Geometry(NamedTuple):
    """What is scaled how: sizes in pixels (even), ``sar`` the width of a source pixel by its height.

    ``crop`` is the part of the source that is shown.
    """

    width: int
    height: int
    sar: float
    full_range: bool
    target_width: int
    target_height: int
    aspect: Aspect
    crop: Crop = WHOLE


class Placement(NamedTuple):
    """Which part of the source goes where in the target; all numbers even."""

    crop: Rect
    place: Rect


def place_picture(geometry: Geometry) -> Placement:
    """Return what ``geometry`` comes to under its aspect policy.

    ``fit`` shows all of the source, centred between bars; ``fill`` covers the target and crops
    the source; ``stretch`` does neither. With a ``crop`` the source is only that part of it.
    """
    whole = _part(geometry)
    target = Rect(0, 0, geometry.target_width, geometry.target_height)
    shape = geometry.width * geometry.crop.width * geometry.sar / (geometry.height * geometry.crop.height)
    target_shape = target.width / target.height
    if geometry.aspect is Aspect.STRETCH or abs(shape / target_shape - 1) <= _SLIVER:
        return Placement(whole, target)
    if geometry.aspect is Aspect.FIT:
        return Placement(whole, _inner(target, target_shape, shape))
    return Placement(_inner(whole, shape, target_shape), target)


def _inner(outer: Rect, outer_shape: float, shape: float) -> Rect:
    """Return the largest rectangle of ``shape`` (width by height), centred in ``outer``; even."""
    width = outer.width if shape >= outer_shape else _even(outer.width * shape / outer_shape)
    height = outer.height if shape <= outer_shape else _even(outer.height * outer_shape / shape)
    x, y = (outer.width - width) // 4 * 2, (outer.height - height) // 4 * 2
    return Rect(outer.x + x, outer.y + y, width, height)


def _part(geometry: Geometry) -> Rect:
    """Return the pixels of the source that are to be shown; even, inside it, at least two each way.

    Chroma has one sample for two pixels each way, so odd edges would tear colours off their places.
    """
    crop = geometry.crop
    x, width = _span(crop.x, crop.width, geometry.width)
    y, height = _span(crop.y, crop.height, geometry.height)
    return Rect(x, y, width, height)


def _span(begin: float, part: float, length: int) -> tuple[int, int]:
    """Return where a part of ``length`` (even) begins and how long it is, to the nearest even pixels."""
    size = min(length, _even(part * length))
    return min(length - size, 2 * round(begin * length / 2)), size


def _even(length: float) -> int:
    return max(2, 2 * round(length / 2))


class Scaler:
    """Scales pictures of one geometry. Owns its intermediate planes: one thread at a time."""

    def __init__(self, geometry: Geometry) -> None:
        self.geometry = geometry
        self.placement = crop, place = place_picture(geometry)
        half_crop, half_place = _halved(crop), _halved(place)
        self._paths = (
            PlanePath(crop, place),
            PlanePath(half_crop, half_place),
            PlanePath(half_crop, half_place),
        )
        self.bars = (place.width, place.height) != (geometry.target_width, geometry.target_height)

    def paint(self, source: Planes, target: Planes) -> None:
        """Scale ``source`` into its place in ``target``; bars, if any, are left as they are."""
        full_range = self.geometry.full_range
        for path, plane, out, table in zip(self._paths, source, target, _TO_LIMITED, strict=True):
            view = path.run(plane, out)
            if full_range:
                _same(cv2.LUT(view, table, dst=view), view)


def clear(target: Planes) -> None:
    """Fill ``target`` with black."""
    for plane, value in zip(target, BLACK, strict=True):
        plane.fill(value)


def thinned(luma: Plane) -> Plane:
    """Return a copy of every so many-th row of ``luma``: of about 135, or of all where there are fewer.

    Whole rows: to gather single pixels takes longer than to copy what lies between them.
    """
    return luma[:: max(1, round(len(luma) / _THINNED_ROWS))].copy()


def alike(thin: Plane, other: Plane) -> bool:
    """Return whether two of what :func:`thinned` returns of equal sizes do not differ in a single pixel."""
    return cv2.norm(thin, other, cv2.NORM_INF) == 0


def to_limited_range(planes: Planes) -> Planes:
    """Return a copy of full-range ``planes`` in limited range."""
    y, u, v = (table[plane] for plane, table in zip(planes, _TO_LIMITED, strict=True))
    return Planes(y, u, v)


class PlanePath:
    """The way of one plane: cut, halve as often as it takes, scale the rest into its place.

    It owns its intermediate planes: one thread at a time.
    """

    __slots__ = ("_crop", "_halves", "_place", "_size")

    def __init__(self, crop: Rect, place: Rect) -> None:
        """Take the samples ``crop`` of a plane to the samples ``place`` of another."""
        self._crop, self._place = _slices(crop), _slices(place)
        self._size = (place.width, place.height)
        width, height = crop.width, crop.height
        self._halves: list[tuple[tuple[int, int], Plane]] = []
        while width % 2 == 0 == height % 2 and width > 2 * place.width - 1 and height > 2 * place.height - 1:
            width, height = width // 2, height // 2
            self._halves.append(((width, height), np.empty((height, width), np.uint8)))

    def run(self, source: Plane, target: Plane) -> Plane:
        """Scale ``source`` into ``target``; return the part of ``target`` that was painted."""
        # Exact means to OpenCV: the same bits everywhere. Intel's primitives, where there are any, come
        # nearer to the mean and take two thirds of the time. It is a setting of each thread.
        cv2.ipp.setUseIPP_NotExact(True)
        picture = source[self._crop]
        view = target[self._place]
        for size, half in self._halves:
            out = view if size == self._size else half
            picture = _same(cv2.resize(picture, size, dst=out, interpolation=cv2.INTER_AREA), out)
        if picture.shape != view.shape:
            _same(cv2.resize(picture, self._size, dst=view, interpolation=cv2.INTER_LINEAR), view)
        elif picture is not view:
            np.copyto(view, picture)
        return view


def _same(result: object, given: Plane) -> Plane:
    if result is not given:
        raise AssertionError("OpenCV painted somewhere else than into the tile")
    return given


def _halved(rect: Rect) -> Rect:
    return Rect(rect.x // 2, rect.y // 2, rect.width // 2, rect.height // 2)


def _slices(rect: Rect) -> tuple[slice, slice]:
    return slice(rect.y, rect.bottom), slice(rect.x, rect.right)


def _limiting(offset: int, middle: int, gain: float) -> NDArray[np.uint8]:
    levels = np.arange(256)
    table: NDArray[np.uint8] = np.rint(offset + (levels - middle) * gain).clip(0, 255).astype(np.uint8)
    return table


_LUMA, _CHROMA = _limiting(16, 0, 219 / 255), _limiting(128, 128, 224 / 255)
_TO_LIMITED = (_LUMA, _CHROMA, _CHROMA)
"""Full range (JPEG) to limited range (ITU-R BT.601), for y, u and v."""
