from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError
from commandwall.rtp.packet import build_packet, parse_header

PLAIN = build_packet(96, 65535, 0xFFFF_FFFF, 7, b"payload", marker=True)


def test_plain_header() -> None:
    header = parse_header(PLAIN)
    assert (header.payload_type, header.marker, header.sequence) == (96, True, 65535)
    assert (header.timestamp, header.ssrc) == (0xFFFF_FFFF, 7)
    assert PLAIN[header.start : header.end] == b"payload"


def test_csrcs_extension_and_padding() -> None:
    head = struct.pack("!BBHII", 0x80 | 0x20 | 0x10 | 2, 96, 1, 2, 3)
    packet = (
        head + struct.pack("!II", 11, 12) + struct.pack("!HHI", 0xBEDE, 1, 99) + b"body" + b"\x00\x00\x03"
    )
    header = parse_header(packet)
    assert packet[header.start : header.end] == b"body"


def test_in_the_middle_of_a_buffer() -> None:
    buffer = b"xx" + PLAIN + b"yy"
    header = parse_header(buffer, 2, 2 + len(PLAIN))
    assert buffer[header.start : header.end] == b"payload"


@pytest.mark.parametrize(
    ("packet", "words"),
    [
        (PLAIN[:11], "shorter than its header"),
        (b"\x40" + PLAIN[1:], "version 1"),
        (b"\x8f" + PLAIN[1:], "ends inside its header"),
        (b"\x90" + PLAIN[1:12], "before its header extension"),
        (b"\x90" + PLAIN[1:12] + b"\x00\x00\xff\xff", "ends inside its header"),
        (b"\xa0" + PLAIN[1:12] + b"abc\x09", "9 bytes of padding"),
        (b"\xa0" + PLAIN[1:12] + b"abc\x00", "0 bytes of padding"),
    ],
)
def test_impossible_headers_are_named(packet: bytes, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        parse_header(packet)


@given(st.binary(max_size=80))
def test_arbitrary_bytes_raise_nothing_else(data: bytes) -> None:
    try:
        header = parse_header(data)
    except ProtocolError:
        return
    assert 12 <= header.start <= header.end <= len(data)


@given(
    st.integers(0, 127), st.integers(0, 2**20), st.integers(0, 2**40), st.binary(max_size=50), st.booleans()
)
def test_what_is_built_is_parsed(kind: int, sequence: int, timestamp: int, body: bytes, marker: bool) -> None:
    packet = build_packet(kind, sequence, timestamp, 5, body, marker=marker)
    header = parse_header(packet)
    assert header.sequence == sequence % 65536
    assert header.timestamp == timestamp % 2**32
    assert (header.payload_type, header.marker, packet[header.start : header.end]) == (kind, marker, body)
