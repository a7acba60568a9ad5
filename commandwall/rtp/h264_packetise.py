"""H.264 access units made RTP payloads (RFC 6184, packetization-mode 1): single NAL units and FU-A."""

from __future__ import annotations

import base64

from commandwall.rtp.annexb import split_annexb
from commandwall.rtp.h264 import FU_A, PPS, SPS
from commandwall.rtp.nal_packetise import DEFAULT_MTU, packetise


def packetise_h264(access_unit: bytes, mtu: int = DEFAULT_MTU) -> list[bytes]:
    """Return the payloads for ``access_unit`` (Annex B), none longer than ``mtu`` bytes (at least 3).

    The last one is to be sent with the marker bit.
    """
    return packetise(access_unit, mtu, _fragment_header)


def _fragment_header(nal: bytes) -> tuple[bytes, int]:
    return bytes((nal[0] & 0xE0 | FU_A,)), nal[0] & 0x1F


def h264_fmtp(key_frame: bytes) -> dict[str, str]:
    """Return the SDP parameters for a stream whose key frames begin as ``key_frame`` (Annex B) does.

    Without parameter sets in it, only the packetization mode is told.
    """
    fmtp = {"packetization-mode": "1"}
    sets = [nal for nal in split_annexb(key_frame) if nal[0] & 0x1F in (SPS, PPS)]
    profile = next((nal[1:4].hex().upper() for nal in sets if nal[0] & 0x1F == SPS), "")
    if profile:
        fmtp["profile-level-id"] = profile
        fmtp["sprop-parameter-sets"] = ",".join(base64.b64encode(nal).decode() for nal in sets)
    return fmtp
