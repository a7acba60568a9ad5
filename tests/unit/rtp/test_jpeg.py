from __future__ import annotations

import contextlib
import struct
from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError
from commandwall.rtp.jpeg import JpegFormat
from commandwall.rtp.jpeg_tables import CHROMA_QUANTISERS, LUMA_QUANTISERS

WIDTH, HEIGHT = 96, 64


def encoded() -> bytes:
    """Return a JPEG file with standard Huffman tables, as FFmpeg writes it."""
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"huffman": "default"}
    picture = np.add.outer(np.arange(HEIGHT * 3 // 2), np.arange(WIDTH)).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(picture, format="yuvj420p")
    return bytes((encoder.encode(frame) + encoder.encode(None))[0])


def segments(image: bytes) -> dict[int, list[bytes]]:
    """Return the bodies of a file's segments by marker, and the scan as marker 0."""
    found: dict[int, list[bytes]] = {}
    position = 2
    while True:
        marker, length = struct.unpack_from("!xBH", image, position)
        found.setdefault(marker, []).append(image[position + 4 : position + 2 + length])
        position += 2 + length
        if marker == 0xDA:
            found[0] = [image[position:]]
            return found


def tables(image: bytes) -> bytes:
    """Return both quantisation tables of a file."""
    joined = b"".join(segments(image)[0xDB])
    return joined[1:65] + (joined[66:130] or joined[1:65])


def payloads(
    scan: bytes, quantisers: bytes, *, q: int = 255, kind: int = 1, interval: int = 4
) -> list[bytes]:
    """Return the RTP payloads for a scan, with tables in band if ``q`` says so."""
    found = []
    for offset in range(0, len(scan), 100):
        head = struct.pack("!IBBBB", offset, kind, q, WIDTH // 8, HEIGHT // 8)
        if kind >= 64:
            head += struct.pack("!HH", interval, 0xFFFF)
        if offset == 0 and q >= 128:
            head += struct.pack("!BBH", 0, 0, len(quantisers)) + quantisers
        found.append(head + scan[offset : offset + 100])
    return found


def push(fmt: JpegFormat, *parts: bytes) -> JpegFormat:
    for part in parts:
        fmt.push(part, 0, len(part))
    return fmt


def decode(image: bytes) -> np.ndarray:
    decoder = av.CodecContext.create("mjpeg", "r")
    assert isinstance(decoder, VideoCodecContext)
    (frame,) = decoder.decode(av.Packet(image)) + decoder.decode(None)
    return frame.to_ndarray()


def test_a_picture_is_whole_again() -> None:
    image = encoded()
    (scan,), (restart,) = segments(image)[0], segments(image)[0xDD]
    interval = int.from_bytes(restart, "big")
    fmt = push(JpegFormat({}), *payloads(scan, tables(image), kind=65, interval=interval))
    rebuilt, key = fmt.take()
    assert key
    assert not fmt.pending
    assert np.array_equal(decode(rebuilt), decode(image))
    assert (fmt.parameters.name, fmt.parameters.width, fmt.parameters.height) == ("mjpeg", WIDTH, HEIGHT)


def test_tables_sent_once_are_used_again() -> None:
    quantisers = bytes(range(1, 129))
    fmt = JpegFormat({})
    first = push(fmt, *payloads(b"scan", quantisers, q=200)).take()
    assert push(fmt, *payloads(b"scan", b"", q=200)).take() == first
    assert tables(first[0]) == quantisers
    with pytest.raises(ProtocolError, match="0 bytes of quantisation tables"):
        push(fmt, *payloads(b"scan", b"", q=255))


@pytest.mark.parametrize(("q", "scale"), [(50, 100), (25, 200), (75, 50), (99, 2), (120, 2)])
def test_tables_by_q(q: int, scale: int) -> None:
    image, _ = push(JpegFormat({}), *payloads(b"scan", b"", q=q)).take()
    expected = [
        min(max((value * scale + 50) // 100, 1), 255) for value in LUMA_QUANTISERS + CHROMA_QUANTISERS
    ]
    assert tables(image) == bytes(expected)


def test_types_say_sampling_and_restart_markers() -> None:
    for kind, sampling, interval in ((0, 0x21, []), (1, 0x22, []), (65, 0x22, [b"\x00\x04"])):
        image, _ = push(JpegFormat({}), *payloads(b"scan", b"", q=50, kind=kind)).take()
        found = segments(image)
        assert found[0xC0][0][7] == sampling
        assert found.get(0xDD, []) == interval
        assert found[0] == [b"scan\xff\xd9"]


def test_a_lost_fragment_cuts_the_picture_off() -> None:
    fmt = JpegFormat({})
    first, _, third = payloads(b"x" * 300, b"", q=50)
    push(fmt, first)
    fmt.lose()
    push(fmt, third)
    assert segments(fmt.take()[0])[0] == [b"x" * 100 + b"\xff\xd9"]
    assert not push(fmt, third).pending


def test_a_fragment_that_does_not_fit_on_is_an_error_when_nothing_was_lost() -> None:
    first, _, third = payloads(b"x" * 300, b"", q=50)
    with pytest.raises(ProtocolError, match="for byte 200 comes after 100 bytes"):
        push(JpegFormat({}), first, third)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"\x00" * 7, "shorter than its header"),
        (b"\x00\x00\x00\x00\x41\x32\x01\x01\x00", "inside its restart header"),
        (b"\x00\x00\x00\x00\x05\x32\x01\x01", "type 5"),
        (b"\x00\x00\x00\x00\x01\x00\x01\x01", "Q 0"),
        (b"\x00\x00\x00\x00\x01\x32\x00\x01", "0x8"),
        (b"\x00\x00\x00\x00\x01\xff\x01\x01\x00\x00", "inside its quantisation"),
        (b"\x00\x00\x00\x00\x01\xff\x01\x01\x00\x00\x00\x80abc", "128 bytes"),
    ],
)
def test_broken_payloads_are_named(payload: bytes, words: str) -> None:
    fmt = JpegFormat({})
    with pytest.raises(ProtocolError, match=words):
        push(fmt, payload)
    assert not fmt.pending


def test_first_packets_are_known() -> None:
    first, second = payloads(b"x" * 200, b"", q=50)
    assert JpegFormat({}).begins(first, 0, len(first))
    assert not JpegFormat({}).begins(second, 0, len(second))
    assert not JpegFormat({}).begins(b"", 0, 0)


@given(st.lists(st.tuples(st.integers(0, 3), st.binary(max_size=60), st.booleans())))
def test_arbitrary_payloads_raise_nothing_else(parts: list[tuple[int, bytes, bool]]) -> None:
    fmt = JpegFormat({})
    for offset, body, lost in parts:
        payload = bytes((0, 0, 0, offset)) + body
        if lost:
            fmt.lose()
        with contextlib.suppress(ProtocolError):
            fmt.push(payload, 0, len(payload))
        if fmt.pending and len(body) % 2:
            assert fmt.take()[0].startswith(b"\xff\xd8")
