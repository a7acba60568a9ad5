"""The JPEG payload format: payloads in their order, some lost (``tests/fuzz/payloads.py``)."""

from __future__ import annotations

from commandwall.rtp.codec import PayloadFormat
from commandwall.rtp.jpeg import JpegFormat
from tests.fuzz.payloads import push_all

WORDS = (b"\x00\x00\x00\x00\x01\x32\x50\x2d", b"\x00\x00\x00\x00\x41\xff\x50\x2d", b"\x00\x00\x00\x80")


def check(data: bytes) -> PayloadFormat:
    return push_all(JpegFormat({}), data)
