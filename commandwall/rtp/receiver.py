"""One received RTP source of pictures: packets in, access units out, losses known (RFC 3550)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from commandwall.base.clock import monotonic_ns
from commandwall.base.errors import CommandwallError, ProtocolError, UnsupportedError
from commandwall.model.access_unit import AccessUnit
from commandwall.rtp.codec import CodecParameters, PayloadFormat
from commandwall.rtp.packet import FIXED_HEADER, HEADER_BYTES, PLAIN, payload_bounds
from commandwall.rtp.quirks import Quirk
from commandwall.rtp.sequence import STALE
from commandwall.rtp.source import RtpSource

OnAccessUnit = Callable[[AccessUnit], None]

NOTHING = -1
"""A payload type that no packet has: nothing more is taken."""

_parse_fixed = FIXED_HEADER.unpack_from


@dataclass(frozen=True, slots=True)
class ReceiverStats:
    """Counters since the session began; ``bytes`` are those of RTP packets with their headers.

    ``damaged`` counts access units flagged so after the first key frame: before it nothing is lost,
    only not there yet.
    """

    packets: int
    bytes: int
    lost: int
    late: int
    malformed: int
    restarts: int
    access_units: int
    damaged: int


class RtpReceiver(RtpSource):
    """Takes the packets of one track in their order and calls ``on_access_unit``.

    ``on_end`` is told why nothing more is to be expected: ConnectionLostError when the camera said
    goodbye, UnsupportedError when it sends pictures that are not taken.

    An access unit ends with the marker bit, or where the timestamp changes. Where more of a picture
    comes after its marker bit (cameras that set it on every slice), marker bits end nothing any more.
    Everything until the first intact key frame, and from a loss until the next one, is flagged damaged,
    and the latter as a loss.
    """

    __slots__ = (
        "_access_units",
        "_begun",
        "_broken",
        "_bytes",
        "_continued",
        "_damaged",
        "_damaged_units",
        "_ended",
        "_format",
        "_loss",
        "_markers_end",
        "_on_access_unit",
        "_payload_type",
        "_pts_90k",
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
        super().__init__(clock_hz, on_end)
        self._format = payload
        self._payload_type = payload_type
        self._on_access_unit = on_access_unit
        self._timestamp = -1
        self._pts_90k = 0
        self._broken = False
        self._damaged = True
        self._loss = False
        self._markers_end = True
        self._ended = self._continued = False
        self._bytes = 0
        self._begun = False
        self._access_units = self._damaged_units = 0

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
        follows = sequence == order.due
        if follows:
            order.due = sequence + 1 & 0xFFFF
            order.received += 1
        elif missing := order.accept(sequence):
            if missing == STALE:
                return
            self._format.lose()
            self._broken = self._damaged = self._loss = True
        if self._ended or timestamp != self._timestamp:
            begins = follows and timestamp != self._timestamp
            self._begin_unit(timestamp, begins or self._format.begins(data, payload, end), gap=missing != 0)
        try:
            self._format.push(data, payload, end)
        except (ProtocolError, UnsupportedError) as error:
            self._refuse(error)
        if second >= 0x80 and self._markers_end and self._format.pending:
            self._emit()
            self._ended = True

    def _refuse(self, error: ProtocolError | UnsupportedError) -> None:
        """Go on without a payload that breaks the format; take nothing more of what is not decoded."""
        self._malformed += 1
        self._broken = True
        if isinstance(error, UnsupportedError):
            self._payload_type = NOTHING
            self._on_end(error)

    def _begin_unit(self, timestamp: int, begins: bool, *, gap: bool) -> None:
        """End the access unit before, if no marker bit did, and go on with that of ``timestamp``.

        ``begins``: whether the packet is the first of a picture; ``gap``: whether any before it is missing.
        """
        self._ended = False
        if timestamp == self._timestamp:
            self._continued = not (gap or begins)
            return
        if self._format.pending:
            if self._markers_end and not (gap or self._broken):
                self._format.quirks.add(Quirk.NO_MARKERS)
            self._emit()
        elif self._broken:
            self._damaged = True
        self._continued = False
        self._timestamp = timestamp
        self._pts_90k = self._timeline.advance(timestamp)
        # after a gap the new access unit is whole only if this is its first packet
        self._broken = not begins

    def _emit(self) -> None:
        self._broken |= self._format.unsure
        data, key = self._format.take()
        if self._continued:  # What came before the marker went out as if it were the whole.
            self._markers_end = self._continued = False
            self._broken = True
            self._format.quirks.add(Quirk.EXTRA_MARKERS)
        if self._broken:
            self._broken = False
            self._damaged = True
        elif key:
            self._damaged = self._loss = False
        self._begun |= key
        self._access_units += 1
        self._damaged_units += self._damaged and self._begun
        now_ns, utc_ns = monotonic_ns(), self._timeline.utc_ns()
        self._on_access_unit(
            AccessUnit(data, self._pts_90k, key, self._damaged, now_ns, utc_ns, loss=self._loss)
        )

    def _change_source(self, ssrc: int) -> None:
        """Go on with another SSRC: the camera restarted its encoder, or this is the first packet."""
        if self._ssrc >= 0:
            self._format.lose()
            self._broken = self._damaged = True
            self._restart()
        self._ssrc = ssrc

    @property
    def parameters(self) -> CodecParameters:
        """What is known of the codec now; size and profile come with the first parameter sets."""
        return self._format.parameters

    @property
    def quirks(self) -> frozenset[Quirk]:
        """What was borne so far."""
        return frozenset(self._format.quirks)

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
            damaged=self._damaged_units,
        )
