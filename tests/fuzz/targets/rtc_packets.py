"""RTP and RTCP of WebRTC peers, decrypted: pictures, voices with their levels, reports, REMB.

An input is packets with two bytes of length before each. aiortc reads them first, and what it refuses is
dropped, as :mod:`commandwall.rtc.hooks` has it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import partial

from aiortc import RTCRtpReceiver
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensionsMap, RtcpPacket, RtcpSrPacket, RtpPacket, is_rtcp

from commandwall.rtc.picture_intake import PictureIntake
from commandwall.rtc.receiver_reports import ReceiverReports
from commandwall.rtc.voice_intake import VoiceIntake
from tests.fuzz.payloads import payloads

SSRC = 1
WORDS = (
    b"\x90\xe0\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\xbe\xde\x00\x01",
    b"\x10\xff",
    b"\x80\xc8\x00\x06",
    b"\x81\xc9\x00\x07\x00\x00\x00\x02\x00\x00\x00\x01",
    b"\x8f\xce\x00\x05\x00\x00\x00\x01\x00\x00\x00\x00REMB\x01",
    b"\x67\x42\xc0\x1e",
    b"\x7c\x85",
)
_EXTENSIONS = RTCRtpParameters(
    headerExtensions=[
        RTCRtpHeaderExtensionParameters(id=1, uri="urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
        RTCRtpHeaderExtensionParameters(id=2, uri="urn:ietf:params:rtp-hdrext:sdes:mid"),
        RTCRtpHeaderExtensionParameters(
            id=3, uri="http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
        ),
    ]
)


def check(data: bytes) -> list[object]:
    picture = PictureIntake(RTCRtpReceiver.__new__(RTCRtpReceiver), _nothing, _nothing)
    voice, reports = VoiceIntake(2, _nothing), ReceiverReports(SSRC, 90_000, lambda: 1)
    for packet in _packets(data):
        if isinstance(packet, RtpPacket):
            (voice if packet.payload_type >= 100 else picture).take_packet(packet)
            continue
        reports.heard(packet)
        if isinstance(packet, RtcpSrPacket):
            for intake in (picture, voice):
                intake.take_report(packet)
    for intake in (picture, voice):
        told = intake.reception()
        assert told.packets >= 0 and told.lost >= 0 and told.malformed >= 0
    assert reports.loss_ratio is None or 0 <= reports.loss_ratio < 1
    assert reports.rtt_s is None or reports.rtt_s >= 0
    return [picture, voice, reports]


def _packets(data: bytes) -> Iterator[object]:
    known = HeaderExtensionsMap()
    known.configure(_EXTENSIONS)
    read_rtp = partial(RtpPacket.parse, extensions_map=known)
    for _, start, end in payloads(data):
        packet = data[start:end]
        try:
            yield from RtcpPacket.parse(packet) if is_rtcp(packet) else (read_rtp(packet),)
        except (ValueError, struct.error, IndexError):
            continue


def _nothing() -> None:
    pass
