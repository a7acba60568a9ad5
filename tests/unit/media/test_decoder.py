from __future__ import annotations

from dataclasses import replace
from resource import RUSAGE_SELF, getrusage

import av
import numpy as np
import pytest

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.media.decoder import DecodedPicture, VideoDecoder
from commandwall.model.access_unit import AccessUnit
from commandwall.model.wall import DecodeLevel
from tests.unit.media.streams import luma_of, stream
from tests.unit.rtp.packets import GIANT_SPS, PPS, annexb, idr


def decode_all(decoder: VideoDecoder, units: tuple[AccessUnit, ...]) -> list[DecodedPicture]:
    return [picture for unit in units for picture in decoder.decode(unit)]


def mean_luma(picture: DecodedPicture) -> float:
    return float(picture.planes().y.mean())


@pytest.mark.parametrize("level", [DecodeLevel.FULL, DecodeLevel.NODEBLOCK])
def test_every_unit_gives_its_picture_at_once(level: DecodeLevel) -> None:
    decoder = VideoDecoder("h264", level)
    for number, unit in enumerate(stream()):
        (picture,) = decoder.decode(unit)
        assert picture.unit is unit
        assert abs(mean_luma(picture) - luma_of(number)) < 3


def test_planes_are_views_of_the_visible_part_with_the_decoders_stride() -> None:
    (picture,) = VideoDecoder("h264").decode(stream(width=98, height=50)[0])
    y, u, v = picture.planes()
    assert (picture.width, picture.height, picture.sar) == (98, 50, 1.0)
    assert y.shape == (50, 98)
    assert u.shape == v.shape == (25, 49)
    assert y.strides[0] > 98
    assert not y.flags.owndata


def test_pictures_with_b_frames_come_in_display_order_with_the_units_they_came_from() -> None:
    units = stream(b_frames=2)
    pictures = decode_all(VideoDecoder("h264"), units)
    assert len(pictures) >= len(units) - 3
    assert [picture.unit.pts_90k for picture in pictures] == list(range(len(pictures)))
    assert all(abs(mean_luma(p) - luma_of(p.unit.pts_90k)) < 3 for p in pictures)


def test_key_frames_alone_are_not_held_back_by_b_frames() -> None:
    units = stream(frames=40, b_frames=2)
    decoder = VideoDecoder("h264")
    for unit in units:
        if unit.key:
            (picture,) = decoder.decode(unit, alone=True)
            assert picture.unit is unit
            assert abs(mean_luma(picture) - luma_of(unit.pts_90k)) < 3
    assert decoder.reorders
    pictures = decode_all(decoder, units)
    assert len(pictures) >= len(units) - 3
    assert not any(picture.damaged for picture in pictures)


@pytest.mark.parametrize("level", [DecodeLevel.FULL, DecodeLevel.NODEBLOCK])
def test_a_giant_picture_is_not_decoded_and_costs_nothing(level: DecodeLevel) -> None:
    """Its parameter set hides inside a slice's payload, where the payload format does not look."""
    unit = stream()[0]
    giant = replace(unit, data=annexb(GIANT_SPS, PPS, idr(4000)))
    decoder = VideoDecoder("h264", level)
    before = getrusage(RUSAGE_SELF).ru_maxrss
    with pytest.raises(ProtocolError, match="decoding h264"):
        for _ in range(3):
            decoder.decode(giant)
    assert getrusage(RUSAGE_SELF).ru_maxrss - before < 32 << 10
    (picture,) = decoder.decode(unit)
    assert (picture.width, picture.damaged) == (128, False)


def test_a_cut_unit_damages_what_follows_up_to_the_next_key_frame() -> None:
    units = list(stream(frames=20, gop=10))
    units[3] = replace(units[3], data=units[3].data[:7])
    decoder = VideoDecoder("h264")
    damaged = set()
    for number, unit in enumerate(units):
        try:
            damaged |= {number for picture in decoder.decode(unit) if picture.damaged}
        except ProtocolError:
            damaged.add(number)
    assert {4, 9} <= damaged
    assert damaged.isdisjoint({0, 1, 2, *range(10, 20)})


def test_a_picture_is_damaged_when_its_unit_is() -> None:
    (picture,) = VideoDecoder("h264").decode(replace(stream()[0], damaged=True))
    assert picture.damaged


def test_garbage_is_a_protocol_error_and_the_decoder_lives_on() -> None:
    decoder = VideoDecoder("h264")
    with pytest.raises(ProtocolError, match="decoding h264"):
        decoder.decode(AccessUnit(b"\x00\x00\x00\x01garbage" * 9, 0, False))
    assert decoder.decode(stream()[0])


def test_a_change_of_size_in_mid_stream_is_followed() -> None:
    decoder = VideoDecoder("h264")
    pictures = decode_all(decoder, stream(frames=3) + stream(width=64, height=64, frames=3))
    assert [(p.width, p.height) for p in pictures] == [(128, 96)] * 3 + [(64, 64)] * 3


@pytest.mark.parametrize("pixel_format", ["yuvj420p", "yuvj422p"])
def test_motion_jpeg_of_any_chroma_format_gives_planes(pixel_format: str) -> None:
    units = stream(codec="mjpeg", pixel_format=pixel_format, frames=2)
    (picture,) = VideoDecoder("mjpeg").decode(units[1])
    planes = picture.planes()
    assert planes.u.shape == (48, 64)
    expected = luma_of(1)
    if picture.full_range:
        expected = round((expected - 16) * 255 / 219)
    assert abs(float(np.mean(planes.y)) - expected) < 4


def test_only_an_unconverted_jpeg_picture_is_full_range() -> None:
    (full,) = VideoDecoder("mjpeg").decode(stream(codec="mjpeg", pixel_format="yuvj420p", frames=1)[0])
    (limited,) = VideoDecoder("h264").decode(stream()[0])
    assert full.full_range
    assert not limited.full_range


def test_other_codecs_are_refused_by_name_before_they_are_opened() -> None:
    with pytest.raises(UnsupportedError, match="'h263'"):
        VideoDecoder("h263")


def hevc_stream() -> tuple[AccessUnit, ...]:
    """Return H.265 whose pictures have three slices each."""
    return stream(width=256, height=192, frames=8, gop=4, codec="libx265")


def without_the_last_slice(unit: AccessUnit) -> AccessUnit:
    """Return ``unit`` with its last NAL unit left out, as packets are lost."""
    return replace(unit, data=unit.data[: unit.data.rindex(b"\x00\x00\x01")])


def test_a_hole_in_h265_is_found_though_the_decoder_says_nothing() -> None:
    units = hevc_stream()
    whole = decode_all(VideoDecoder("hevc"), units)
    assert [picture.hollow for picture in whole] == [False] * 8
    first, *others = decode_all(VideoDecoder("hevc"), (without_the_last_slice(units[0]), *units[1:4]))
    planes = first.planes()
    assert ((planes.u == 0) & (planes.v == 0)).mean() > 0.1, "green, as zeros are"
    assert first.hollow and first.damaged and not first.broken
    assert all(picture.hollow for picture in others), "what is predicted from it has the hole too"


def test_what_h264_lacks_is_concealed_and_told() -> None:
    units = stream(width=256, height=192)
    noise = replace(units[3], data=units[3].data[: len(units[3].data) // 2] + b"\x5a\xa5\x11" * 40)
    pictures = decode_all(VideoDecoder("h264"), (*units[:3], noise, *units[4:12]))
    assert [picture.broken for picture in pictures[:3]] == [False] * 3
    assert not any(picture.hollow for picture in pictures)
    assert not pictures[-1].broken, "the next key frame mends it"


def test_saturated_green_is_no_hole() -> None:
    units = stream(codec="libx265", width=128, height=96, frames=2)
    (picture,) = VideoDecoder("hevc").decode(units[0])
    assert not picture.hollow


@pytest.mark.parametrize("full_range", [False, True])
def test_nv12_of_a_device_is_the_same_picture_in_planes(full_range: bool) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (75, 98), np.uint8)
    planar = av.VideoFrame.from_ndarray(noise, format="yuv420p")
    pairs = planar.reformat(format="nv12")
    pairs.color_range = 2 if full_range else 1
    unit = stream()[0]
    expected = DecodedPicture(planar, unit, False, 1.0, False).planes()
    picture = DecodedPicture(pairs, unit, False, 1.0, False)
    assert picture.full_range is full_range
    assert all(map(np.array_equal, picture.planes(), expected))
