"""H.265 sequence parameter sets."""

from __future__ import annotations

from commandwall.rtp.h265_sps import parse_h265_sps

WORDS = (b"\x42\x01", b"\x00\x00\x03", b"\x01\x60")


def check(data: bytes) -> None:
    parse_h265_sps(data)
