"""AAC as RFC 6416 packs it: payloads in their order, some lost (``tests/fuzz/payloads.py``)."""

from __future__ import annotations

from commandwall.rtp.aac import LatmFormat
from commandwall.rtp.audio import AudioFormat
from tests.fuzz.payloads import push_sound

WORDS = (b"\xff\xff\x04", b"\x80\x05\x04", b"\x00")


def check(data: bytes) -> AudioFormat:
    return push_sound(LatmFormat(16000, {"cpresent": "0", "config": "400028103fc0"}), data)
