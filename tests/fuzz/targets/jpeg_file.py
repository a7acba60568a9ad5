"""JPEG files, cut into the payloads that carry them."""

from __future__ import annotations

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.rtp.jpeg_packetise import packetise_jpeg

WORDS = (
    b"\xff\xd8",
    b"\xff\xc0\x00\x11\x08",
    b"\xff\xc4",
    b"\xff\xdb\x00\x43",
    b"\xff\xdd\x00\x04",
    b"\xff\xda",
)
MTU = 200


def check(data: bytes) -> None:
    try:
        payloads = packetise_jpeg(data, MTU)
    except (ProtocolError, UnsupportedError) as error:
        assert str(error).isprintable()
    else:
        assert all(0 < len(payload) <= MTU for payload in payloads)
