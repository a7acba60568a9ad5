from __future__ import annotations

from commandwall.rtp.h264 import IDR
from commandwall.rtp.rtcp import SenderReport, SourceDescription, build, parse_compound
from simulators.faults.packet import Packet, changed_report, interleave, report_timestamp
from tests.unit.rtp.packets import rtp
from tests.unit.simulators.faults.line import frame


def test_round_trip() -> None:
    data = rtp(7, 9000, b"\x65abc", marker=True)
    packet = Packet.parse(2, data)
    assert (packet.channel, packet.sequence, packet.timestamp, packet.marker) == (2, 7, 9000, True)
    assert packet.to_bytes() == data
    assert interleave(2, data) == b"$\x02" + len(data).to_bytes(2, "big") + data


def test_knows_what_a_packet_carries() -> None:
    assert [packet.begins_key_frame for packet in frame(0, key=True)] == [True] * len(frame(0, key=True))
    assert {packet.nal_type for packet in frame(0, key=True)[2:]} == {IDR}
    assert not any(packet.begins_key_frame for packet in frame(1))
    assert Packet(b"", 0, 0, 96).nal_type == Packet(b"\x1c", 0, 0, 96).nal_type == 0


def test_a_report_is_changed_where_it_should_be() -> None:
    report = build(SenderReport(1, 2, 3, 4, 5))
    compound = report + build(SourceDescription(((1, "x"),)))
    first, second = parse_compound(changed_report(compound, ssrc=9, timestamp=2**32 + 8))
    assert first == SenderReport(9, 2, 8, 4, 5)
    assert isinstance(second, SourceDescription)
    assert report_timestamp(compound) == 3
    assert changed_report(compound) == compound
