"""One received RTP source: packets in, access units out, losses known (RFC 3550)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from commandwall.base.clock import monotonic_ns
from commandwall.base.errors import CommandwallError, ConnectionLostError, ProtocolError, UnsupportedError
from commandwall.model.access_unit import AccessUnit
from commandwall.rtp.codec import PayloadFormat
from commandwall.rtp.packet import FIXED_HEADER, HEADER_BYTES, PLAIN, payload_bounds
from commandwall.rtp.rtcp import Goodbye, ReportBlock, SenderReport, ntp_to_utc_ns, parse_compound
from commandwall.rtp.sequence import STALE, SequenceTracker
from commandwall.rtp.timeline import Timeline

OnAccessUnit = Callable[[AccessUnit], None]

NOTHING = -1
"""A payload type that no packet has: nothing more is taken."""

_parse_fixed = FIXED_HEADER.unpack_from


@dataclass(frozen=True, slots=True)
class ReceiverStats:
    """Counters since the session began; ``bytes`` are those of RTP packets with their headers.

    ``damaged`` counts access units flagged so after the first key frame: before it nothing is lost,
    only not there yet.
    ``last_arrival_ns`` is monotonic, 0 before the first access unit.
    """

    packets: int
    bytes: int
    lost: int
    late: int
    malformed: int
    restarts: int
    access_units: int
    key_frames: int
    damaged: int
    last_arrival_ns: int


class RtpReceiver:
    """Takes the packets of one track in their order and calls ``on_access_unit``.

    ``on_end`` is told why nothing more is to be expected: ConnectionLostError when the camera said
    goodbye, UnsupportedError when it sends pictures that are not taken.

    An access unit ends with the marker bit, or where the timestamp changes. Everything until the
    first intact key frame, and from a loss until the next one, is flagged damaged. Belongs to the
    event loop's thread; nothing blocks, and nothing is raised for what the peer sends.
    """

    __slots__ = (
        "_access_units",
        "_broken",
        "_bytes",
        "_damaged",
        "_damaged_units",
        "_format",
        "_key_frames",
        "_last_arrival_ns",
        "_malformed",
        "_on_access_unit",
        "_on_end",
        "_order",
        "_payload_type",
        "_pts_90k",
        "_report",
        "_ssrc",
        "_timeline",
        "_timestamp",
    )

    def __init__(
        self,
        payload: PayloadFormat,
        payload_type: int,
        clock_hz: int,
        on_access_unit: OnAccessUnit,
        on_end: Callable[[CommandwallError], None],
    ) -> None:
        self._format = payload
        self._payload_type = payload_type
        self._on_access_unit = on_access_unit
        self._on_end = on_end
        self._order = SequenceTracker()
        self._timeline = Timeline(clock_hz)
        self._ssrc = -1
        self._timestamp = -1
        self._pts_90k = 0
        self._broken = False
        self._damaged = True
        self._report: tuple[int, int] | None = None
        self._bytes = self._malformed = 0
        self._access_units = self._key_frames = self._damaged_units = self._last_arrival_ns = 0

    def on_rtp(self, data: bytes, start: int, end: int) -> None:
        """Take the packet ``data[start:end]``; packets of other payload types are passed over."""
        if end - start < HEADER_BYTES:
            self._malformed += 1
            return
        first, second, sequence, timestamp, ssrc = _parse_fixed(data, start)
        self._bytes += end - start
        payload = start + HEADER_BYTES
        if first != PLAIN:
            try:
                payload, end = payload_bounds(data, start, end)
            except ProtocolError:
                self._malformed += 1
                return
        if second & 0x7F != self._payload_type:
            return
        if ssrc != self._ssrc:
            self._change_source(ssrc)
        order = self._order
        missing = 0
        if sequence == order.due:
            order.due = sequence + 1 & 0xFFFF
            order.received += 1
        elif missing := order.accept(sequence):
            if missing == STALE:
                return
            self._format.lose()
            self._broken = self._damaged = True
        if timestamp != self._timestamp:
            self._begin_unit(timestamp)
            # after a gap the new access unit is whole only if this is its first packet
            self._broken = missing != 0 and not self._format.begins(data, payload, end)
        try:
            self._format.push(data, payload, end)
        except (ProtocolError, UnsupportedError) as error:
            self._refuse(error)
        if second >= 0x80 and self._format.pending:
            self._emit()

    def _refuse(self, error: ProtocolError | UnsupportedError) -> None:
        """Go on without a payload that breaks the format; take nothing more of what is not decoded."""
        self._malformed += 1
        self._broken = True
        if isinstance(error, UnsupportedError):
            self._payload_type = NOTHING
            self._on_end(error)

    def _begin_unit(self, timestamp: int) -> None:
        """End the access unit before, if no marker bit did, and go on with that of ``timestamp``."""
        if self._format.pending:
            self._emit()
        elif self._broken:
            self._damaged = True
        self._timestamp = timestamp
        self._pts_90k = self._timeline.advance(timestamp)

    def _emit(self) -> None:
        data, key = self._format.take()
        if self._broken:
            self._broken = False
            self._damaged = True
        elif key:
            self._damaged = False
        now_ns = monotonic_ns()
        self._last_arrival_ns = now_ns
        self._access_units += 1
        self._key_frames += key
        self._damaged_units += self._damaged and self._key_frames > 0
        self._on_access_unit(
            AccessUnit(data, self._pts_90k, key, self._damaged, now_ns, self._timeline.utc_ns())
        )

    def _change_source(self, ssrc: int) -> None:
        """Go on with another SSRC: the camera restarted its encoder, or this is the first packet."""
        if self._ssrc >= 0:
            self._format.lose()
            self._broken = self._damaged = True
            self._order.restart()
            self._timeline.restart()
            self._report = None
        self._ssrc = ssrc

    def on_rtcp(self, data: bytes, start: int, end: int) -> None:
        """Take the compound RTCP packet ``data[start:end]``: sender reports set the clock."""
        try:
            packets = parse_compound(data[start:end])
        except ProtocolError:
            self._malformed += 1
            return
        for packet in packets:
            if isinstance(packet, SenderReport) and self._ssrc in (-1, packet.ssrc):
                self._report = packet.ntp >> 16 & 0xFFFFFFFF, monotonic_ns()
                if packet.ntp >> 32:
                    self._timeline.report(packet.rtp_timestamp, ntp_to_utc_ns(packet.ntp))
            elif isinstance(packet, Goodbye) and (self._ssrc in packet.ssrcs or not packet.ssrcs):
                self._on_end(ConnectionLostError("the camera ended the stream (RTCP BYE)"))

    def report_block(self) -> ReportBlock | None:
        """Return what a receiver report says of this source, ``None`` before its first packet.

        Jitter is not measured and told as 0.
        """
        if self._ssrc < 0:
            return None
        order = self._order
        middle, at_ns = self._report or (0, 0)
        delay = (monotonic_ns() - at_ns) * 65536 // 10**9 if at_ns else 0
        return ReportBlock(
            self._ssrc, order.fraction_lost(), order.lost, order.highest(), 0, middle, min(delay, 0xFFFFFFFF)
        )

    def sender_clock(self) -> tuple[int, int] | None:
        """Return what the newest sender report says of the current source: (time in 90 kHz, UTC in ns).

        ``None`` before the first one, and after the timestamps jumped.
        """
        return self._timeline.reported()

    @property
    def stats(self) -> ReceiverStats:
        """The counters as they are now."""
        order = self._order
        return ReceiverStats(
            packets=order.received,
            bytes=self._bytes,
            lost=order.lost,
            late=order.late,
            malformed=self._malformed,
            restarts=order.restarts,
            access_units=self._access_units,
            key_frames=self._key_frames,
            damaged=self._damaged_units,
            last_arrival_ns=self._last_arrival_ns,
        )
