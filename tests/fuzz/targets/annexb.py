"""Annex B byte streams: cutting them into NAL units, and packetising those."""

from __future__ import annotations

from commandwall.rtp.annexb import split_annexb, unescape
from commandwall.rtp.h264_packetise import h264_fmtp, packetise_h264
from commandwall.rtp.h265_packetise import h265_fmtp, packetise_h265

WORDS = (b"\x00\x00\x01", b"\x00\x00\x00\x01", b"\x00\x00\x03", b"\x67", b"\x40\x01")
MTU = 100


def check(data: bytes) -> None:
    nals = split_annexb(data)
    assert all(nal and nal[-1] and b"\x00\x00\x01" not in nal for nal in nals)
    assert len(unescape(data)) <= len(data)
    for packetise in (packetise_h264, packetise_h265):
        assert all(0 < len(payload) <= MTU for payload in packetise(data, MTU))
    h264_fmtp(data)
    h265_fmtp(data)
