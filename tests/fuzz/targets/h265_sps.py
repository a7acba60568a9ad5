"""H.265 sequence parameter sets."""

from __future__ import annotations

from commandwall.rtp.h265_sps import parse_h265_sps


def check(data: bytes) -> None:
    parse_h265_sps(data)
