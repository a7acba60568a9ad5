from __future__ import annotations

import json
import struct

from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.clock import utc_ns
from commandwall.model.access_unit import AccessUnit
from commandwall.outputs.video_message import codec_string, config_message, frame_message

SPS = bytes.fromhex("6742c01fd90040016ec0")


def test_the_header_is_32_bytes_and_says_what_the_page_needs() -> None:
    unit = AccessUnit(
        b"\0\0\1\x65picture", 90_000 * 2 + 3600, key=True, capture_utc_ns=1_700_000_000_123_456_789
    )
    message = frame_message(unit, 25)
    assert message[:4] == b"CWV1"
    assert struct.unpack("!BBHQqQ", message[4:32]) == (1, 0, 0, 51, 2_040_000, 1_700_000_000_123)
    assert message[32:] == unit.data


def test_a_frame_without_a_capture_time_carries_the_time_now() -> None:
    before_ms = utc_ns() // 1_000_000
    message = frame_message(AccessUnit(b"x", 0, key=False), 25)
    flags, utc_ms = message[4], struct.unpack_from("!Q", message, 24)[0]
    assert flags == 0
    assert 0 <= utc_ms - before_ms < 10_000


@given(tick=st.integers(0, 2**40), fps=st.integers(1, 60))
def test_the_tick_survives_rounding_to_the_rtp_clock(tick: int, fps: int) -> None:
    pts_90k = tick * 90_000 // fps
    (seen,) = struct.unpack_from("!Q", frame_message(AccessUnit(b"x", pts_90k, key=True), fps), 8)
    assert seen == tick


def test_the_codec_comes_from_the_sequence_parameter_set() -> None:
    assert codec_string(b"\0\0\0\1\x09\xf0\0\0\0\1" + SPS + b"\0\0\1\x68\xce\0\0\1\x65abc") == "avc1.42C01F"


@given(st.binary(max_size=200))
def test_garbage_has_no_codec_or_a_well_formed_one(data: bytes) -> None:
    codec = codec_string(data)
    assert codec is None or len(codec) == len("avc1.42C01F")


def test_a_cut_parameter_set_has_no_codec() -> None:
    assert codec_string(b"\0\0\1" + SPS[:3]) is None
    assert codec_string(b"") is None


def test_the_configuration_is_json() -> None:
    assert json.loads(config_message("avc1.42C01F", 1920, 1080, 25, "main", "left")) == {
        "type": "config",
        "codec": "avc1.42C01F",
        "width": 1920,
        "height": 1080,
        "fps": 25,
        "wall": "main",
        "head": "left",
    }
