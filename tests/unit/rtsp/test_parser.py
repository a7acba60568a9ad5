from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError
from commandwall.rtsp.messages import Request, Response
from commandwall.rtsp.parser import MAX_BODY_BYTES, MAX_HEAD_BYTES, RtspParser


class Reader:
    """A parser and what it handed on, frames as (channel, bytes)."""

    def __init__(self) -> None:
        self.items: list[Request | Response | tuple[int, bytes]] = []
        self.parser = RtspParser(self.items.append, self._frame)

    def _frame(self, channel: int, data: bytes, start: int, end: int) -> None:
        self.items.append((channel, data[start:end]))

    @property
    def told(self) -> list[object]:
        return [
            item if isinstance(item, tuple) else (item.headers.get("CSeq"), item.body) for item in self.items
        ]


def frame(channel: int, payload: bytes) -> bytes:
    return b"$" + bytes((channel,)) + len(payload).to_bytes(2, "big") + payload


STREAM = b"".join(
    (
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\n$body",
        frame(0, b"media"),
        b"\r\n\r\n",
        frame(1, b""),
        b"OPTIONS * RTSP/1.0\nCSeq: 2\n\n",
        frame(255, b"$" * 300),
        b"RTSP/1.0 200 OK\r\nCSeq: 3\r\n\r\n",
    )
)
TOLD: list[object] = [("1", b"$body"), (0, b"media"), (1, b""), ("2", b""), (255, b"$" * 300), ("3", b"")]


@given(st.lists(st.integers(0, len(STREAM)), max_size=30))
def test_cut_anywhere(cuts: list[int]) -> None:
    reader = Reader()
    places = [0, *sorted(cuts), len(STREAM)]
    for start, end in itertools.pairwise(places):
        reader.parser.feed(STREAM[start:end])
    assert reader.told == TOLD


def test_in_single_bytes() -> None:
    reader = Reader()
    for index in range(len(STREAM)):
        reader.parser.feed(STREAM[index : index + 1])
    assert reader.told == TOLD


def test_channels_with_a_sink_go_there() -> None:
    got: list[bytes] = []
    reader = Reader()
    reader.parser.sinks[0] = lambda data, start, end: got.append(data[start:end])
    reader.parser.feed(STREAM)
    assert got == [b"media"]
    assert reader.told == [item for item in TOLD if item != (0, b"media")]


def test_a_message_is_cut_only_when_all_of_it_is_there() -> None:
    reader = Reader()
    reader.parser.feed(b"RTSP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nab")
    assert reader.items == []
    reader.parser.feed(b"c" + frame(3, b"x"))
    assert reader.told == [("", b"abc"), (3, b"x")]


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x60\x00\x01\x00\x00",
        b"A" * MAX_HEAD_BYTES,
        b"RTSP/1.0 200 OK\r\nContent-Length: x\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
    ids=["garbage", "endless head", "no length", "negative length", "large body", "http"],
)
def test_what_is_no_rtsp_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        Reader().parser.feed(data)


def test_an_endless_head_in_single_bytes_costs_little() -> None:
    reader = Reader()
    begun = time.process_time()
    with pytest.raises(ProtocolError, match="header"):
        for _ in range(MAX_HEAD_BYTES + 1):
            reader.parser.feed(b"A")
    assert time.process_time() - begun < 0.5


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_arbitrary_bytes_raise_nothing_else(chunks: list[bytes]) -> None:
    reader = Reader()
    try:
        for chunk in chunks:
            reader.parser.feed(chunk)
    except ProtocolError:
        pass
