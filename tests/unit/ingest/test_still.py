from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from commandwall.base.errors import UnavailableError
from commandwall.ingest.still import newest_jpeg
from commandwall.model.access_unit import AccessUnit
from tests.unit.media.streams import luma_of, stream


def gray_of(jpeg: bytes) -> float:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return float(picture.mean())


def full(luma: int) -> float:
    """Return limited-range ``luma`` as a full-range gray level."""
    return (luma - 16) * 255 / 219


def test_the_newest_picture_of_a_group_is_taken() -> None:
    units = list(stream()[:7])
    still, unit = newest_jpeg("h264", units, ())
    assert unit is units[6]
    assert still.content_type == "image/jpeg"
    assert abs(gray_of(still.data) - full(luma_of(6))) < 5


def test_a_full_range_picture_keeps_its_brightness() -> None:
    units = stream(codec="mjpeg", pixel_format="yuvj420p", frames=1)
    still, _ = newest_jpeg("mjpeg", list(units), ())
    assert abs(gray_of(still.data) - full(luma_of(0))) < 5


def test_what_cannot_be_decoded_is_passed_over() -> None:
    units = [stream()[0], AccessUnit(b"\x00\x00\x00\x01garbage", 0, False)]
    assert newest_jpeg("h264", units, ())[1] is units[0]


def test_what_a_tile_would_withhold_is_a_still_only_if_there_is_no_better_one() -> None:
    units = list(stream()[:11])
    assert units[10].key
    assert newest_jpeg("h264", [*units[:10], replace(units[10], damaged=True)], ())[1] is units[9]
    lossy = [replace(units[0], damaged=True), *units[1:3]]
    assert newest_jpeg("h264", lossy, ())[1] is lossy[2]


def test_no_picture_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(UnavailableError, match="key frame"):
        newest_jpeg("h264", [AccessUnit(b"\x00\x00\x00\x01garbage", 0, True)], ())
