"""How an input says which payloads come, so that a mutation moves one and leaves the others whole."""

from __future__ import annotations

from collections.abc import Iterator

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.codec import MAX_UNIT_BYTES, PayloadFormat

MARKER, LOST = 0x80, 0x40


def payloads(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (flags, start, end) for each: two bytes hold MARKER, LOST and 14 bits of size before it."""
    position = 0
    while position + 2 <= len(data):
        flags = data[position]
        start = position + 2
        position = min(len(data), start + ((flags & 0x3F) << 8 | data[start - 1]))
        yield flags, start, position


def push_all(codec: PayloadFormat, data: bytes) -> PayloadFormat:
    """Do what a receiver does with each payload in ``data``; return ``codec`` as it is at the end."""
    for flags, start, end in payloads(data):
        if flags & LOST:
            codec.lose()
        codec.begins(data, start, end)
        try:
            codec.push(data, start, end)
        except (ProtocolError, UnsupportedError) as error:
            assert str(error).isprintable()
        if flags & MARKER and codec.pending:
            unit, _ = codec.take()
            assert 0 < len(unit) <= MAX_UNIT_BYTES
            assert not codec.pending
    return codec
