"""JPEG pictures made RTP payloads (RFC 2435): types 0 and 1, quantisation tables in band."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.jpeg_tables import HUFFMAN_TABLES, TABLE_BYTES
from commandwall.rtp.nal_packetise import DEFAULT_MTU

_START_OF_IMAGE, _END_OF_IMAGE = b"\xff\xd8", b"\xff\xd9"
_SOF0, _DHT, _SOS, _DQT, _DRI = 0xC0, 0xC4, 0xDA, 0xDB, 0xDD
_TYPES = {b"\x21\x11\x11": 0, b"\x22\x11\x11": 1}
"""Sampling factors of the components, and the type that says so (section 3.1.3)."""
_WITH_RESTARTS = 64
_OWN_TABLES = 255
_ANY_RESTART = 0xFFFF
"""First and last fragment of a restart interval, which is not aligned to packets (section 3.1.7)."""
_MAX_SIDE = 255 * 8
_HUFFMAN_LENGTHS = 16
_HUFFMAN = frozenset(HUFFMAN_TABLES)


def packetise_jpeg(image: bytes, mtu: int = DEFAULT_MTU) -> list[bytes]:
    """Return the payloads for ``image`` (a JFIF file), none longer than ``mtu`` bytes (at least 200).

    The last one is to be sent with the marker bit. Raises ProtocolError where it is no JPEG file,
    UnsupportedError for one that RTP cannot carry: progressive, with Huffman tables of its own,
    with other sampling than 4:2:0 and 4:2:2 as they are usual, or larger than 2040 pixels.
    """
    segments, scan = _parse(image)
    interval = int.from_bytes(segments.get(_DRI, b"")[:2], "big")
    frame = _frame(segments)
    kind, width, height = _image(frame)
    if _DHT in segments and not _HUFFMAN.issuperset(_huffman_tables(segments[_DHT])):
        raise UnsupportedError("a JPEG picture has Huffman tables of its own; RTP carries the usual ones")
    tables = _quantisers(segments.get(_DQT, b""), luma=frame[8], chroma=frame[11])
    kind_and_size = (kind + (_WITH_RESTARTS if interval else 0), _OWN_TABLES, width, height)
    restarts = struct.pack("!HH", interval, _ANY_RESTART) if interval else b""
    extra = restarts + struct.pack("!BBH", 0, 0, len(tables)) + tables
    payloads: list[bytes] = []
    position = 0
    while position < len(scan) or not payloads:
        head = struct.pack("!IBBBB", position, *kind_and_size) + extra
        payloads.append(head + scan[position : position + mtu - len(head)])
        position += mtu - len(head)
        extra = restarts
    return payloads


def _parse(image: bytes) -> tuple[dict[int, bytes], bytes]:
    """Return the bodies of the segments by marker, those of one kind joined, and the scan."""
    if not image.startswith(_START_OF_IMAGE):
        raise ProtocolError("a JPEG picture does not begin as one")
    segments: dict[int, bytes] = {}
    position = len(_START_OF_IMAGE)
    while _SOS not in segments:
        if position + 4 > len(image) or image[position] != 0xFF:
            raise ProtocolError("a JPEG picture ends before its scan")
        marker, length = struct.unpack_from("!xBH", image, position)
        if length < 2:
            raise ProtocolError("a JPEG segment is shorter than its length")
        body = image[position + 4 : position + 2 + length]
        segments[marker] = segments.get(marker, b"") + body
        position += 2 + length
    return segments, image[position:].removesuffix(_END_OF_IMAGE)


def _frame(segments: dict[int, bytes]) -> bytes:
    """Return the frame header: precision, height, width, and three components of three bytes."""
    frame = segments.get(_SOF0, b"")
    if len(frame) != 15 or frame[0] != 8 or frame[5] != 3:
        raise UnsupportedError("a JPEG picture is not a baseline one of three components of 8 bits")
    return frame


def _image(frame: bytes) -> tuple[int, int, int]:
    """Return the type, and width and height in blocks of 8 pixels (section 3.1)."""
    height, width = struct.unpack_from("!HH", frame, 1)
    sampling = frame[7::3]
    kind = _TYPES.get(sampling)
    if kind is None or not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE):
        raise UnsupportedError(
            f"a JPEG picture of {width}x{height} with sampling {sampling.hex()} cannot be sent by RTP, only"
            f" {' and '.join(each.hex() for each in _TYPES)} of at most {_MAX_SIDE} pixels a side"
        )
    return kind, (width + 7) // 8, (height + 7) // 8


def _quantisers(body: bytes, *, luma: int, chroma: int) -> bytes:
    """Return the tables that the components name, that of luma first."""
    tables = {}
    while len(body) > TABLE_BYTES:
        tables[body[0]] = body[1 : 1 + TABLE_BYTES]
        body = body[1 + TABLE_BYTES :]
    if luma not in tables or chroma not in tables:
        raise UnsupportedError(
            "a JPEG picture has not the two quantisation tables of 8 bits that RTP carries"
        )
    return tables[luma] + tables[chroma]


def _huffman_tables(body: bytes) -> Iterator[bytes]:
    while body:
        size = 1 + _HUFFMAN_LENGTHS + sum(body[1 : 1 + _HUFFMAN_LENGTHS])
        yield body[:size]
        body = body[size:]
