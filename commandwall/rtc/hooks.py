"""What is used of aiortc's private side, all of it in one place and checked before anything is served.

aiortc encodes for every receiver and decodes from every sender. Here neither happens: ready payloads
are given to its senders, and packets are taken from its receivers before its jitter buffer, which
waits for hundreds of packets after a single loss of pictures, and keeps whatever lag sound once had.
All else stays aiortc's: ICE, DTLS, SRTP, RTCP, retransmission in both directions.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import struct
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol

import aioice.ice
import aiortc
import ifaddr
from aiortc import MediaStreamTrack, RTCDtlsTransport, RTCRtpReceiver, RTCRtpSender
from aiortc.codecs import CODECS
from aiortc.jitterbuffer import JitterBuffer
from aiortc.mediastreams import MediaStreamError
from aiortc.rate import RemoteBitrateEstimator
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtpsender import RTCEncodedFrame
from aiortc.rtp import RtcpSrPacket, RtpPacket

from commandwall.base.errors import UnsupportedError
from commandwall.model.access_unit import UNTOLD_DBOV
from commandwall.rtc.codecs import set_up_codecs
from commandwall.rtc.version import TESTED_WITH

_JITTER_BUFFER = "_RTCRtpReceiver__jitter_buffer"
_ESTIMATOR = "_RTCRtpReceiver__remote_bitrate_estimator"
_SIGNATURES: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (RTCRtpSender, "_next_encoded_frame", ("self", "codec")),
    (RTCRtpSender, "_send_keyframe", ("self",)),
    (RTCRtpSender, "_handle_rtcp_packet", ("self", "packet")),
    (RTCRtpSender, "_send_rtcp", ("self", "packets")),
    (RTCEncodedFrame, "__init__", ("self", "payloads", "timestamp", "audio_level")),
    (RTCRtpReceiver, "_handle_rtcp_packet", ("self", "packet")),
    (RTCRtpReceiver, "_send_rtcp_pli", ("self", "media_ssrc")),
    (RTCDtlsTransport, "_handle_rtp_data", ("self", "data", "arrival_time_ms")),
    (RTCDtlsTransport, "_handle_rtcp_data", ("self", "data")),
    (JitterBuffer, "add", ("self", "packet")),
    (RemoteBitrateEstimator, "add", ("self", "arrival_time_ms", "abs_send_time", "payload_size", "ssrc")),
    (aioice.ice.Connection, "data_received", ("self", "data", "component")),
    (aioice.ice.StunProtocol, "datagram_received", ("self", "data", "addr")),
    (aioice.ice, "get_host_addresses", ("use_ipv4", "use_ipv6")),
)
_ATTRIBUTES = (
    (RTCRtpReceiver, _JITTER_BUFFER),
    (RTCRtpReceiver, _ESTIMATOR),
    (RTCRtpSender, "_ssrc"),
    (aioice.ice.Connection, "_queue"),
)
_TELL_EVERY_MS = 1000
_MAX_WAITING = 2000
"""So many datagrams of a peer wait at most; a flood must not fill the memory of all."""
_PARSERS_RAISE = (struct.error, IndexError)
"""What the parsers of STUN, RTP and RTCP raise besides ValueError, which is expected there."""


class OutgoingFrame(NamedTuple):
    """The RTP payloads of one access unit, and its time in the clock of its codec: 90 kHz, or 48 for Opus.

    ``arrival_ns`` is when it was read or made, monotonic, 0 if that is not told.
    """

    payloads: list[bytes]
    timestamp: int
    arrival_ns: int = 0
    level_dbov: int = UNTOLD_DBOV


class FrameSource(Protocol):
    """Who has ready payloads for one receiver."""

    async def next_frame(self) -> OutgoingFrame:
        """Return the next access unit; raises :class:`EndOfStreamError` when none follows."""

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


class SenderListener(Protocol):
    """Who is told what goes between one sender and its receiver."""

    def begins(self, frame: OutgoingFrame) -> None:
        """Take note that ``frame`` is what is sent now."""

    def sending(self, packet: Any) -> None:
        """Take note of an RTCP packet of this end, and change it if need be."""

    def heard(self, packet: Any) -> None:
        """Take note of an RTCP packet of the receiver."""


class PayloadTrack(MediaStreamTrack):
    """A track that stands in an offer or answer for a :class:`FrameSource`; nobody reads it."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    async def recv(self) -> Any:
        """Raise: nothing is encoded here."""
        raise EndOfStreamError


def install() -> None:
    """Check aiortc and set it up: codecs, addresses on the loopback, bounds. Called once, at start.

    Raises :class:`UnsupportedError` naming what differs from the release this was written for.
    """
    _check()
    set_up_codecs()
    aioice.ice.get_host_addresses = host_addresses
    aioice.ice.Connection.data_received = _data_received  # type: ignore[method-assign]
    stun = aioice.ice.StunProtocol
    stun.datagram_received = _stun_guarded(stun.datagram_received)  # type: ignore[method-assign]
    for name in ("_handle_rtp_data", "_handle_rtcp_data"):
        setattr(RTCDtlsTransport, name, _guarded(getattr(RTCDtlsTransport, name)))


def send_from(sender: RTCRtpSender, source: FrameSource, listener: SenderListener | None = None) -> None:
    """Send what ``source`` has instead of encoding a track; tell it of receivers' wish for key frames."""

    async def next_encoded_frame(_: RTCRtpCodecParameters) -> RTCEncodedFrame:
        frame = await source.next_frame()
        if listener is not None:
            listener.begins(frame)
        level = None if frame.level_dbov == UNTOLD_DBOV else frame.level_dbov
        return RTCEncodedFrame(frame.payloads, frame.timestamp, level)  # type: ignore[arg-type] # None is what it tests for

    sender._next_encoded_frame = next_encoded_frame  # type: ignore[method-assign, assignment]
    sender._send_keyframe = source.want_key  # type: ignore[method-assign]
    if listener is not None:
        _overhear(sender, listener)


def receive_into(receiver: RTCRtpReceiver, sink: PacketSink, allowed_bps: int = 0) -> None:
    """Give packets and sender reports to ``sink`` and nothing to the jitter buffer and the decoder.

    The sender of pictures is told that it may use ``allowed_bps``; it lowers its rate by itself upon loss.
    """
    setattr(receiver, _JITTER_BUFFER, _Tap(sink))
    if allowed_bps:
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


def _overhear(sender: RTCRtpSender, listener: SenderListener) -> None:
    handle: Callable[[Any], Awaitable[None]] = sender._handle_rtcp_packet
    send: Callable[[list[Any]], Awaitable[None]] = sender._send_rtcp

    async def handle_rtcp_packet(packet: Any) -> None:
        listener.heard(packet)
        await handle(packet)

    async def send_rtcp(packets: list[Any]) -> None:
        for packet in packets:
            listener.sending(packet)
        await send(packets)

    sender._handle_rtcp_packet = handle_rtcp_packet  # type: ignore[method-assign]
    sender._send_rtcp = send_rtcp  # type: ignore[method-assign]


def _data_received(self: aioice.ice.Connection, data: bytes, component: int) -> None:
    """Queue a datagram that is no STUN; an empty one would end the connection, too many the process."""
    if data and self._queue.qsize() < _MAX_WAITING:
        self._queue.put_nowait((data, component))


def _guarded(handle: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Return ``handle`` so that a broken packet of the peer is dropped, and does not end its connection."""
    if hasattr(handle, "__wrapped__"):
        return handle

    @functools.wraps(handle)
    async def handle_guarded(*args: Any, **kwargs: Any) -> None:
        with contextlib.suppress(*_PARSERS_RAISE):
            await handle(*args, **kwargs)

    return handle_guarded


def _stun_guarded(handle: Callable[..., None]) -> Callable[..., None]:
    """Return ``handle`` so that a broken datagram, which anybody can send, is dropped without a word."""
    if hasattr(handle, "__wrapped__"):
        return handle

    @functools.wraps(handle)
    def handle_guarded(*args: Any) -> None:
        with contextlib.suppress(*_PARSERS_RAISE):
            handle(*args)

    return handle_guarded


def _check() -> None:
    for owner, name, parameters in _SIGNATURES:
        function = getattr(owner, name, None)
        if function is None or tuple(inspect.signature(function).parameters) != parameters:
            raise _differs(f"{owner.__name__}.{name}{parameters}")
    for owner, name in _ATTRIBUTES:
        if name not in owner.__init__.__code__.co_names:
            raise _differs(f"{owner.__name__}.{name}")
    for kind in ("audio", "video"):
        if not isinstance(CODECS.get(kind), list):
            raise _differs("codecs.CODECS")


def _differs(what: str) -> UnsupportedError:
    return UnsupportedError(
        "aiortc {version} lacks {what}, which WebRTC here relies on; install aiortc {tested}",
        version=aiortc.__version__,
        what=what,
        tested=TESTED_WITH,
    )
