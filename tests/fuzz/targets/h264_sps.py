"""H.264 sequence parameter sets."""

from __future__ import annotations

from commandwall.rtp.h264_sps import parse_h264_sps


def check(data: bytes) -> None:
    parse_h264_sps(data)
