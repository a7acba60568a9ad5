"""Sound as the server sends it: its line in the SDP, and its frames as RTP packets."""

from __future__ import annotations

import struct

from commandwall.base.errors import UnsupportedError
from commandwall.rtp.audio import OPUS_CLOCK_HZ, AudioParameters
from commandwall.rtp.nal_packetise import DEFAULT_MTU
from commandwall.rtsp.sdp import STATIC_FORMATS, RtpFormat
from commandwall.rtsp.server_frame import PacketFrame

AUDIO_PAYLOAD_TYPE = 97
"""Beside the 96 of the pictures."""
_G711 = {"pcm_mulaw": "PCMU", "pcm_alaw": "PCMA"}
_AU_HEADER = struct.Struct("!HH")
_AU_HEADER_BITS = 16


def audio_rtp_format(audio: AudioParameters) -> RtpFormat:
    """Return the payload type and parameters of ``audio``. Raises UnsupportedError that names its codec."""
    if encoding := _G711.get(audio.name):
        return _g711_format(encoding, audio)
    if audio.name == "opus":
        fmtp = {"sprop-stereo": "1"} if audio.channels == 2 else {}
        return RtpFormat(AUDIO_PAYLOAD_TYPE, "opus", OPUS_CLOCK_HZ, 2, fmtp)
    if audio.name == "aac":
        fmtp = {
            "streamtype": "5", "profile-level-id": "1", "mode": "AAC-hbr", "sizelength": "13",
            "indexlength": "3", "indexdeltalength": "3", "config": audio.extradata.hex(),
        }  # fmt: skip
        return RtpFormat(AUDIO_PAYLOAD_TYPE, "mpeg4-generic", audio.sample_rate, audio.channels, fmtp)
    raise UnsupportedError(f"sound in {audio.name} is not served, only G.711, AAC and Opus")


def _g711_format(encoding: str, audio: AudioParameters) -> RtpFormat:
    known = (encoding, audio.sample_rate)
    usual = (number for number, fmt in STATIC_FORMATS.items() if fmt == known and audio.channels == 1)
    return RtpFormat(next(usual, AUDIO_PAYLOAD_TYPE), encoding, audio.sample_rate, audio.channels)


def audio_packets(codec: str, frame: bytes, payload_type: int) -> PacketFrame:
    """Return ``frame`` in RTP packets: as it is (RFC 3551, RFC 7587), AAC behind AU-headers (RFC 3640).

    The marker bit says of AAC that a frame ends; of the others, that speech begins, which nobody knows.
    """
    if codec != "aac":
        return PacketFrame((frame,), payload_type, key=True, marked=False)
    header = _AU_HEADER.pack(_AU_HEADER_BITS, (len(frame) & 0x1FFF) << 3)
    starts = range(0, len(frame), DEFAULT_MTU)
    parts = (header + frame[start : start + DEFAULT_MTU] for start in starts)
    return PacketFrame(parts, payload_type, key=True)
