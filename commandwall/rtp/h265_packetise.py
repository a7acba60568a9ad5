"""H.265 access units made RTP payloads (RFC 7798): single NAL units and fragmentation units."""

from __future__ import annotations

import base64

from commandwall.rtp.annexb import split_annexb
from commandwall.rtp.h265 import FRAGMENTATION, PPS, SPS, VPS, nal_type
from commandwall.rtp.nal_packetise import DEFAULT_MTU, packetise

_SPROP = {VPS: "sprop-vps", SPS: "sprop-sps", PPS: "sprop-pps"}


def packetise_h265(access_unit: bytes, mtu: int = DEFAULT_MTU) -> list[bytes]:
    """Return the payloads for ``access_unit`` (Annex B), none longer than ``mtu`` bytes (at least 4).

    The last one is to be sent with the marker bit.
    """
    return packetise(access_unit, mtu, _fragment_header)


def _fragment_header(nal: bytes) -> tuple[bytes, int]:
    return bytes((nal[0] & 0x81 | FRAGMENTATION << 1, nal[1])), nal_type(nal[0])


def h265_fmtp(key_frame: bytes) -> dict[str, str]:
    """Return the SDP parameters for a stream whose key frames begin as ``key_frame`` (Annex B) does."""
    fmtp: dict[str, list[str]] = {}
    for nal in split_annexb(key_frame):
        if name := _SPROP.get(nal_type(nal[0])):
            fmtp.setdefault(name, []).append(base64.b64encode(nal).decode())
    return {name: ",".join(sets) for name, sets in fmtp.items()}
