"""Pictures as the server sends them: their line in the SDP, and access units as RTP packets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from commandwall.base.errors import UnsupportedError
from commandwall.rtp.h264_packetise import h264_fmtp, packetise_h264
from commandwall.rtp.h265_packetise import h265_fmtp, packetise_h265
from commandwall.rtp.jpeg_packetise import packetise_jpeg
from commandwall.rtsp.sdp import RtpFormat
from commandwall.rtsp.server_frame import PacketFrame

VIDEO_PAYLOAD_TYPE, JPEG_PAYLOAD_TYPE = 96, 26
"""JPEG has a number of its own (RFC 3551 section 6)."""


def _no_fmtp(_: bytes) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class VideoPayload:
    """How a codec is sent: its name in SDP, what makes payloads of access units, and its parameters."""

    encoding: str
    packetise: Callable[[bytes], list[bytes]]
    fmtp: Callable[[bytes], Mapping[str, str]]
    payload_type: int = VIDEO_PAYLOAD_TYPE

    def format(self, key_frame: bytes) -> RtpFormat:
        """Return the payload type and parameters of a stream whose key frames begin as ``key_frame``."""
        return RtpFormat(self.payload_type, self.encoding, fmtp=self.fmtp(key_frame))

    def packets(self, unit: bytes, *, key: bool) -> PacketFrame:
        """Return an access unit in RTP packets. Raises ProtocolError and UnsupportedError for broken ones."""
        return PacketFrame(self.packetise(unit), self.payload_type, key=key)


VIDEO_PAYLOADS: Mapping[str, VideoPayload] = {
    "h264": VideoPayload("H264", packetise_h264, h264_fmtp),
    "hevc": VideoPayload("H265", packetise_h265, h265_fmtp),
    "mjpeg": VideoPayload("JPEG", packetise_jpeg, _no_fmtp, JPEG_PAYLOAD_TYPE),
}
"""By the codec's name as FFmpeg has it."""


def video_payload(codec: str) -> VideoPayload:
    """Return how ``codec`` is sent. Raises UnsupportedError that names it."""
    payload = VIDEO_PAYLOADS.get(codec)
    if payload is None:
        raise UnsupportedError(f"pictures in {codec} are not served, only {', '.join(VIDEO_PAYLOADS)}")
    return payload
