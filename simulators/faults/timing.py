"""Faults in time: clocks that jump, wrap, freeze, drift or tell a wrong time, delay, bursts and silence."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ
from commandwall.rtp.rtcp import Goodbye, build
from simulators.faults.fault import Fault
from simulators.faults.packet import Packet, changed_report, report_timestamp, report_utc_ns

_WRAP = 1 << 32


@dataclass
class MediaClock(Fault):
    """The base of faults of the media clock: it goes wrong in pictures and sender reports alike."""

    def shown(self, timestamp: int) -> int:
        """Return what the clock shows where it should show ``timestamp``; may be beyond 32 bits."""
        raise NotImplementedError

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Stamp packets with the wrong time."""
        if self.due:
            for packet in packets:
                packet.timestamp = self.shown(packet.timestamp) % _WRAP
        return packets

    def report(self, rtcp: bytes) -> bytes:
        """Report the wrong time."""
        return changed_report(rtcp, timestamp=self.shown(report_timestamp(rtcp))) if self.due else rtcp


@dataclass
class Jump(MediaClock):
    """The clock is set by ``by_s`` seconds, which may be negative."""

    kind = "clock_jump"
    by_s: float

    def shown(self, timestamp: int) -> int:
        """Return the time after the jump."""
        return timestamp + round(self.by_s * RTP_CLOCK_HZ)


@dataclass
class WrapSoon(MediaClock):
    """The clock reaches the end of its 32 bits ``in_s`` seconds after the first picture."""

    kind = "clock_wrap"
    in_s: float = 4.0

    def __post_init__(self) -> None:
        self._offset = -1

    def shown(self, timestamp: int) -> int:
        """Return the time; the first one decides how far the clock is ahead."""
        if self._offset < 0:
            self._offset = (_WRAP - round(self.in_s * RTP_CLOCK_HZ) - timestamp) % _WRAP
        return timestamp + self._offset


@dataclass
class FrozenClock(MediaClock):
    """The clock stands still: all pictures have one timestamp."""

    kind = "clock_frozen"

    def __post_init__(self) -> None:
        self._at = -1

    def shown(self, timestamp: int) -> int:
        """Return the time at which it stopped."""
        if self._at < 0:
            self._at = timestamp
        return self._at


@dataclass
class Drift(MediaClock):
    """The clock runs ``ratio`` times as fast as it should."""

    kind = "clock_drift"
    ratio: float = 1.02

    def __post_init__(self) -> None:
        self._from = -1

    def shown(self, timestamp: int) -> int:
        """Return the time of the wrong clock."""
        if self._from < 0:
            self._from = timestamp
        return self._from + round((timestamp - self._from) % _WRAP * self.ratio)


@dataclass
class SourceChange(MediaClock):
    """The encoder begins anew every ``every_s`` seconds: another SSRC, another clock."""

    kind = "source_change"
    every_s: float = 4.0

    @property
    def _generation(self) -> int:
        return int(self.line.playing_s / self.every_s)

    def shown(self, timestamp: int) -> int:
        """Return the time of this generation's clock."""
        return timestamp + self._generation * 0x1357_9BDF

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Stamp packets with this generation's source."""
        for packet in packets:
            packet.ssrc = (packet.ssrc + self._generation) % _WRAP
        return super().send(packets)

    def report(self, rtcp: bytes) -> bytes:
        """Report of this generation's source."""
        ssrc = int.from_bytes(rtcp[4:8], "big") + self._generation
        return changed_report(super().report(rtcp), ssrc=ssrc)


@dataclass
class TimeOfDay(Fault):
    """The time of day in sender reports is ``by_s`` seconds off, and runs ``ratio`` times too fast."""

    kind = "time_of_day"
    by_s: float = 0.0
    ratio: float = 1.0

    def report(self, rtcp: bytes) -> bytes:
        """Report the wrong time of day; the media clock is right."""
        if not self.due:
            return rtcp
        off_s = self.by_s + (self.ratio - 1) * (self.line.playing_s - self.after_s)
        return changed_report(rtcp, utc_ns=report_utc_ns(rtcp) + round(off_s * NS_PER_S))


@dataclass
class NoReports(Fault):
    """Sends no sender reports: nobody knows what time of day it has."""

    kind = "no_reports"

    def report(self, rtcp: bytes) -> bytes | None:
        """Report nothing."""
        return None if self.due else rtcp


@dataclass
class Delay(Fault):
    """Everything comes ``by_s`` seconds later, as over a slow link: with the first packet sent after that."""

    kind = "delay"
    by_s: float

    def __post_init__(self) -> None:
        self._held: deque[tuple[float, Packet]] = deque()

    def carry(self, packets: list[Packet]) -> list[Packet]:
        """Hold packets, and deliver those whose time has come."""
        now_s = self.line.playing_s
        self._held.extend((now_s + self.by_s, packet) for packet in packets)
        out = []
        while self._held and (self._held[0][0] <= now_s or not self.due):
            out.append(self._held.popleft()[1])
        return out


@dataclass
class Bursts(Fault):
    """Sends nothing for ``every_s`` seconds, then all of it at once."""

    kind = "bursts"
    every_s: float = 1.5

    def __post_init__(self) -> None:
        self._held: list[Packet] = []
        self._until_s = 0.0

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Hold packets until the burst is due."""
        self._held += packets
        if self.line.playing_s < self._until_s:
            return []
        self._until_s = self.line.playing_s + self.every_s
        out, self._held = self._held, []
        return out


@dataclass
class Stall(Fault):
    """Sends nothing more, and keeps the connection."""

    kind = "stall"

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Send nothing."""
        return [] if self.due else packets

    def report(self, rtcp: bytes) -> bytes | None:
        """Report nothing."""
        return None if self.due else rtcp


@dataclass
class Farewell(Fault):
    """Says BYE with the next sender report, then sends nothing more, and keeps the connection."""

    kind = "bye"

    def __post_init__(self) -> None:
        self._said = False

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Send nothing after BYE."""
        return [] if self._said else packets

    def report(self, rtcp: bytes) -> bytes | None:
        """Say BYE, once."""
        if self._said or not self.due or not self.line.playing_s:
            return None if self._said else rtcp
        self._said = True
        return rtcp + build(Goodbye((int.from_bytes(rtcp[4:8], "big"),)))


KINDS: tuple[type[Fault], ...] = (
    Jump, WrapSoon, FrozenClock, Drift, SourceChange, TimeOfDay, NoReports, Delay, Bursts, Stall, Farewell,
)  # fmt: skip
