from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import InvalidError
from simulators.spec import VideoSpec, parse_spec


@pytest.mark.parametrize(
    ("text", "gop"), [("1920x1080@25:4000k", 50), ("640x360@15:384k", 30), ("352x288@12:192k", 24)]
)
def test_the_streams_of_the_contract(text: str, gop: int) -> None:
    spec = parse_spec(text)
    assert str(spec) == text
    assert spec.gop == gop
    assert spec.loop_frames == 2 * gop
    assert spec.loop_s == 4


@given(st.integers(32, 2000), st.integers(24, 1000), st.integers(1, 120), st.integers(16, 100000))
def test_round_trip(half_width: int, half_height: int, fps: int, kilobits: int) -> None:
    spec = VideoSpec(half_width * 2, half_height * 2, fps, kilobits * 1000)
    assert parse_spec(str(spec)) == spec


@pytest.mark.parametrize(
    "text",
    ["", "640x360", "640x360@15", "641x360@15:384k", "640x360@0:384k", "640x360@15:384", "32x32@15:384k"],
)
def test_what_is_wrong_is_said(text: str) -> None:
    with pytest.raises(InvalidError):
        parse_spec(text)
