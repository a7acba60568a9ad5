"""Hand-made H.264 pieces that the tests of this directory share."""

from __future__ import annotations

from commandwall.rtp.packet import build_packet

START = b"\x00\x00\x00\x01"
SPS = bytes.fromhex("674d401eeca05017fcb808800000030080000019078b16cb")
"""Main profile, level 3, 640x360 (from a real encoder)."""

GIANT_SPS = bytes.fromhex("6742003eda001000008019")
"""Baseline profile, level 6.2, 16384x16384."""

PPS = bytes.fromhex("68ee3c80")
SSRC = 0x1234_5678
PAYLOAD_TYPE = 96


def idr(size: int = 40) -> bytes:
    """Return an IDR slice whose first macroblock is 0."""
    return b"\x65\x88" + b"\x5a" * size


def delta(size: int = 20) -> bytes:
    """Return a P slice whose first macroblock is 0."""
    return b"\x41\x9a" + b"\xa5" * size


def annexb(*nals: bytes) -> bytes:
    """Return ``nals`` as a byte stream."""
    return b"".join(START + nal for nal in nals)


def rtp(sequence: int, timestamp: int, payload: bytes, *, marker: bool = False, ssrc: int = SSRC) -> bytes:
    """Return an RTP packet of the tests' payload type."""
    return build_packet(PAYLOAD_TYPE, sequence, timestamp, ssrc, payload, marker=marker)
