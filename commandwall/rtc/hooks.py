"""What is used of aiortc's private side, all of it in one place and checked before anything is served.

aiortc encodes for every receiver and decodes from every sender. Here neither happens: ready payloads
are given to its senders, and packets are taken from its receivers before its jitter buffer, which
waits for hundreds of packets after a single loss. All else stays aiortc's: ICE, DTLS, SRTP, RTCP,
retransmission in both directions.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import aioice.ice
import aiortc
import ifaddr
from aiortc import MediaStreamTrack, RTCRtpReceiver, RTCRtpSender
from aiortc.codecs import CODECS
from aiortc.jitterbuffer import JitterBuffer
from aiortc.mediastreams import MediaStreamError
from aiortc.rate import RemoteBitrateEstimator
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtpsender import RTCEncodedFrame
from aiortc.rtp import RtcpSrPacket, RtpPacket

from commandwall.base.clock import RTP_CLOCK_HZ
from commandwall.base.errors import UnsupportedError
from commandwall.rtc.version import TESTED_WITH

_JITTER_BUFFER = "_RTCRtpReceiver__jitter_buffer"
_ESTIMATOR = "_RTCRtpReceiver__remote_bitrate_estimator"
_SIGNATURES: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (RTCRtpSender, "_next_encoded_frame", ("self", "codec")),
    (RTCRtpSender, "_send_keyframe", ("self",)),
    (RTCEncodedFrame, "__init__", ("self", "payloads", "timestamp", "audio_level")),
    (RTCRtpReceiver, "_handle_rtcp_packet", ("self", "packet")),
    (RTCRtpReceiver, "_send_rtcp_pli", ("self", "media_ssrc")),
    (JitterBuffer, "add", ("self", "packet")),
    (RemoteBitrateEstimator, "add", ("self", "arrival_time_ms", "abs_send_time", "payload_size", "ssrc")),
    (aioice.ice, "get_host_addresses", ("use_ipv4", "use_ipv6")),
)
_H264 = {"level-asymmetry-allowed": "1", "packetization-mode": "1"}
_H264_LEVEL_5_2 = "34"
_H264_PROFILES = ("42e0", "4200", "4d00", "6400", "640c")
_FIRST_PAYLOAD_TYPE = 97
_TELL_EVERY_MS = 1000


class FrameSource(Protocol):
    """Who has ready payloads for one receiver."""

    async def next_frame(self) -> tuple[list[bytes], int]:
        """Return the RTP payloads of the next access unit and its time (90 kHz).

        Raises :class:`EndOfStreamError` when none follows.
        """

    def want_key(self) -> None:
        """Take note that the receiver cannot go on without a key frame (RTCP PLI)."""


class EndOfStreamError(MediaStreamError):
    """Raised when a :class:`FrameSource` has nothing more to send."""


class PacketSink(Protocol):
    """Who takes the packets of one sender."""

    def take_packet(self, packet: RtpPacket) -> None:
        """Take an RTP packet; retransmitted ones come as they were first sent. Must not wait."""

    def take_report(self, report: RtcpSrPacket) -> None:
        """Take a sender report."""


class PayloadTrack(MediaStreamTrack):
    """A track that stands in an offer or answer for a :class:`FrameSource`; nobody reads it."""

    kind = "video"

    async def recv(self) -> Any:
        """Raise: pictures are not encoded here."""
        raise EndOfStreamError


def install() -> None:
    """Check aiortc and set it up: codecs, and addresses on the loopback. Called once, at start.

    Raises :class:`UnsupportedError` naming what differs from the release this was written for.
    """
    _check()
    CODECS["video"][:] = _video_codecs()
    aioice.ice.get_host_addresses = host_addresses


def send_from(sender: RTCRtpSender, source: FrameSource) -> None:
    """Send what ``source`` has instead of encoding a track; tell it of receivers' wish for key frames."""

    async def next_encoded_frame(_: RTCRtpCodecParameters) -> RTCEncodedFrame:
        payloads, time_90k = await source.next_frame()
        return RTCEncodedFrame(payloads, time_90k, None)  # type: ignore[arg-type] # None is what it tests for

    sender._next_encoded_frame = next_encoded_frame  # type: ignore[method-assign, assignment]
    sender._send_keyframe = source.want_key  # type: ignore[method-assign]


def receive_into(receiver: RTCRtpReceiver, sink: PacketSink, allowed_bps: int) -> None:
    """Give packets and sender reports to ``sink`` and nothing to the jitter buffer and the decoder.

    The sender is told that it may use ``allowed_bps``; it lowers its rate by itself upon loss.
    """
    setattr(receiver, _JITTER_BUFFER, _Tap(sink))
    setattr(receiver, _ESTIMATOR, _Allowance(allowed_bps))
    handle: Callable[[Any], Awaitable[None]] = receiver._handle_rtcp_packet

    async def handle_rtcp_packet(packet: Any) -> None:
        if isinstance(packet, RtcpSrPacket):
            sink.take_report(packet)
        await handle(packet)

    receiver._handle_rtcp_packet = handle_rtcp_packet  # type: ignore[method-assign]


async def ask_key(receiver: RTCRtpReceiver, ssrc: int) -> None:
    """Ask the sender of ``ssrc`` for a key frame (RTCP PLI)."""
    await receiver._send_rtcp_pli(ssrc)


def host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    """Return the addresses of this machine, the loopback's last: aioice leaves that one out.

    A browser on a machine without a network must be served too.
    """
    addresses: list[str] = []
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            if isinstance(ip.ip, str) and use_ipv4:
                addresses.append(ip.ip)
            elif use_ipv6 and not isinstance(ip.ip, str) and ip.ip[2] == 0:
                addresses.append(ip.ip[0])
    return sorted(addresses, key=lambda address: address.startswith("127.") or address == "::1")


class _Tap:
    """Stands in a receiver's place of the jitter buffer."""

    def __init__(self, sink: PacketSink) -> None:
        self._take = sink.take_packet

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        """Pass ``packet`` on; it needs neither a PLI by aiortc nor a decoder."""
        self._take(packet)
        return False, None


class _Allowance:
    """Stands in a receiver's place of the estimator of bit rates.

    aiortc's never allows more than one and a half times what comes. A still screen sends next to
    nothing, and is held there when it moves again: Chromium was told 30 kb/s.
    """

    def __init__(self, allowed_bps: int) -> None:
        self._allowed_bps = allowed_bps
        self._told_ms = -_TELL_EVERY_MS

    def add(
        self, arrival_time_ms: int, abs_send_time: int, payload_size: int, ssrc: int
    ) -> tuple[int, list[int]] | None:
        """Return what the sender is to be told (REMB), once a second."""
        if arrival_time_ms - self._told_ms < _TELL_EVERY_MS:
            return None
        self._told_ms = arrival_time_ms
        return self._allowed_bps, [ssrc]


def _check() -> None:
    for owner, name, parameters in _SIGNATURES:
        function = getattr(owner, name, None)
        if function is None or tuple(inspect.signature(function).parameters) != parameters:
            raise _differs(f"{owner.__name__}.{name}{parameters}")
    for name in (_JITTER_BUFFER, _ESTIMATOR):
        if name not in RTCRtpReceiver.__init__.__code__.co_names:
            raise _differs(name)
    if not isinstance(CODECS.get("video"), list):
        raise _differs("codecs.CODECS")


def _differs(what: str) -> UnsupportedError:
    return UnsupportedError(
        "aiortc {version} lacks {what}, which WebRTC here relies on; install aiortc {tested}",
        version=aiortc.__version__,
        what=what,
        tested=TESTED_WITH,
    )


def _video_codecs() -> list[RTCRtpCodecParameters]:
    """Return what is offered and taken: H.264 of every profile, and H.265, each with retransmission.

    The level is the highest there is, since whatever comes is passed on; browsers take the level for
    a limit of what they may send.
    """
    formats: list[tuple[str, dict[str, Any]]] = [
        ("video/H264", {**_H264, "profile-level-id": profile + _H264_LEVEL_5_2}) for profile in _H264_PROFILES
    ]
    formats.append(("video/H265", {}))
    feedback = CODECS["video"][0].rtcpFeedback
    codecs = []
    for number, (mime_type, parameters) in enumerate(formats):
        payload_type = _FIRST_PAYLOAD_TYPE + 2 * number
        codecs += [
            RTCRtpCodecParameters(
                mimeType=mime_type,
                clockRate=RTP_CLOCK_HZ,
                payloadType=payload_type,
                rtcpFeedback=list(feedback),
                parameters=parameters,
            ),
            RTCRtpCodecParameters(
                mimeType="video/rtx",
                clockRate=RTP_CLOCK_HZ,
                payloadType=payload_type + 1,
                parameters={"apt": payload_type},
            ),
        ]
    return codecs
