"""Offers and answers of WebRTC, and fragments of candidates: what a peer says before it is connected."""

from __future__ import annotations

from aiortc import RTCRtpCodecCapability

from commandwall.base.errors import InvalidError
from commandwall.rtc.codecs import set_up_codecs
from commandwall.rtc.offer import (
    Offer,
    fragment_user,
    is_stereo,
    parse_candidates,
    parse_offer,
    picture_preferences,
    sound_preferences,
)

WORDS = (
    b"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
    b"m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n",
    b"a=rtpmap:96 H264/90000\r\n",
    b"a=rtpmap:111 opus/48000/2\r\n",
    b"a=fmtp:96 packetization-mode=1;profile-level-id=42e01f\r\n",
    b"a=rtcp-fb:* nack pli\r\n",
    b"a=candidate:1 1 udp 1 10.1.1.9 9 typ host\r\n",
    b"a=ssrc-group:FID 1 2\r\n",
    b"a=ssrc:1 cname:x\r\n",
    b"a=extmap:1/sendonly urn:x\r\n",
    b"a=setup:actpass\r\n",
    b"a=mid:",
    b"a=group:BUNDLE 0 1\r\n",
)
set_up_codecs()


def check(data: bytes) -> Offer:
    """Read it as one who offers to send, and as a fragment; last as one who wants to be sent."""
    text = data.decode(errors="replace")
    for read in (_taken, parse_candidates, fragment_user):
        try:
            read(text)
        except InvalidError as error:
            assert error.field == "sdp"
            assert str(error).isprintable() and error.zh.isprintable() and len(str(error)) < 400
    return _answered(parse_offer(text, sends=False, kinds=("video", "audio")))


def _taken(text: str) -> Offer:
    return _answered(parse_offer(text, sends=True, kinds=("video", "audio")))


def _answered(offer: Offer) -> Offer:
    """Choose what the answer would name."""
    named: list[RTCRtpCodecCapability] = []
    if "video" in offer.codecs:
        named += picture_preferences(offer, "h264", "" if offer.sends else "42C01E")
    if "audio" in offer.codecs:
        named += sound_preferences(offer)
        assert is_stereo(offer) in (True, False)
    assert named
    return offer
