"""Session descriptions, up to the track that is taken and where it is."""

from __future__ import annotations

from commandwall.rtsp.address import base_url, resolve_control
from commandwall.rtsp.sdp import build_sdp, parse_sdp
from commandwall.rtsp.tracks import choose_video

WORDS = (
    b"m=video 0 RTP/AVP 96\r\n", b"m=audio 0 RTP/AVP 8\r\n", b"a=rtpmap:96 H264/90000\r\n",
    b"a=rtpmap:96 H265/90000\r\n", b"a=rtpmap:26 JPEG/90000\r\n", b"a=fmtp:96 packetization-mode=1;",
    b"sprop-parameter-sets=", b"sprop-max-don-diff=", b"sprop-vps=", b"sprop-sps=", b"a=control:",
    b"rtsp://", b"trackID=0", b"Z01AHuygUBf8uAgAAAMAgAAAGQeLFss=",
)  # fmt: skip


def check(data: bytes) -> None:
    description = parse_sdp(data)
    build_sdp(description)
    track = choose_video(description)
    assert 0 < track.format.clock_hz <= 10**7
    base = base_url("rtsp://camera/main", description.control, "")
    assert resolve_control(base, track.media.control)
