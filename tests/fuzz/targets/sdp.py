"""Session descriptions, up to the tracks that are taken and where they are."""

from __future__ import annotations

from commandwall.rtsp.address import base_url, resolve_control
from commandwall.rtsp.sdp import build_sdp, parse_sdp
from commandwall.rtsp.tracks import choose_audio, choose_video

WORDS = (
    b"m=video 0 RTP/AVP 96\r\n", b"m=audio 0 RTP/AVP 8\r\n", b"a=rtpmap:97 mpeg4-generic/16000/1\r\n",
    b"a=rtpmap:97 MP4A-LATM/16000\r\n", b"a=rtpmap:97 opus/48000/2\r\n", b"a=sendonly\r\n",
    b"a=fmtp:97 sizelength=13;indexlength=3;indexdeltalength=3;config=1408",
    b"a=fmtp:97 cpresent=0;config=400028103fc0",
    b"a=rtpmap:96 H264/90000\r\n",
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
    sound = choose_audio(description, track.media)
    assert sound is None or sound.payload.frame_ticks >= 0
