from __future__ import annotations

import contextlib
from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.codec import CodecParameters
from commandwall.rtp.h264_sps import parse_h264_sps


@pytest.mark.parametrize(
    ("sps", "width", "height", "profile", "level"),
    [
        ("674d401eeca05017fcb808800000030080000019078b16cb", 640, 360, "Main", "3"),
        ("67640028acd940780227e5c044000003000400000300c83c60c658", 1920, 1080, "High", "4"),
        ("6742c00dd9016096c044000003000400000300c83c50a920", 352, 288, "Constrained Baseline", "1.3"),
        ("6764001eacd940b424d8088000000300800000190f8a14cb", 720, 576, "High", "3"),
        ("6764001facd9405005bfac0440000003004000000c83c60c6580", 1280, 718, "High", "3.1"),
        ("67f4000d919b28283f6022000003000200000300641e28532c", 320, 240, "244", "1.3"),
    ],
    ids=["cropped", "1080p", "baseline", "interlaced", "odd crop", "4:4:4"],
)
def test_parameter_sets_of_a_real_encoder(
    sps: str, width: int, height: int, profile: str, level: str
) -> None:
    assert parse_h264_sps(bytes.fromhex(sps)) == CodecParameters("h264", width, height, profile, level)


def pack(*codes: int | str) -> bytes:
    """Return codes as bits: a number is ue(v), a text is bits as they are."""
    bits = ""
    for code in codes:
        bits += code if isinstance(code, str) else f"{code + 1:b}".zfill(2 * (code + 1).bit_length() - 1)
    bits += "1"
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


def test_scaling_lists_and_an_order_cycle_are_passed_over() -> None:
    lists: list[int | str] = ["1", "1", *[0] * 16, *["0"] * 5, "1", *[0] * 64, "0"]
    cycle: list[int | str] = [1, "0", 0, 0, 2, 0, 0]
    size: list[int | str] = [1, "0", 21, 17, "1", "1", "0", "0"]
    body = pack(0, 1, 0, 0, "0", *lists, 0, *cycle, *size)
    parameters = parse_h264_sps(b"\x67" + bytes((100, 0, 31)) + body)
    assert (parameters.width, parameters.height) == (352, 288)


def test_an_endless_order_cycle_is_refused() -> None:
    body = pack(0, 0, 1, "0", 0, 0, 100_000)
    with pytest.raises(ProtocolError, match="cycle"):
        parse_h264_sps(b"\x67" + bytes((66, 0, 31)) + body)


def test_a_picture_that_cannot_exist_is_refused() -> None:
    body = pack(0, 0, 2, 1, "0", 5000, 5000, "1", "1", "0", "0")
    with pytest.raises(ProtocolError, match="80016x80016"):
        parse_h264_sps(b"\x67" + bytes((66, 0, 31)) + body)


@pytest.mark.parametrize(
    ("columns", "rows", "taken"), [(512, 272, True), (512, 273, False), (512, 512, False)]
)
def test_pictures_are_taken_up_to_the_largest_level(columns: int, rows: int, taken: bool) -> None:
    sps = b"\x67" + bytes((66, 0, 62)) + pack(0, 0, 2, 1, "0", columns - 1, rows - 1, "1", "1", "0", "0")
    size = f"{16 * columns}x{16 * rows}"
    with (
        nullcontext()
        if taken
        else pytest.raises(UnsupportedError, match=f"{size}.*set the camera to smaller")
    ):
        parameters = parse_h264_sps(sps)
        assert f"{parameters.width}x{parameters.height}" == size


@given(st.binary(max_size=80))
def test_arbitrary_bytes_raise_nothing_else(data: bytes) -> None:
    with contextlib.suppress(ProtocolError, UnsupportedError):
        parse_h264_sps(b"\x67" + data)
