from __future__ import annotations

from commandwall.rtp.rtcp import Goodbye, SenderReport, build, parse_compound
from simulators.faults.packet import report_timestamp, report_utc_ns
from simulators.faults.timing import (
    Bursts,
    Delay,
    Drift,
    Farewell,
    FrozenClock,
    Jump,
    NoReports,
    SourceChange,
    Stall,
    TimeOfDay,
    WrapSoon,
)
from tests.unit.simulators.faults.line import FRAME_90K, SSRC, attached, frame, frames

REPORT = build(SenderReport(SSRC, 1 << 40, 5 * FRAME_90K, 0, 0))


def test_a_jump_begins_when_it_is_due_and_is_in_reports() -> None:
    fault, line = attached(Jump(-1.0, after_s=4))
    assert fault.send(frame(5)) == frame(5)
    line.playing_s = 4
    assert fault.send(frame(5))[0].timestamp == (5 * FRAME_90K - 90000) % 2**32
    assert report_timestamp(fault.report(REPORT)) == (5 * FRAME_90K - 90000) % 2**32


def test_the_clock_wraps_soon() -> None:
    fault, _ = attached(WrapSoon(0.1))
    shown = [fault.send(frame(number))[0].timestamp for number in range(5, 8)]
    assert shown == [2**32 - 9000, 0, 9000]


def test_a_frozen_clock_shows_one_time() -> None:
    fault, _ = attached(FrozenClock())
    assert {packet.timestamp for packet in fault.send(frames(5))} == {0}


def test_a_drifting_clock_gains() -> None:
    fault, _ = attached(Drift(1.5))
    shown = [fault.send(frame(number))[0].timestamp for number in (1, 2, 3)]
    assert [after - shown[0] for after in shown] == [0, 13500, 27000]


def test_a_source_begins_anew_with_its_reports() -> None:
    fault, line = attached(SourceChange(every_s=4))
    assert fault.send(frame(1))[0].ssrc == SSRC
    line.playing_s = 4
    (packet, *_), report = fault.send(frame(2)), parse_compound(fault.report(REPORT))[0]
    assert packet.ssrc == SSRC + 1
    assert packet.timestamp != 2 * FRAME_90K
    assert isinstance(report, SenderReport)
    assert report.ssrc == SSRC + 1


def test_a_wrong_time_of_day_is_in_reports_only() -> None:
    fault, line = attached(TimeOfDay(by_s=-3600, ratio=1.5))
    line.playing_s = 10
    wrong = fault.report(REPORT)
    assert round((report_utc_ns(wrong) - report_utc_ns(REPORT)) / 1e9, 6) == -3595
    assert report_timestamp(wrong) == report_timestamp(REPORT)
    assert fault.send(frame(3)) == frame(3)


def test_reports_are_left_out_while_that_is_due() -> None:
    fault, line = attached(NoReports(for_s=5))
    assert fault.report(REPORT) is None
    line.playing_s = 5
    assert fault.report(REPORT) == REPORT


def test_delayed_packets_come_later_in_their_order_and_all_at_once_at_its_end() -> None:
    fault, line = attached(Delay(0.25, for_s=3))
    got = []
    for number in range(5):
        line.playing_s = number / 8
        got.append(fault.carry(frame(number)))
    assert got == [[], [], frame(0), frame(1), frame(2)]
    line.playing_s = 3
    assert fault.carry(frame(9)) == frame(3) + frame(4) + frame(9)


def test_a_burst_brings_everything_that_was_held_in_order() -> None:
    fault, line = attached(Bursts(1.0))
    first = fault.send(frame(0))
    out = []
    for number in range(1, 5):
        line.playing_s = number * 0.3
        out.append(fault.send(frame(number)))
    assert first == frame(0)
    assert out[:3] == [[], [], []]
    assert out[3] == [packet for number in range(1, 5) for packet in frame(number)]


def test_a_stall_has_a_beginning_and_an_end() -> None:
    fault, line = attached(Stall(after_s=2, for_s=3))
    passed = []
    for line.playing_s in (1.9, 2.0, 4.9, 5.0):
        passed.append((bool(fault.send(frame(1))), fault.report(REPORT) is not None))
    assert passed == [(True, True), (False, False), (False, False), (True, True)]


def test_bye_is_said_once_and_then_nothing() -> None:
    fault, line = attached(Farewell())
    assert fault.report(REPORT) == REPORT
    line.playing_s = 2
    assert fault.send(frame(1)) == frame(1)
    said = fault.report(REPORT)
    assert said is not None
    assert parse_compound(said)[-1] == Goodbye((SSRC,))
    assert fault.send(frame(2)) == []
    assert fault.report(REPORT) is None
