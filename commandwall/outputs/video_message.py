"""What a head's video WebSocket carries: one text message of configuration, then binary frames.

A binary message is a header of 32 bytes, big-endian (magic ``CWV1``, flags with bit 0 for a key
frame, three bytes of zero, the wall's tick, the presentation time in microseconds, the UTC time in
milliseconds), and one access unit as Annex B byte stream.
"""

from __future__ import annotations

import json
import struct

from commandwall.base.clock import RTP_CLOCK_HZ, utc_ns
from commandwall.model.access_unit import AccessUnit
from commandwall.rtp.annexb import split_annexb

_HEADER = struct.Struct("!4sBBHQqQ")
_MAGIC = b"CWV1"
_KEY = 1
_NAL_TYPE_MASK = 0x1F
_NAL_SPS = 7
_NS_PER_MS = 1_000_000


def frame_message(unit: AccessUnit, fps: int) -> bytes:
    """Return ``unit`` as the binary message for a wall of ``fps`` ticks a second."""
    tick = (unit.pts_90k * fps + RTP_CLOCK_HZ // 2) // RTP_CLOCK_HZ
    pts_us = unit.pts_90k * 100 // 9
    utc_ms = (unit.capture_utc_ns or utc_ns()) // _NS_PER_MS
    return _HEADER.pack(_MAGIC, unit.key * _KEY, 0, 0, tick, pts_us, utc_ms) + unit.data


def codec_string(data: bytes) -> str | None:
    """Return the codec of an H.264 access unit as WebCodecs names it (RFC 6381 section 3.3).

    ``None`` when there is no sequence parameter set in it.
    """
    for nal in split_annexb(data):
        if nal[0] & _NAL_TYPE_MASK == _NAL_SPS and len(nal) >= 4:
            return f"avc1.{nal[1:4].hex().upper()}"
    return None


def config_message(codec: str, width: int, height: int, fps: int, wall: str, head: str) -> str:
    """Return the text message that comes before the first frame, and again when ``codec`` changes."""
    return json.dumps(
        {
            "type": "config",
            "codec": codec,
            "width": width,
            "height": height,
            "fps": fps,
            "wall": wall,
            "head": head,
        }
    )
