from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commandwall.rtp.packet import parse_header
from commandwall.rtsp.server_frame import PacketFrame

PAYLOADS = st.lists(st.binary(min_size=1, max_size=1400), min_size=1, max_size=8)


@given(PAYLOADS, st.integers(0, 255), st.integers(0, 65535), st.integers(0, 2**32 - 1))
def test_packets_are_numbered_framed_and_marked(
    payloads: list[bytes], channel: int, sequence: int, timestamp: int
) -> None:
    frame = PacketFrame(payloads, 96, key=True)
    stamped = frame.stamped(channel, sequence, timestamp, 0xDEADBEEF)
    position = 0
    for index, payload in enumerate(payloads):
        assert stamped[position] == 0x24
        assert stamped[position + 1] == channel
        end = position + 4 + int.from_bytes(stamped[position + 2 : position + 4], "big")
        header = parse_header(stamped, position + 4, end)
        assert stamped[header.start : header.end] == payload
        assert header.sequence == (sequence + index) & 0xFFFF
        assert (header.timestamp, header.ssrc, header.payload_type) == (timestamp, 0xDEADBEEF, 96)
        assert header.marker == (index == len(payloads) - 1)
        position = end
    assert position == len(stamped)
    assert frame.packets == len(payloads)
    assert frame.octets == sum(map(len, payloads))


def test_one_frame_serves_clients_that_are_elsewhere() -> None:
    frame = PacketFrame([b"abc"], 96, key=False)
    first = frame.stamped(0, 1, 2, 3)
    second = frame.stamped(4, 100, 200, 300)
    assert parse_header(first, 4).sequence == 1
    assert parse_header(second, 4).sequence == 100


def test_datagrams_are_the_packets_without_framing() -> None:
    frame = PacketFrame([b"abc", b"defg"], 96, key=False)
    first, second = frame.datagrams(frame.stamped(0, 65535, 9, 7))
    assert (parse_header(first).sequence, parse_header(second).sequence) == (65535, 0)
    assert (first[12:], second[12:]) == (b"abc", b"defg")
