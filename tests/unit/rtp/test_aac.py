from __future__ import annotations

import contextlib
import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.aac import GenericFormat, LatmFormat
from commandwall.rtp.audio import MAX_FRAME_BYTES, AudioFormat

HBR = {"mode": "AAC-hbr", "sizelength": "13", "indexlength": "3", "indexdeltalength": "3", "config": "1408"}
"""AAC-LC, 16 kHz, one channel."""
LATM = {"cpresent": "0", "config": "400028103fc0", "object": "2"}
"""The same in LATM."""


def packet(*frames: bytes, sizes: Sequence[int] = (), index: int = 0) -> bytes:
    """Return a payload of ``frames``; ``sizes`` and ``index`` bend what its headers say."""
    headers = [size << 3 | index for size in sizes or [len(frame) for frame in frames]]
    return struct.pack(f"!H{len(headers)}H", 16 * len(headers), *headers) + b"".join(frames)


def latm(*frames: bytes) -> bytes:
    return b"".join(b"\xff" * (len(frame) // 255) + bytes([len(frame) % 255]) + frame for frame in frames)


def push(codec: AudioFormat, data: bytes, timestamp: int = 0) -> list[bytes]:
    return list(codec.push(b"head" + data + b"tail", 4, 4 + len(data), timestamp))


def generic() -> GenericFormat:
    return GenericFormat(16000, HBR)


def test_several_frames_in_a_packet() -> None:
    codec = generic()
    assert (codec.parameters.name, codec.frame_ticks) == ("aac", 1024)
    assert push(codec, packet(b"one", b"three")) == [b"one", b"three"]
    assert push(LatmFormat(16000, LATM), latm(b"one", b"x" * 600, b"three")) == [b"one", b"x" * 600, b"three"]


def test_a_frame_in_fragments() -> None:
    codec = generic()
    frame = bytes(range(250)) * 10
    parts = [packet(frame[start : start + 1000], sizes=[2500]) for start in (0, 1000, 2000)]
    assert [push(codec, part) for part in parts] == [[], [], [frame]]
    in_latm, whole = LatmFormat(16000, LATM), latm(b"first", frame)
    parts = [whole[start : start + 1000] for start in (0, 1000, 2000)]
    assert [push(in_latm, part) for part in parts] == [[b"first"], [], [frame]]


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_frame_that_lost_a_fragment_is_left_out(lost: int) -> None:
    codec = generic()
    parts = [packet(bytes(1000), sizes=[3000]) for _ in range(3)]
    for part in parts[:lost]:
        push(codec, part)
    codec.lose()
    assert [push(codec, part) for part in parts[lost + 1 :]] == [[]] * (2 - lost)
    assert push(codec, packet(b"whole"), timestamp=1024) == [b"whole"]


def test_the_other_half_of_a_lost_fragment_in_latm_is_not_believed() -> None:
    codec = LatmFormat(16000, LATM)
    codec.lose()
    with pytest.raises(ProtocolError, match="lost"):
        push(codec, b"\x09half")
    assert push(codec, latm(b"whole"), 1024) == [b"whole"]
    push(codec, b"\x09half", 2048)
    assert push(codec, latm(b"next"), 3072) == [b"next"]


def test_low_bit_rate_mode() -> None:
    codec = GenericFormat(16000, HBR | {"sizelength": "6", "indexlength": "2", "indexdeltalength": "2"})
    assert push(codec, struct.pack("!HBB", 16, 2 << 2, 3 << 2) + b"ab" + b"cde") == [b"ab", b"cde"]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "inside its headers"),
        (b"\x00", "inside its headers"),
        (b"\x00\x40\x00", "inside its headers"),
        (b"\x00\x00ab", "no frame"),
        (packet(b"ab", b"c", sizes=[2, 9]), "inside a frame"),
        (packet(b"ab", index=1), "interleaved"),
        (packet(b"", sizes=[0]), "0 bytes"),
    ],
)
def test_packets_that_break_the_generic_format(payload: bytes, words: str) -> None:
    codec = generic()
    with pytest.raises(ProtocolError, match=words):
        push(codec, payload)
    assert push(codec, packet(b"next"), 1024) == [b"next"]


def test_fragments_longer_than_their_frame_and_endless_sizes() -> None:
    codec = generic()
    push(codec, packet(bytes(6), sizes=[10]))
    with pytest.raises(ProtocolError, match="longer"):
        push(codec, packet(bytes(6), sizes=[10]))
    with pytest.raises(ProtocolError, match=f"more than {MAX_FRAME_BYTES}"):
        push(LatmFormat(16000, LATM), b"\xff" * 100)


@pytest.mark.parametrize(
    "change", [{"sizelength": ""}, {"sizelength": "99"}, {"sizelength": "0"}, {"ctsdeltalength": "4"}]
)
def test_modes_that_are_not_taken(change: dict[str, str]) -> None:
    with pytest.raises(UnsupportedError, match="AAC"):
        GenericFormat(16000, HBR | change)


@pytest.mark.parametrize("change", [{"cpresent": "1"}, {"config": ""}])
def test_configurations_in_band_are_not_taken(change: dict[str, str]) -> None:
    with pytest.raises(UnsupportedError, match="in band"):
        LatmFormat(16000, LATM | change)


@given(st.lists(st.tuples(st.binary(max_size=64), st.integers(0, 2), st.booleans()), max_size=12))
def test_arbitrary_payloads_raise_nothing_else(payloads: list[tuple[bytes, int, bool]]) -> None:
    for codec in (generic(), LatmFormat(16000, LATM)):
        for payload, timestamp, lost in payloads:
            if lost:
                codec.lose()
            with contextlib.suppress(ProtocolError):
                assert all(0 < len(frame) <= MAX_FRAME_BYTES for frame in push(codec, payload, timestamp))


@given(st.lists(st.binary(min_size=1, max_size=700), min_size=1, max_size=6), st.integers(1, 900))
def test_latm_cut_anywhere_reads_the_same(frames: list[bytes], size: int) -> None:
    codec, whole = LatmFormat(16000, LATM), latm(*frames)
    parts = [whole[start : start + size] for start in range(0, len(whole), size)]
    assert [frame for part in parts for frame in push(codec, part)] == frames
