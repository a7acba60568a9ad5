"""Descriptions of streams on the packet bus."""

from __future__ import annotations

from commandwall.ipc.packets import decode_info, encode_info

WORDS = (
    b'{"codec": "h264"',
    b'"width": ',
    b'"height": ',
    b'"fps": ',
    b'"sample_rate": ',
    b'"extradata": "1408"',
    b"[[[[[[[[",
)


def check(data: bytes) -> None:
    info = decode_info(data)
    assert decode_info(encode_info(info)) == info or info.fps != info.fps
