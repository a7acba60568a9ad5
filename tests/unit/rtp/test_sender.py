from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.clock import NS_PER_S
from commandwall.rtp.packet import RtpHeader, parse_header
from commandwall.rtp.rtcp import SenderReport, SourceDescription, ntp_to_utc_ns, parse_compound
from commandwall.rtp.sender import RtpSender

BLOCK = bytes(160)


def sent(sender: RtpSender, *times_90k: int) -> list[RtpHeader]:
    return [parse_header(sender.packet(BLOCK, pts)) for pts in times_90k]


@given(st.integers(0, 1 << 48))
def test_packets_follow_each_other_in_the_clock_of_their_codec(begin_90k: int) -> None:
    sender = RtpSender(8, 8000)
    packets = sent(sender, *(begin_90k // 1800 * 1800 + 1800 * number for number in range(3)))
    assert [packet.marker for packet in packets] == [True, False, False]
    assert {(packet.payload_type, packet.ssrc) for packet in packets} == {(8, sender.ssrc)}
    first = packets[0]
    assert [(packet.sequence - first.sequence) & 0xFFFF for packet in packets] == [0, 1, 2]
    assert [(packet.timestamp - first.timestamp) & 0xFFFFFFFF for packet in packets] == [0, 160, 320]


def test_a_gap_in_time_is_a_gap_in_timestamps_only() -> None:
    first, second = sent(RtpSender(0, 8000), 0, 90_000)
    assert (second.sequence - first.sequence) & 0xFFFF == 1
    assert (second.timestamp - first.timestamp) & 0xFFFFFFFF == 8000


def test_a_report_says_what_was_sent_until_when() -> None:
    sender = RtpSender(0, 8000)
    newest = sent(sender, 0, 1800)[-1]
    report, names = parse_compound(sender.report(NS_PER_S * 1_800_000_000))
    assert isinstance(report, SenderReport)
    assert isinstance(names, SourceDescription)
    assert (report.ssrc, report.rtp_timestamp) == (sender.ssrc, newest.timestamp)
    assert (report.packets, report.octets, sender.packets) == (2, 320, 2)
    assert ntp_to_utc_ns(report.ntp) == NS_PER_S * 1_800_000_000
    assert names.names == ((sender.ssrc, "commandwall"),)
