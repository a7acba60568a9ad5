from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.codec import CodecParameters
from commandwall.rtp.h265_sps import parse_h265_sps
from tests.unit.rtp.test_h264_sps import pack


@pytest.mark.parametrize(
    ("sps", "width", "height", "profile", "level"),
    [
        (
            "42010101600000030090000003000003003fa00502016965959a4932bc05a02000000300200000030321",
            640,
            360,
            "Main",
            "2.1",
        ),
        (
            "420101022000000300900000030000030078a003c08010e4d96566924caf016808000003000800000300c840",
            1920,
            1080,
            "Main 10",
            "4",
        ),
        (
            "4201010408000003009e0800000300003c90014101e2cb2b349265780b4040000003004000000642",
            320,
            240,
            "Rext",
            "2",
        ),
    ],
    ids=["cropped", "10 bit", "4:4:4"],
)
def test_parameter_sets_of_a_real_encoder(
    sps: str, width: int, height: int, profile: str, level: str
) -> None:
    assert parse_h265_sps(bytes.fromhex(sps)) == CodecParameters("hevc", width, height, profile, level)


def sps(sub_layers: int, width: int, height: int, *, profiles: str = "") -> bytes:
    """Return a parameter set with that many temporal sub-layers above the first."""
    general = f"0000{sub_layers:03b}1" + "000" + f"{1:05b}" + "1" * 80 + f"{93:08b}"
    return b"\x42\x01" + pack(general + profiles, 0, 1, width, height, "0")


def test_profiles_of_sub_layers_are_passed_over() -> None:
    flags = "11" + "01" + "00" * 6
    layers = "1" * 96 + "1" * 8
    parameters = parse_h265_sps(sps(2, 704, 576, profiles=flags + layers))
    assert (parameters.width, parameters.height, parameters.level) == (704, 576, "3.1")


def test_a_picture_that_cannot_exist_is_refused() -> None:
    with pytest.raises(ProtocolError, match="0x576"):
        parse_h265_sps(sps(0, 0, 576))


def test_a_picture_that_would_cost_gigabytes_is_not_taken() -> None:
    with pytest.raises(UnsupportedError, match=r"H\.265 pictures of 16384x16384"):
        parse_h265_sps(sps(0, 16384, 16384))


@given(st.binary(max_size=80))
def test_arbitrary_bytes_raise_nothing_else(data: bytes) -> None:
    with contextlib.suppress(ProtocolError, UnsupportedError):
        parse_h265_sps(b"\x42\x01" + data)
