"""The H.265 payload format: payloads in their order, some lost (``tests/fuzz/payloads.py``)."""

from __future__ import annotations

from commandwall.rtp.codec import PayloadFormat
from commandwall.rtp.h265 import H265Format
from tests.fuzz.payloads import push_all

WORDS = (
    b"\x62\x01\x93",
    b"\x62\x01\x13",
    b"\x62\x01\x53",
    b"\x60\x01",
    b"\x42\x01",
    b"\x40\x01",
    b"\x44\x01",
)
FMTPS: tuple[dict[str, str], ...] = ({}, {"sprop-max-don-diff": "2"})


def check(data: bytes) -> PayloadFormat:
    return push_all(H265Format(FMTPS[data[:1] == b"\x01"]), data[1:])
