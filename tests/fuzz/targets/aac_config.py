"""AAC's configurations of both kinds; the first byte says which, the rest is the bytes of one."""

from __future__ import annotations

from commandwall.rtp.aac_config import parse_audio_config, parse_mux_config

WORDS = (b"\x14\x08", b"\x11\x90", b"\x56\xe5\xa8", b"\x40\x00\x28\x10\x3f\xc0")


def check(data: bytes) -> None:
    parse = parse_mux_config if data[:1] == b"m" else parse_audio_config
    config = parse(data[1:].hex())
    again = parse_audio_config(config.parameters.extradata.hex())
    assert again == config
    assert config.frame_ticks(90000) > 0
