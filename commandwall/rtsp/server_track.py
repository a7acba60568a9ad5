"""What the server serves, and how it reaches one client: tracks and their outlets."""

from __future__ import annotations

import secrets
from typing import Protocol

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ, Clock
from commandwall.rtp.rtcp import (
    Goodbye,
    ReceiverReport,
    SenderReport,
    SourceDescription,
    build,
    utc_ns_to_ntp,
)
from commandwall.rtsp.sdp import RtpFormat
from commandwall.rtsp.server_frame import PacketFrame

REPORT_INTERVAL_S = 5.0
_CNAME = "commandwall"


class Track(Protocol):
    """One track at one path; implemented by the camera farm, and the share process."""

    @property
    def kind(self) -> str:
        """``video`` or ``audio``, as in the SDP."""

    @property
    def format(self) -> RtpFormat:
        """The payload type and its parameters, for the SDP."""

    def hold(self, sender: TrackSender) -> None:
        """Give no frames to ``sender``, which was set up or paused, and be there when it is to play."""

    def play(self, sender: TrackSender) -> None:
        """Begin to give frames to ``sender``, a key frame first; end it when no more will come, even now."""

    def stop(self, sender: TrackSender) -> None:
        """Forget ``sender``, and give it no more frames; it may be told more than once."""


class Catalogue(Protocol):
    """Knows what is served where."""

    async def open(self, path: str) -> tuple[Track, ...]:
        """Return the tracks at ``path`` (``/cam/0001/sub``), the pictures first; none if nothing is there.

        May wait until the tracks can be described. Raises CommandwallError where it cannot be
        served now; the client is answered 503.
        """


class Outlet(Protocol):
    """The way to one client: interleaved in the RTSP connection, or UDP."""

    def frame(self, frame: PacketFrame, sequence: int, timestamp: int, ssrc: int) -> None:
        """Send the packets of ``frame``."""

    def report(self, rtcp: bytes) -> None:
        """Send a compound RTCP packet."""

    def pending_bytes(self) -> int:
        """Return how much waits for the client to read it."""


class TrackSender:
    """Sends one track to one client; made by SETUP, fed by the track, in the server's loop.

    ``clock_hz`` is the track's RTP clock. Sequence number, timestamp and SSRC begin at random
    (RFC 3550 section 5.1). When more than ``limit_bytes`` wait for a slow client, frames are dropped
    up to the next key frame.
    """

    __slots__ = (
        "_clock",
        "_clock_hz",
        "_last_timestamp",
        "_last_utc_ns",
        "_limit_bytes",
        "_octets",
        "_offset",
        "_outlet",
        "_packets",
        "_report_due_s",
        "_sequence",
        "_wait_key",
        "blocked_since_s",
        "dropped_frames",
        "ended",
        "sent_frames",
        "ssrc",
    )  # fmt: skip

    def __init__(self, outlet: Outlet, limit_bytes: int, clock: Clock, clock_hz: int = RTP_CLOCK_HZ) -> None:
        self._outlet = outlet
        self._limit_bytes = limit_bytes
        self._clock = clock
        self._clock_hz = clock_hz
        self._sequence = secrets.randbits(16)
        self._offset = secrets.randbits(32)
        self._packets = self._octets = 0
        self._last_timestamp = self._last_utc_ns = 0
        self._report_due_s = 0.0
        self._wait_key = True
        self.ssrc = secrets.randbits(32)
        self.sent_frames = self.dropped_frames = 0
        self.blocked_since_s: float | None = None
        self.ended = False

    @property
    def next_sequence(self) -> int:
        """The sequence number of the packet that will be sent next."""
        return self._sequence

    def restart(self) -> None:
        """Wait for a key frame again, and report again with it: PLAY was called, or the source began anew."""
        self._wait_key = True
        self._report_due_s = 0.0

    def deliver(self, frame: PacketFrame, ticks: int, utc_ns: int) -> None:
        """Send ``frame``, whose media time is ``ticks`` and which was captured at ``utc_ns``."""
        if self._wait_key and not frame.key:
            self.dropped_frames += 1
            return
        if self._outlet.pending_bytes() > self._limit_bytes:
            self._wait_key = True
            self.dropped_frames += 1
            if self.blocked_since_s is None:
                self.blocked_since_s = self._clock()
            return
        self._wait_key = False
        self.blocked_since_s = None
        timestamp = (self._offset + ticks) & 0xFFFFFFFF
        self._last_timestamp, self._last_utc_ns = timestamp, utc_ns
        if not self._report_due_s:
            self.report(utc_ns)
        self._outlet.frame(frame, self._sequence, timestamp, self.ssrc)
        self._sequence = (self._sequence + frame.packets) & 0xFFFF
        self._packets += frame.packets
        self._octets += frame.octets
        self.sent_frames += 1

    def end(self) -> None:
        """Say goodbye (RFC 3550 section 6.6): the track gives no more; harmless when that was said."""
        if not self.ended:
            self.ended = True
            self._report_due_s = 0.0
            report = self._report(self._last_utc_ns) if self.sent_frames else build(ReceiverReport(self.ssrc))
            self._outlet.report(report + self._name() + build(Goodbye((self.ssrc,))))

    def report_if_due(self, utc_ns: int) -> None:
        """Send a sender report when the last is ``REPORT_INTERVAL_S`` old and frames flow."""
        if self._report_due_s and self._clock() >= self._report_due_s:
            self.report(utc_ns)

    def report(self, utc_ns: int) -> None:
        """Send a sender report (RFC 3550 section 6.4.1): what the media clock shows at ``utc_ns``."""
        self._report_due_s = self._clock() + REPORT_INTERVAL_S
        self._outlet.report(self._report(utc_ns) + self._name())

    def _report(self, utc_ns: int) -> bytes:
        since = (utc_ns - self._last_utc_ns) * self._clock_hz // NS_PER_S
        timestamp = (self._last_timestamp + since) & 0xFFFFFFFF
        packets, octets = self._packets & 0xFFFFFFFF, self._octets & 0xFFFFFFFF
        return build(SenderReport(self.ssrc, utc_ns_to_ntp(utc_ns), timestamp, packets, octets))

    def _name(self) -> bytes:
        return build(SourceDescription(((self.ssrc, _CNAME),)))
