"""Stills hold the colours that the planes mean."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from commandwall.base.errors import InvalidError
from commandwall.ipc.slots import Planes
from commandwall.media.still import encode_still, to_bgr


def plain(y: int, u: int, v: int, width: int = 8, height: int = 6) -> Planes:
    half = (height // 2, width // 2)
    return Planes(
        np.full((height, width), y, np.uint8), np.full(half, u, np.uint8), np.full(half, v, np.uint8)
    )


@pytest.mark.parametrize(
    ("yuv", "bgr"),
    [
        ((16, 128, 128), (0, 0, 0)),
        ((235, 128, 128), (255, 255, 255)),
        ((63, 102, 240), (0, 0, 255)),  # BT.709 red; BT.601 would have Y 81
        ((173, 42, 26), (0, 255, 0)),
        ((32, 240, 118), (255, 0, 0)),
        ((0, 128, 128), (0, 0, 0)),
        ((255, 128, 128), (255, 255, 255)),
    ],
)
def test_planes_are_limited_range_bt709(yuv: tuple[int, int, int], bgr: tuple[int, int, int]) -> None:
    picture = to_bgr(plain(*yuv))
    assert picture.shape == (6, 8, 3)
    assert np.abs(picture.astype(int) - bgr).max() <= 2


def test_a_png_is_without_loss_and_a_jpeg_nearly() -> None:
    planes = plain(120, 90, 160)
    planes.y[2:4, 2:6] = 200
    wanted = to_bgr(planes)
    png, jpg = encode_still(planes, "png"), encode_still(planes, "jpg")
    assert (png.content_type, jpg.content_type) == ("image/png", "image/jpeg")
    exact = cv2.imdecode(np.frombuffer(png.data, np.uint8), cv2.IMREAD_COLOR)
    near = cv2.imdecode(np.frombuffer(jpg.data, np.uint8), cv2.IMREAD_COLOR)
    assert exact is not None and near is not None
    assert np.array_equal(exact, wanted)
    assert np.abs(near.astype(int) - wanted).mean() < 8


def test_planes_may_be_views_of_something_larger() -> None:
    planes = plain(120, 90, 160, 32, 16)
    part = Planes(planes.y[2:8, 4:12], planes.u[1:4, 2:6], planes.v[1:4, 2:6])
    assert np.array_equal(to_bgr(part), to_bgr(plain(120, 90, 160)))


def test_another_format_is_refused_by_name() -> None:
    with pytest.raises(InvalidError, match="'gif'"):
        encode_still(plain(0, 0, 0), "gif")
