from __future__ import annotations

from commandwall.base.clock import NS_PER_S
from commandwall.rtp.rtcp import (
    Goodbye,
    ReceiverReport,
    SenderReport,
    SourceDescription,
    ntp_to_utc_ns,
    parse_compound,
)
from commandwall.rtsp.server_frame import PacketFrame
from commandwall.rtsp.server_track import REPORT_INTERVAL_S, TrackSender

KEY = PacketFrame([b"key", b"more"], 96, key=True)
DELTA = PacketFrame([b"delta"], 96, key=False)
UTC_NS = 1_795_232_345 * NS_PER_S


class Outlet:
    """Notes what a sender sends; ``waiting`` is what a slow client has not read."""

    def __init__(self) -> None:
        self.frames: list[tuple[PacketFrame, int, int]] = []
        self.reports: list[bytes] = []
        self.waiting = 0

    def frame(self, frame: PacketFrame, sequence: int, timestamp: int, ssrc: int) -> None:
        self.frames.append((frame, sequence, timestamp))

    def report(self, rtcp: bytes) -> None:
        self.reports.append(rtcp)

    def pending_bytes(self) -> int:
        return self.waiting


class Clock:
    """Seconds that are set by hand."""

    now_s = 1.0

    def __call__(self) -> float:
        return self.now_s


def test_begins_with_a_key_frame_and_numbers_on() -> None:
    outlet = Outlet()
    sender = TrackSender(outlet, 100, Clock())
    first = sender.next_sequence
    for time_90k, frame in enumerate((DELTA, KEY, DELTA)):
        sender.deliver(frame, time_90k * 6000, UTC_NS)
    assert [frame for frame, _, _ in outlet.frames] == [KEY, DELTA]
    assert [sequence for _, sequence, _ in outlet.frames] == [first, (first + 2) & 0xFFFF]
    assert (outlet.frames[1][2] - outlet.frames[0][2]) & 0xFFFFFFFF == 6000
    assert (sender.sent_frames, sender.dropped_frames) == (2, 1)


def test_the_clock_is_that_of_the_track() -> None:
    outlet, clock = Outlet(), Clock()
    sender = TrackSender(outlet, 100, clock, 8000)
    sender.deliver(KEY, 160, UTC_NS)
    clock.now_s += REPORT_INTERVAL_S
    sender.report_if_due(UTC_NS + NS_PER_S)
    first, second = (parse_compound(report)[0] for report in outlet.reports)
    assert isinstance(first, SenderReport)
    assert isinstance(second, SenderReport)
    assert (second.rtp_timestamp - first.rtp_timestamp) & 0xFFFFFFFF == 8000


def test_a_slow_client_skips_to_the_next_key_frame() -> None:
    outlet, clock = Outlet(), Clock()
    sender = TrackSender(outlet, 100, clock)
    sender.deliver(KEY, 0, UTC_NS)
    outlet.waiting = 101
    sender.deliver(DELTA, 1, UTC_NS)
    assert sender.blocked_since_s == clock.now_s
    outlet.waiting = 0
    sender.deliver(DELTA, 2, UTC_NS)
    sender.deliver(KEY, 3, UTC_NS)
    assert [frame for frame, _, _ in outlet.frames] == [KEY, KEY]
    assert sender.dropped_frames == 2
    assert sender.blocked_since_s is None


def test_the_first_report_comes_with_the_first_frame_and_tells_its_time() -> None:
    outlet = Outlet()
    sender = TrackSender(outlet, 100, Clock())
    sender.deliver(KEY, 0, UTC_NS)
    report, names = parse_compound(outlet.reports[0])
    assert isinstance(report, SenderReport)
    assert isinstance(names, SourceDescription)
    assert report.rtp_timestamp == outlet.frames[0][2]
    assert abs(ntp_to_utc_ns(report.ntp) - UTC_NS) < 1000
    assert report.ssrc == sender.ssrc == names.names[0][0]


def test_later_reports_come_in_time_and_count() -> None:
    outlet, clock = Outlet(), Clock()
    sender = TrackSender(outlet, 100, clock)
    sender.report_if_due(UTC_NS)
    assert outlet.reports == []
    sender.deliver(KEY, 0, UTC_NS)
    sender.report_if_due(UTC_NS)
    assert len(outlet.reports) == 1
    clock.now_s += REPORT_INTERVAL_S
    sender.report_if_due(UTC_NS + 2 * NS_PER_S)
    report = parse_compound(outlet.reports[1])[0]
    assert isinstance(report, SenderReport)
    assert (report.packets, report.octets) == (2, 7)
    assert (report.rtp_timestamp - outlet.frames[0][2]) & 0xFFFFFFFF == 180_000


def test_play_again_waits_for_a_key_frame_again() -> None:
    outlet = Outlet()
    sender = TrackSender(outlet, 100, Clock())
    sender.deliver(KEY, 0, UTC_NS)
    sender.restart()
    sender.deliver(DELTA, 1, UTC_NS)
    sender.deliver(KEY, 2, UTC_NS)
    assert [frame for frame, _, _ in outlet.frames] == [KEY, KEY]
    assert len(outlet.reports) == 2


def test_goodbye_is_said_once_and_ends_the_reports() -> None:
    outlet, clock = Outlet(), Clock()
    sender = TrackSender(outlet, 100, clock)
    sender.deliver(KEY, 0, UTC_NS)
    sender.end()
    sender.end()
    clock.now_s += REPORT_INTERVAL_S
    sender.report_if_due(UTC_NS)
    assert sender.ended and len(outlet.reports) == 2
    report, _, goodbye = parse_compound(outlet.reports[1])
    assert isinstance(report, SenderReport) and report.rtp_timestamp == outlet.frames[0][2]
    assert goodbye == Goodbye((sender.ssrc,))


def test_who_was_sent_nothing_is_told_goodbye_too() -> None:
    outlet = Outlet()
    sender = TrackSender(outlet, 100, Clock())
    sender.end()
    report, _, goodbye = parse_compound(outlet.reports[0])
    assert (report, goodbye) == (ReceiverReport(sender.ssrc), Goodbye((sender.ssrc,)))
