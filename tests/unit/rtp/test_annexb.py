from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commandwall.rtp.annexb import START_CODE, past_start_code, split_annexb, unescape


def test_long_and_short_start_codes_and_trailing_zeros() -> None:
    assert split_annexb(b"\x00\x00\x00\x01ab\x00\x00\x00\x00\x01cd\x00\x00\x01e\x00") == [b"ab", b"cd", b"e"]


def test_bytes_before_the_first_start_code_and_empty_units_are_left_out() -> None:
    assert split_annexb(b"junk\x00\x00\x01\x00\x00\x01x") == [b"x"]
    assert split_annexb(b"no start code") == []


@given(st.lists(st.binary(min_size=1, max_size=20).filter(lambda n: b"\x00" not in n), max_size=8))
def test_joined_units_are_split_again(nals: list[bytes]) -> None:
    assert split_annexb(b"".join(START_CODE + nal for nal in nals)) == nals


def test_a_start_code_is_passed_over_where_there_is_one() -> None:
    assert [past_start_code(b"\x00" * zeros + b"\x01x", 0, 6) for zeros in range(5)] == [0, 0, 3, 4, 0]
    assert past_start_code(b"\x00\x00\x00\x01", 0, 3) == 0


def test_unescape_takes_out_emulation_prevention() -> None:
    assert unescape(b"\x01\x00\x00\x03\x01\x00\x00\x03") == b"\x01\x00\x00\x01\x00\x00"
    assert unescape(b"\x00\x00\x03\x00\x00\x03\x01") == b"\x00\x00\x00\x00\x01"
