from __future__ import annotations

from dataclasses import replace
from math import inf

import cv2
import numpy as np
import pytest

from commandwall.base.clock import monotonic_s
from commandwall.base.errors import UnavailableError
from commandwall.ingest import still
from commandwall.ingest.still import newest_jpeg
from commandwall.media.decoder import VideoDecoder
from commandwall.media.still import Still
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.wall import DecodeLevel
from tests.unit.media.streams import luma_of, stream


def newest(codec: str, units: list[AccessUnit], until_s: float = inf) -> tuple[Still, AccessUnit]:
    return newest_jpeg(StreamInfo(codec, 128, 96), units, (), until_s)


def gray_of(jpeg: bytes) -> float:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return float(picture.mean())


def full(luma: int) -> float:
    """Return limited-range ``luma`` as a full-range gray level."""
    return (luma - 16) * 255 / 219


def test_the_newest_picture_of_a_group_is_taken() -> None:
    units = list(stream()[:7])
    picture, unit = newest("h264", units)
    assert unit is units[6]
    assert picture.content_type == "image/jpeg"
    assert abs(gray_of(picture.data) - full(luma_of(6))) < 5


def test_a_full_range_picture_keeps_its_brightness() -> None:
    units = stream(codec="mjpeg", pixel_format="yuvj420p", frames=1)
    picture, _ = newest("mjpeg", list(units))
    assert abs(gray_of(picture.data) - full(luma_of(0))) < 5


def test_what_cannot_be_decoded_is_passed_over() -> None:
    units = [stream()[0], AccessUnit(b"\x00\x00\x00\x01garbage", 0, False)]
    assert newest("h264", units)[1] is units[0]


def test_what_a_tile_would_withhold_is_a_still_only_if_there_is_no_better_one() -> None:
    units = list(stream()[:11])
    assert units[10].key
    assert newest("h264", [*units[:10], replace(units[10], damaged=True)])[1] is units[9]
    lossy = [replace(units[0], damaged=True), *units[1:3]]
    assert newest("h264", lossy)[1] is lossy[2]


def test_no_picture_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(UnavailableError, match="key frame"):
        newest("h264", [AccessUnit(b"\x00\x00\x00\x01garbage", 0, True)])


def test_what_nobody_waits_for_any_more_is_not_decoded_on() -> None:
    with pytest.raises(UnavailableError, match="too long"):
        newest("h264", list(stream()[:7]), monotonic_s() - 1)


def test_a_long_group_is_decoded_without_deblocking(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = list[DecodeLevel]()

    def decoder(codec: str, level: DecodeLevel) -> VideoDecoder:
        levels.append(level)
        return VideoDecoder(codec, level)

    monkeypatch.setattr(still, "VideoDecoder", decoder)
    monkeypatch.setattr(still, "_LONG_PIXELS", 5 * 128 * 96)
    units = list(stream()[:6])
    assert [newest("h264", units[:count])[1] for count in (5, 6)] == [units[4], units[5]]
    assert levels == [DecodeLevel.FULL, DecodeLevel.NODEBLOCK]
