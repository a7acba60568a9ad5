"""The MJPEG payload format (RFC 2435): scans in packets, made whole JPEG files again."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from commandwall.base.errors import ProtocolError
from commandwall.rtp.codec import MAX_UNIT_BYTES, PIECE_BYTES, CodecParameters
from commandwall.rtp.jpeg_tables import CHROMA_QUANTISERS, HUFFMAN_TABLES, LUMA_QUANTISERS, TABLE_BYTES
from commandwall.rtp.quirks import Quirk

_MAIN_HEADER_BYTES = 8
_RESTART_TYPES = range(64, 128)
_OWN_TABLES = 128
_END_OF_IMAGE = b"\xff\xd9"


class JpegFormat:
    """A ``PayloadFormat``. Every picture is a key frame.

    Types 0 and 1 (4:2:2 and 4:2:0), with and without restart markers, and quantisation tables by
    Q value or in band, 8 bits. A picture that lacks a fragment is cut off there; a decoder shows
    the part above.
    """

    __slots__ = ("_head", "_lost", "_parts", "_size", "_tables", "parameters", "pending", "quirks", "unsure")

    def __init__(self, fmtp: Mapping[str, str]) -> None:
        """``fmtp`` says nothing that matters."""
        self.parameters = CodecParameters("mjpeg")
        self.pending = self.unsure = False
        self.quirks: set[Quirk] = set()
        self._head = b""
        self._lost = True
        self._parts: list[bytes] = []
        self._size = 0
        self._tables: dict[int, bytes] = {}

    def push(self, data: bytes, start: int, end: int) -> None:
        """Take the payload ``data[start:end]`` (section 3.1). Raises ProtocolError."""
        if end - start < _MAIN_HEADER_BYTES:
            raise ProtocolError("a JPEG payload is shorter than its header")
        offset, kind, q, width, height = struct.unpack_from("!IBBBB", data, start)
        offset &= 0xFFFFFF
        position = start + _MAIN_HEADER_BYTES
        interval = 0
        if kind in _RESTART_TYPES:
            if end - position < 4:
                raise ProtocolError("a JPEG payload ends inside its restart header")
            interval = data[position] << 8 | data[position + 1]
            position += 4
        if offset == 0:
            position = self._begin(data, position, end, (kind & 0x3F, q, width * 8, height * 8, interval))
        if self._lost:
            return
        if not self._head or offset != self._size:
            raise ProtocolError(f"a JPEG fragment for byte {offset} comes after {self._size} bytes")
        if offset + PIECE_BYTES * len(self._parts) > MAX_UNIT_BYTES:
            raise ProtocolError(f"a JPEG picture is larger than {MAX_UNIT_BYTES} bytes")
        self._parts.append(data[position:end])
        self._size += end - position
        self.pending = True

    def _begin(self, data: bytes, position: int, end: int, image: tuple[int, int, int, int, int]) -> int:
        """Begin a picture with its headers; return where its scan begins."""
        kind, q, width, height, interval = image
        self._parts = []
        self._size = 0
        self._head = b""
        self._lost = self.pending = False
        if kind > 1 or q == 0 or not (width and height):
            raise ProtocolError(f"a JPEG payload of type {kind}, Q {q}, {width}x{height}, which is not taken")
        if q >= _OWN_TABLES:
            position, tables = self._own_tables(data, position, end, q)
        else:
            tables = _scaled_tables(q)
        if (width, height) != (self.parameters.width, self.parameters.height):
            self.parameters = CodecParameters("mjpeg", width, height)
        self._head = _file_head(kind, width, height, interval, tables)
        return position

    def _own_tables(self, data: bytes, position: int, end: int, q: int) -> tuple[int, bytes]:
        """Return where the quantisation table header (section 3.1.8) ends, and the tables to use."""
        if end - position < 4:
            raise ProtocolError("a JPEG payload ends inside its quantisation table header")
        _, precision, length = struct.unpack_from("!BBH", data, position)
        position += 4
        if length == 0 and q != 255 and q in self._tables:
            return position, self._tables[q]
        if precision or length not in (TABLE_BYTES, 2 * TABLE_BYTES) or position + length > end:
            raise ProtocolError(f"a JPEG payload has {length} bytes of quantisation tables")
        tables = data[position : position + length]
        self._tables[q] = tables = tables if length > TABLE_BYTES else tables * 2
        return position + length, tables

    def begins(self, data: bytes, start: int, end: int) -> bool:
        """Return whether the payload is the first of a picture."""
        return data[start + 1 : start + 4] == b"\x00\x00\x00" and end - start >= _MAIN_HEADER_BYTES

    def lose(self) -> None:
        """Cut the picture off where fragments are missing."""
        self._lost = True

    def take(self) -> tuple[bytes, bool]:
        """Return the picture as a JFIF file, and that it is a key frame; only while ``pending``."""
        scan = b"".join(self._parts)
        ended = scan.endswith(_END_OF_IMAGE)
        image = self._head + scan + (b"" if ended else _END_OF_IMAGE)
        self._head = b""
        self._parts = []
        self._size = 0
        self.pending = False
        return image, True


def _scaled_tables(q: int) -> bytes:
    """Return both quantisation tables for a Q value from 1 to 99 (section 4.2); above, as for 99."""
    q = min(q, 99)
    scale = 5000 // q if q < 50 else 200 - 2 * q
    tables = LUMA_QUANTISERS + CHROMA_QUANTISERS
    return bytes(min(max((value * scale + 50) // 100, 1), 255) for value in tables)


def _file_head(kind: int, width: int, height: int, interval: int, tables: bytes) -> bytes:
    """Return a JFIF file up to its scan (section 4.1 and appendix B)."""
    luma, chroma = tables[:TABLE_BYTES], tables[TABLE_BYTES:]
    sampling = 0x22 if kind else 0x21
    components = bytes((1, sampling, 0, 2, 0x11, 1, 3, 0x11, 1))
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
            _segment(0xDB, b"\x00" + luma),
            _segment(0xDB, b"\x01" + chroma),
            _segment(0xDD, interval.to_bytes(2, "big")) if interval else b"",
            _segment(0xC0, struct.pack("!BHHB", 8, height, width, 3) + components),
            *(_segment(0xC4, table) for table in HUFFMAN_TABLES),
            _segment(0xDA, b"\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00"),
        )
    )


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0xFF, marker, len(body) + 2) + body
