"""The size of a PNG or JPEG picture, read from its header before anything is decoded."""

from __future__ import annotations

import struct

from commandwall.base.errors import InvalidError

MAX_PIXELS = 50_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_START_OF_SCAN, _END = 0xDA, 0xD9
# ITU-T T.81 table B.1: C4, C8 and CC are no frame headers.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def picture_size(data: bytes, *, field: str) -> tuple[int, int]:
    """Return width and height in pixels; raises :class:`InvalidError` naming ``field``.

    That the rest can be decoded is not said by this.
    """
    size = None
    if data.startswith(_PNG) and data[12:16] == b"IHDR" and len(data) >= 24:
        size = struct.unpack_from(">II", data, 16)
    elif data.startswith(_JPEG):
        size = _jpeg_size(data)
    if size is None or 0 in size:
        raise InvalidError("is neither a PNG nor a JPEG picture", field=field)
    if size[0] * size[1] > MAX_PIXELS:
        raise InvalidError("has more than {most} million pixels", most=MAX_PIXELS // 1_000_000, field=field)
    return size[0], size[1]


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Return the size in the first frame header (ITU-T T.81 section B.2.2), if there is one."""
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        elif marker in (_START_OF_SCAN, _END):
            return None
        else:
            at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    return None
