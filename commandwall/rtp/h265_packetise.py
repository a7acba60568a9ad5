"""H.265 access units made RTP payloads (RFC 7798): single NAL units and fragmentation units."""

from __future__ import annotations

import base64

from commandwall.rtp.annexb import split_annexb
from commandwall.rtp.h264_packetise import DEFAULT_MTU
from commandwall.rtp.h265 import FRAGMENTATION, PPS, SPS, VPS, nal_type
from commandwall.rtp.nal_format import FU_END, FU_START


def packetise_h265(access_unit: bytes, mtu: int = DEFAULT_MTU) -> list[bytes]:
    """Return the payloads for ``access_unit`` (Annex B), none longer than ``mtu`` bytes (at least 4).

    The last one is to be sent with the marker bit.
    """
    payloads: list[bytes] = []
    for nal in split_annexb(access_unit):
        if len(nal) <= mtu:
            payloads.append(nal)
        else:
            payloads += _fragments(nal, mtu - 3)
    return payloads


def _fragments(nal: bytes, size: int) -> list[bytes]:
    header = bytes((nal[0] & 0x81 | FRAGMENTATION << 1, nal[1]))
    kind = nal_type(nal[0])
    last = 2 + (len(nal) - 3) // size * size
    fragments = []
    for start in range(2, len(nal), size):
        flags = (FU_START if start == 2 else 0) | (FU_END if start == last else 0)
        fragments.append(header + bytes((flags | kind,)) + nal[start : start + size])
    return fragments


def h265_fmtp(key_frame: bytes) -> dict[str, str]:
    """Return the SDP parameters for a stream whose key frames begin as ``key_frame`` (Annex B) does."""
    sets = {nal_type(nal[0]): base64.b64encode(nal).decode() for nal in split_annexb(key_frame)}
    names = {VPS: "sprop-vps", SPS: "sprop-sps", PPS: "sprop-pps"}
    return {name: sets[kind] for kind, name in names.items() if kind in sets}
