"""The H.264 payload format: payloads in their order, some lost (``tests/fuzz/payloads.py``)."""

from __future__ import annotations

from commandwall.rtp.codec import PayloadFormat
from commandwall.rtp.h264 import H264Format
from tests.fuzz.payloads import push_all

WORDS = (b"\x7c\x85", b"\x7c\x05", b"\x7c\x45", b"\x78\x00", b"\x67\x64", b"\x68\xee", b"\x00\x00\x00\x01")
FMTPS: tuple[dict[str, str], ...] = (
    {},
    {"packetization-mode": "1", "sprop-parameter-sets": "Z01AHuygUBf8uAgAAAMAgAAAGQeLFss=,aO48gA=="},
)


def check(data: bytes) -> PayloadFormat:
    return push_all(H264Format(FMTPS[data[:1] == b"\x01"]), data[1:])
