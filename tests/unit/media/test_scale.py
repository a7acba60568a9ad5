from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.ipc.slots import Plane, Planes
from commandwall.media.scale import (
    BLACK,
    Geometry,
    Scaler,
    alike,
    clear,
    place_picture,
    thinned,
    to_limited_range,
)
from commandwall.model.layout import Aspect
from commandwall.model.rect import Rect
from commandwall.model.view import LEAST_CROP, WHOLE, Crop

even = st.integers(1, 200).map(lambda n: 2 * n)
crops = st.builds(
    lambda x, y, width, height: Crop(x * (1 - width), y * (1 - height), width, height),
    *[st.floats(0, 1)] * 2,
    *[st.floats(LEAST_CROP, 1)] * 2,
)
geometries = st.builds(
    Geometry,
    width=even,
    height=even,
    sar=st.sampled_from([1.0, 12 / 11, 4 / 3, 0.5]),
    full_range=st.just(False),
    target_width=even,
    target_height=even,
    aspect=st.sampled_from(Aspect),
    crop=st.one_of(st.just(WHOLE), crops),
)


def planes_of(width: int, height: int, seed: int = 0) -> Planes:
    rng = np.random.default_rng(seed)
    smooth = [
        cv2.resize(rng.integers(0, 256, (6, 6)).astype(np.uint8), size, interpolation=cv2.INTER_CUBIC)
        for size in ((width, height), (width // 2, height // 2), (width // 2, height // 2))
    ]
    return Planes(*(plane.astype(np.uint8) for plane in smooth))


def empty_planes(width: int, height: int, value: int = 0) -> Planes:
    half = (height // 2, width // 2)
    return Planes(*(np.full(shape, value, np.uint8) for shape in ((height, width), half, half)))


def mean_over(plane: Plane, x0: float, x1: float, y0: float, y1: float) -> float:
    """Return the mean of the source over a rectangle of fractional edges: slow and obvious."""
    weights_x = [max(0.0, min(x1, x + 1) - max(x0, x)) for x in range(plane.shape[1])]
    weights_y = [max(0.0, min(y1, y + 1) - max(y0, y)) for y in range(plane.shape[0])]
    weights = np.outer(weights_y, weights_x)
    return float((plane * weights).sum() / weights.sum())


@given(geometries)
def test_a_placement_is_even_inside_and_keeps_what_its_aspect_promises(geometry: Geometry) -> None:
    crop, place = place_picture(geometry)
    whole = Rect(0, 0, geometry.width, geometry.height)
    target = Rect(0, 0, geometry.target_width, geometry.target_height)
    assert all(n % 2 == 0 for r in (crop, place) for n in (r.x, r.y, r.width, r.height))
    assert whole.contains(crop)
    assert target.contains(place)
    assert min(crop.width, crop.height, place.width, place.height) >= 2
    part = geometry.crop
    for begin, length, at, size in (
        (part.x * geometry.width, part.width * geometry.width, crop.x, crop.width),
        (part.y * geometry.height, part.height * geometry.height, crop.y, crop.height),
    ):
        if geometry.aspect is not Aspect.FILL:
            assert abs(at - begin) <= 2 and (abs(size - length) <= 1 or size == 2)
        else:
            assert at + 2 >= begin and at + size <= begin + length + 4
    if geometry.aspect is not Aspect.FIT:
        assert place == target


@given(geometries.filter(lambda g: min(g.target_width, g.target_height, g.width, g.height) >= 100))
def test_a_fitted_or_filled_picture_keeps_its_shape(geometry: Geometry) -> None:
    crop, place = place_picture(geometry)
    shape = place.width / place.height
    if geometry.aspect is not Aspect.STRETCH and min(crop.width, crop.height, place.width, place.height) > 50:
        assert shape == pytest.approx(crop.width * geometry.sar / crop.height, rel=0.06)


def test_thin_bars_are_stretched_over() -> None:
    geometry = Geometry(640, 360, 1.0, False, 240, 134, Aspect.FIT)
    assert place_picture(geometry).place == Rect(0, 0, 240, 134)
    assert not Scaler(geometry).bars


@given(geometries, st.integers(0, 5))
def test_only_the_place_of_the_picture_is_painted_and_all_of_it(geometry: Geometry, seed: int) -> None:
    source = planes_of(geometry.width, geometry.height, seed)
    once = empty_planes(geometry.target_width, geometry.target_height, 7)
    again = empty_planes(geometry.target_width, geometry.target_height, 201)
    scaler = Scaler(geometry)
    scaler.paint(source, once)
    scaler.paint(source, again)
    place = scaler_place = place_picture(geometry).place
    for index, (a, b) in enumerate(zip(once, again, strict=True)):
        part = 1 if index == 0 else 2
        inside = np.zeros(a.shape, bool)
        inside[
            place.y // part : scaler_place.bottom // part, place.x // part : scaler_place.right // part
        ] = True
        assert (a[inside] == b[inside]).all()
        assert (a[~inside] == 7).all()
        assert (b[~inside] == 201).all()
    assert scaler.bars == (place.width != geometry.target_width or place.height != geometry.target_height)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ((64, 48), (32, 24)),
        ((64, 48), (16, 12)),
        ((96, 64), (36, 24)),
        ((40, 30), (40, 30)),
        ((80, 60), (30, 22)),
    ],
)
def test_downscaling_is_the_mean_of_what_each_pixel_covers(
    source: tuple[int, int], target: tuple[int, int]
) -> None:
    planes = planes_of(*source)
    out = empty_planes(*target)
    Scaler(Geometry(*source, 1.0, False, *target, Aspect.STRETCH)).paint(planes, out)
    for plane, scaled in zip(planes, out, strict=True):
        rows, columns = scaled.shape
        step_y, step_x = plane.shape[0] / rows, plane.shape[1] / columns
        for row in range(0, rows, 3):
            for column in range(0, columns, 3):
                expected = mean_over(
                    plane, column * step_x, (column + 1) * step_x, row * step_y, (row + 1) * step_y
                )
                assert abs(int(scaled[row, column]) - expected) <= 8


def test_exact_halves_are_exact() -> None:
    planes = planes_of(64, 48)
    out = empty_planes(16, 12)
    Scaler(Geometry(64, 48, 1.0, False, 16, 12, Aspect.STRETCH)).paint(planes, out)
    expected = planes.y.reshape(12, 4, 16, 4).mean(axis=(1, 3))
    assert np.abs(out.y - expected).max() <= 1


def test_strided_planes_are_scaled_like_packed_ones() -> None:
    wide = planes_of(96, 64)
    cut = Planes(wide.y[:48, :64], wide.u[:24, :32], wide.v[:24, :32])
    packed = Planes(*(np.ascontiguousarray(plane) for plane in cut))
    outs = [empty_planes(40, 30), empty_planes(40, 30)]
    for source, out in zip((cut, packed), outs, strict=True):
        Scaler(Geometry(64, 48, 1.0, False, 40, 30, Aspect.STRETCH)).paint(source, out)
    assert all((a == b).all() for a, b in zip(*outs, strict=True))


def test_full_range_becomes_limited() -> None:
    source = empty_planes(64, 48)
    source.y[:] = np.linspace(0, 255, 64).astype(np.uint8)
    source.u[:] = 255
    out = empty_planes(64, 48)
    Scaler(Geometry(64, 48, 1.0, True, 64, 48, Aspect.STRETCH)).paint(source, out)
    assert (out.y[:, 0] == 16).all()
    assert (out.y[:, -1] == 235).all()
    assert (out.u == 240).all()
    assert (out.v == 16).all()
    assert all((a == b).all() for a, b in zip(to_limited_range(source), out, strict=True))


def test_a_target_of_another_size_is_refused_instead_of_painted_elsewhere() -> None:
    scaler = Scaler(Geometry(64, 48, 1.0, False, 40, 30, Aspect.STRETCH))
    with pytest.raises(AssertionError, match="somewhere else"):
        scaler.paint(planes_of(64, 48), empty_planes(20, 14))


def test_cleared_is_black() -> None:
    planes = planes_of(32, 24)
    clear(planes)
    assert tuple(np.unique(plane).tolist() for plane in planes) == tuple([value] for value in BLACK)


@pytest.mark.parametrize("height", [54, 1080])
def test_pictures_are_alike_until_their_luma_differs(height: int) -> None:
    one = planes_of(32, height).y
    other = one.copy()
    assert alike(thinned(one), thinned(other))
    other[height // 2 : height // 2 + 8, 3] ^= 1
    assert not alike(thinned(one), thinned(other))


@given(
    st.integers(2, 40).map(lambda n: 2 * n),
    st.integers(2, 40).map(lambda n: 2 * n),
    crops,
    st.integers(0, 2**32 - 1),
)
def test_a_part_at_its_own_size_is_those_pixels_with_their_colours(
    width: int, height: int, part: Crop, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    half = (height // 2, width // 2)
    source = Planes(
        *(rng.integers(0, 256, shape).astype(np.uint8) for shape in ((height, width), half, half))
    )
    probe = Geometry(width, height, 1.0, False, 16, 16, Aspect.STRETCH, part)
    crop = place_picture(probe).crop
    geometry = probe._replace(target_width=crop.width, target_height=crop.height)
    target = empty_planes(crop.width, crop.height)
    Scaler(geometry).paint(source, target)
    for plane, painted, scale in zip(source, target, (1, 2, 2), strict=True):
        for row, column in np.ndindex(painted.shape):
            assert painted[row, column] == plane[crop.y // scale + row, crop.x // scale + column]


def test_an_enlarged_part_has_the_colours_of_that_part() -> None:
    source = empty_planes(64, 36)
    source.y[:, 32:], source.u[:, 16:], source.v[18 // 2 :, :] = 200, 90, 160
    target = empty_planes(320, 180)
    part = Crop(0.75, 0.75, 0.25, 0.25)
    Scaler(Geometry(64, 36, 1.0, False, 320, 180, Aspect.FIT, part)).paint(source, target)
    assert {(int(plane.min()), int(plane.max())) for plane in target} == {(200, 200), (90, 90), (160, 160)}
