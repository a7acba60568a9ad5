"""H.264 sequence parameter sets."""

from __future__ import annotations

from commandwall.rtp.h264_sps import parse_h264_sps

WORDS = (b"\x67\x42", b"\x67\x64", b"\x00\x00\x03")


def check(data: bytes) -> None:
    parse_h264_sps(data)
