from __future__ import annotations

import pytest
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_PLI,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    pack_remb_fci,
)

from commandwall.rtc.hooks import OutgoingFrame
from commandwall.rtc.receiver_reports import ReceiverReports

NTP = 0x1234_5678_9ABC_DEF0
MIDDLE = 0x5678_9ABC


class Bench:
    def __init__(self) -> None:
        self.now_ns = 0
        self.reports = ReceiverReports(1, 48_000, lambda: self.now_ns)

    def block(self, *, ssrc: int = 1, lsr: int = MIDDLE) -> RtcpRrPacket:
        info = RtcpReceiverInfo(
            ssrc=ssrc,
            fraction_lost=64,
            packets_lost=9,
            highest_sequence=9,
            jitter=480,
            lsr=lsr,
            dlsr=65536 // 2,
        )
        return RtcpRrPacket(ssrc=2, reports=[info])


def test_a_report_tells_losses_jitter_and_the_round_trip() -> None:
    bench = Bench()
    bench.reports.sending(RtcpSrPacket(1, RtcpSenderInfo(NTP, 0, 0, 0)))
    bench.now_ns = 530_000_000
    bench.reports.heard(bench.block())
    assert bench.reports.loss_ratio == 0.25
    assert bench.reports.jitter_s == pytest.approx(0.01)
    assert bench.reports.rtt_s == pytest.approx(0.03)


def test_the_time_that_is_told_is_that_of_the_arrival() -> None:
    bench = Bench()
    bench.now_ns = 7_000_000_000
    told = []
    for arrival_ns in (0, 6_750_000_000, 8_000_000_000):
        bench.reports.begins(OutgoingFrame([b""], 0, arrival_ns))
        report = RtcpSrPacket(1, RtcpSenderInfo(NTP, 0, 0, 0))
        bench.reports.sending(report)
        told.append(NTP - report.sender_info.ntp_timestamp)
    assert told == [0, 1 << 30, -1 << 32]


def test_what_is_of_another_sender_or_report_tells_no_round_trip() -> None:
    bench = Bench()
    bench.reports.sending(RtcpSrPacket(1, RtcpSenderInfo(NTP, 0, 0, 0)))
    bench.reports.heard(bench.block(ssrc=3))
    assert bench.reports.loss_ratio is None
    for lsr in (0, 7):
        bench.reports.heard(bench.block(lsr=lsr))
    assert bench.reports.rtt_s is None


def test_what_a_line_takes_is_told_by_remb() -> None:
    reports = Bench().reports
    reports.heard(RtcpPsfbPacket(RTCP_PSFB_APP, 2, 0, pack_remb_fci(300_000, [1])))
    for other in (b"", b"REMB", b"OTHR" + bytes(8)):
        reports.heard(RtcpPsfbPacket(RTCP_PSFB_APP, 2, 0, other))
    reports.heard(RtcpPsfbPacket(RTCP_PSFB_PLI, 2, 0, b""))
    assert reports.allowed_bps == pytest.approx(300_000, rel=0.01)
