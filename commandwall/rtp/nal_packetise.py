"""Access units of H.264 and H.265 made RTP payloads: NAL units as they are, large ones in fragments."""

from __future__ import annotations

from collections.abc import Callable

from commandwall.rtp.annexb import split_annexb
from commandwall.rtp.nal_format import FU_END, FU_START

DEFAULT_MTU = 1400

FragmentHeader = Callable[[bytes], tuple[bytes, int]]
"""Gives the payload header of the fragments of a NAL unit, as long as that of the unit, and its type."""


def packetise(access_unit: bytes, mtu: int, header_of: FragmentHeader) -> list[bytes]:
    """Return the payloads for ``access_unit`` (Annex B), none longer than ``mtu`` bytes."""
    payloads: list[bytes] = []
    for nal in split_annexb(access_unit):
        if len(nal) <= mtu:
            payloads.append(nal)
        else:
            payloads += _fragments(nal, mtu, *header_of(nal))
    return payloads


def _fragments(nal: bytes, mtu: int, header: bytes, kind: int) -> list[bytes]:
    begin, size = len(header), mtu - len(header) - 1
    last = begin + (len(nal) - begin - 1) // size * size
    fragments = []
    for start in range(begin, len(nal), size):
        flags = (FU_START if start == begin else 0) | (FU_END if start == last else 0)
        fragments.append(header + bytes((flags | kind,)) + nal[start : start + size])
    return fragments
