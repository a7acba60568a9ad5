"""AAC as RFC 3640 packs it: payloads in their order, some lost (``tests/fuzz/payloads.py``)."""

from __future__ import annotations

from commandwall.rtp.aac import GenericFormat
from commandwall.rtp.audio import AudioFormat
from tests.fuzz.payloads import push_sound

FMTP = {"sizelength": "13", "indexlength": "3", "indexdeltalength": "3", "config": "1408"}
WORDS = (b"\x00\x10\x00\x20", b"\x00\x20\x00\x20\x00\x20", b"\x80\x08\x00\x10\x00\x20")


def check(data: bytes) -> AudioFormat:
    return push_sound(GenericFormat(16000, FMTP), data)
