"""Masks: not one pixel that carries something of what they cover is left, at any size and placement."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commandwall.base.errors import InvalidError
from commandwall.ipc.slots import Planes
from commandwall.media.masks import COLOUR, MaskPainter, paint_masks
from commandwall.media.scale import Geometry, Scaler
from commandwall.model.layout import Aspect
from commandwall.model.masks import Mask
from commandwall.model.rect import Rect

SECRET, OPEN = 235, 16

fractions = st.floats(0, 1, allow_nan=False)
triangles = st.tuples(*[st.tuples(fractions, fractions)] * 3).map(Mask)
sizes = st.tuples(st.integers(2, 90).map(lambda n: 2 * n), st.integers(2, 60).map(lambda n: 2 * n))


def empty(width: int, height: int, luma: int = OPEN) -> Planes:
    half = (height // 2, width // 2)
    return Planes(
        np.full((height, width), luma, np.uint8), np.full(half, 128, np.uint8), np.full(half, 128, np.uint8)
    )


def picture_of(mask: Mask, width: int, height: int) -> Planes:
    """Return a dark picture that is bright where the middle of a pixel is inside the triangle."""
    planes = empty(width, height)
    x, y = (np.arange(width) + 0.5) / width, ((np.arange(height) + 0.5) / height)[:, np.newaxis]
    a, b, c = mask.points
    sides = [(q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]) for p, q in ((a, b), (b, c), (c, a))]
    inside = np.logical_and.reduce([side > 0 for side in sides])
    planes.y[inside | np.logical_and.reduce([side < 0 for side in sides])] = SECRET
    return planes


@settings(max_examples=60)
@given(triangles, sizes, sizes, st.sampled_from(Aspect))
@example(Mask(((0, 0), (0, 1), (1, 1))), (16, 4), (12, 4), Aspect.FIT)
def test_nothing_of_what_a_mask_covers_is_left(
    mask: Mask, source: tuple[int, int], target: tuple[int, int], aspect: Aspect
) -> None:
    scaler = Scaler(Geometry(*source, 1.0, False, *target, aspect))
    planes = empty(*target)
    scaler.paint(picture_of(mask, *source), planes)
    MaskPainter((mask,), *source, scaler.placement, Rect(0, 0, *target)).paint(planes)
    kept = planes.y[planes.y != COLOUR[0]]
    assert not (kept > OPEN + 60).any()


def test_a_rectangle_covers_itself_and_hardly_more() -> None:
    planes = empty(200, 100)
    paint_masks((Mask.rectangle(0.25, 0.2, 0.5, 0.4),), planes)
    covered = planes.y == COLOUR[0]
    assert covered[20:60, 50:150].all()
    assert covered.sum() < 1.25 * 40 * 100
    assert not covered[:14].any() and not covered[:, :44].any()
    assert (planes.u == COLOUR[1]).all()


def test_a_part_that_is_cropped_away_needs_no_mask() -> None:
    scaler = Scaler(Geometry(400, 100, 1.0, False, 100, 100, Aspect.FILL))
    planes = empty(100, 100, 99)
    MaskPainter((Mask.rectangle(0, 0, 0.2, 1),), 400, 100, scaler.placement, Rect(0, 0, 100, 100)).paint(
        planes
    )
    assert (planes.y[:, 10:] == 99).all()


@pytest.mark.parametrize("points", [((0, 0), (1, 1)), ((0, 0), (1, 0), (0.5, 1.01)), ((0.5, 0.5),) * 33])
def test_a_polygon_that_is_none_is_refused(points: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(InvalidError, match="polygon"):
        Mask(points)
