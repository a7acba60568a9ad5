"""What is used of aiortc's private side: senders that don't encode, receivers that don't decode.

A dozen participants in one process must cost little: frames that were encoded once are given to
aiortc's senders, and packets are taken from its receivers before its jitter buffer and decoder.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import aioice.ice
from aiortc import MediaStreamTrack, RTCRtpReceiver, RTCRtpSender
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtpsender import RTCEncodedFrame
from aiortc.rtp import RtpPacket

from simulators.conference.network import Line, LineReceiver, sending_through
from simulators.conference.sources import Outgoing

_TELL_EVERY_MS = 1000


class Source(Protocol):
    """Who has ready frames for a sender."""

    async def next_frame(self) -> Outgoing:
        """Return the next frame when it is due."""

    def want_key(self) -> None:
        """Take note that the other end asks for a key frame (PLI)."""


class IdleTrack(MediaStreamTrack):
    """A track that stands in an offer; nobody reads it."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    async def recv(self) -> Any:
        """Never return: frames come from a :class:`Source`."""
        await asyncio.get_running_loop().create_future()


def on_loopback() -> None:
    """Let connections of this process use the loopback only, which aioice leaves out otherwise."""
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"] if use_ipv4 else []


def send_from(sender: RTCRtpSender, source: Source) -> None:
    """Send what ``source`` has instead of encoding a track."""

    async def next_encoded_frame(_: RTCRtpCodecParameters) -> RTCEncodedFrame:
        payloads, timestamp, level_dbov = await source.next_frame()
        return RTCEncodedFrame(payloads, timestamp, level_dbov)  # type: ignore[arg-type] # None is tested for

    sender._next_encoded_frame = next_encoded_frame  # type: ignore[method-assign, assignment]
    sender._send_keyframe = source.want_key  # type: ignore[method-assign]


def receive_into(receiver: RTCRtpReceiver, take: Callable[[RtpPacket], None], allowed_bps: int) -> None:
    """Give packets, after retransmission, to ``take``; tell their sender that it may use ``allowed_bps``."""
    receiver._RTCRtpReceiver__jitter_buffer = _Tap(take)  # type: ignore[attr-defined]
    if receiver._RTCRtpReceiver__remote_bitrate_estimator is not None:  # type: ignore[attr-defined]
        receiver._RTCRtpReceiver__remote_bitrate_estimator = _Allowance(allowed_bps)  # type: ignore[attr-defined]


async def ask_key(receiver: RTCRtpReceiver, ssrc: int) -> None:
    """Ask the sender of ``ssrc`` for a key frame (PLI)."""
    await receiver._send_rtcp_pli(ssrc)


def lay(up: Line, down: Line, end: RTCRtpSender | RTCRtpReceiver) -> LineReceiver:
    """Lay ``up`` and ``down`` between an end and the network, before it connects.

    Return what reads from there, to be closed after the connection.
    """
    ice = end.transport.transport
    ice._send = sending_through(up, ice._send)  # type: ignore[assignment] # a parameter's name
    receiver = LineReceiver(down, ice._recv)
    ice._recv = receiver.receive
    return receiver


class _Tap:
    """Stands in a receiver's place of the jitter buffer."""

    def __init__(self, take: Callable[[RtpPacket], None]) -> None:
        self._take = take

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        """Pass ``packet`` on; it needs neither a PLI by aiortc nor a decoder."""
        self._take(packet)
        return False, None


class _Allowance:
    """Stands in a receiver's place of the estimator: tells a bit rate of its own once a second (REMB)."""

    def __init__(self, allowed_bps: int) -> None:
        self._allowed_bps = allowed_bps
        self._told_ms = -_TELL_EVERY_MS

    def add(
        self, arrival_time_ms: int, abs_send_time: int, payload_size: int, ssrc: int
    ) -> tuple[int, list[int]] | None:
        """Return what the sender is to be told, if it is time."""
        if arrival_time_ms - self._told_ms < _TELL_EVERY_MS:
            return None
        self._told_ms = arrival_time_ms
        return self._allowed_bps, [ssrc]
