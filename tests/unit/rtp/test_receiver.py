from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.base.errors import CommandwallError, UnsupportedError
from commandwall.model.access_unit import AccessUnit
from commandwall.rtp.h264 import H264Format
from commandwall.rtp.h264_packetise import packetise_h264
from commandwall.rtp.receiver import RtpReceiver
from commandwall.rtp.rtcp import Goodbye, SenderReport, build, utc_ns_to_ntp
from tests.unit.rtp.packets import GIANT_SPS, PAYLOAD_TYPE, PPS, SPS, SSRC, annexb, delta, idr, rtp

KEY = annexb(SPS, PPS, idr(300))
DELTA = annexb(delta(300))


class Sink:
    """A receiver, and what came out of it."""

    def __init__(self) -> None:
        self.units: list[AccessUnit] = []
        self.ends: list[CommandwallError] = []
        self.receiver = RtpReceiver(H264Format({}), PAYLOAD_TYPE, 90_000, self.units.append, self.ends.append)

    def feed(self, *packets: bytes) -> Sink:
        for packet in packets:
            self.receiver.on_rtp(packet, 0, len(packet))
        return self

    def rtcp(self, data: bytes) -> None:
        self.receiver.on_rtcp(b"$" + data, 1, 1 + len(data))

    @property
    def damage(self) -> list[bool]:
        return [unit.damaged for unit in self.units]


def stream(pattern: str, *, first: int = 65530, mtu: int = 150, markers: bool = True) -> list[list[bytes]]:
    """Return the packets of each access unit of a pattern of K and P, 6000 ticks apart."""
    sequence = first
    units = []
    for index, kind in enumerate(pattern):
        payloads = packetise_h264(KEY if kind == "K" else DELTA, mtu)
        packets = []
        for payload in payloads:
            marker = markers and payload is payloads[-1]
            packets.append(rtp(sequence, 4_294_960_000 + 6000 * index, payload, marker=marker))
            sequence += 1
        units.append(packets)
    return units


def flat(units: list[list[bytes]]) -> list[bytes]:
    return [packet for unit in units for packet in unit]


def test_access_units_end_with_the_marker_bit() -> None:
    before = monotonic_ns()
    sink = Sink().feed(*flat(stream("KPPK")))
    assert [unit.data for unit in sink.units] == [KEY, DELTA, DELTA, KEY]
    assert [unit.key for unit in sink.units] == [True, False, False, True]
    assert [unit.pts_90k for unit in sink.units] == [0, 6000, 12000, 18000]
    assert sink.damage == [False] * 4
    assert all(before <= unit.arrival_ns <= monotonic_ns() for unit in sink.units)
    stats = sink.receiver.stats
    assert (stats.access_units, stats.lost, stats.damaged) == (4, 0, 0)


def test_without_marker_bits_they_end_where_the_time_changes() -> None:
    sink = Sink().feed(*flat(stream("KPP", markers=False)))
    assert [unit.data for unit in sink.units] == [KEY, DELTA]
    assert sink.damage == [False, False]


def test_markers_on_parameter_sets_do_not_tear_a_key_frame() -> None:
    sink = Sink().feed(
        rtp(0, 0, SPS, marker=True), rtp(1, 0, PPS, marker=True), rtp(2, 0, idr(300), marker=True)
    )
    assert [unit.data for unit in sink.units] == [KEY]


def sliced(first: int, timestamp: int, kind: str) -> list[bytes]:
    """Return a picture of two slices with a marker bit each, the second in fragments."""
    whole, later = SLICED_KEY if kind == "K" else SLICED_DELTA
    payloads = [SPS, PPS, whole] if kind == "K" else [whole]
    payloads += packetise_h264(annexb(later), 150)
    marked = (whole, payloads[-1])
    return [
        rtp(first + index, timestamp, payload, marker=payload in marked)
        for index, payload in enumerate(payloads)
    ]


SLICED_KEY = idr(100), b"\x65\x40" + b"\x5b" * 300
SLICED_DELTA = delta(100), b"\x41\x40" + b"\xa6" * 300


def test_markers_on_every_slice_tear_no_picture_but_the_first() -> None:
    packets = [
        packet for index, kind in enumerate("KPKPP") for packet in sliced(index * 10, index * 6000, kind)
    ]
    numbered = [packet[:2] + number.to_bytes(2, "big") + packet[4:] for number, packet in enumerate(packets)]
    sink = Sink().feed(*numbered)
    key, later_key = annexb(SPS, PPS, *SLICED_KEY), annexb(SPS, PPS, SLICED_KEY[1])
    assert [unit.data for unit in sink.units[:2]] == [annexb(SPS, PPS, SLICED_KEY[0]), later_key]
    assert [unit.data for unit in sink.units[2:]] == [annexb(*SLICED_DELTA), key, annexb(*SLICED_DELTA)]
    assert sink.damage == [False, True, True, False, False]
    assert [unit.pts_90k for unit in sink.units] == [0, 0, 6000, 12000, 18000]


def test_pictures_of_one_timestamp_are_told_apart_by_their_markers() -> None:
    units = [[packet[:4] + bytes(4) + packet[8:] for packet in unit] for unit in stream("KPPKP")]
    sink = Sink().feed(*flat(units))
    assert [unit.data for unit in sink.units] == [KEY, DELTA, DELTA, KEY, DELTA]
    assert sink.damage == [False] * 5


def test_filler_behind_a_marker_belongs_to_no_picture() -> None:
    sink = Sink().feed(*stream("K")[0])
    after = 65530 + len(stream("K")[0])
    sink.feed(rtp(after & 0xFFFF, 4_294_960_000, b"\x0c\xff\x80"))
    sink.feed(rtp(after + 1 & 0xFFFF, 4_294_966_000, delta(), marker=True))
    assert sink.damage == [False, False]


def test_everything_before_the_first_key_frame_is_damaged_but_not_counted() -> None:
    sink = Sink().feed(*flat(stream("PPKP")))
    assert sink.damage == [True, True, False, False]
    assert sink.receiver.stats.damaged == 0


def test_a_loss_damages_until_the_next_key_frame() -> None:
    units = stream("KPPPKP")
    del units[2][1]
    sink = Sink().feed(*flat(units))
    assert [unit.pts_90k for unit in sink.units] == [0, 6000, 18000, 24000, 30000]
    assert sink.damage == [False, False, True, False, False]
    assert [unit.loss for unit in sink.units] == sink.damage
    assert (sink.receiver.stats.lost, sink.receiver.stats.damaged) == (1, 1)


def test_an_outage_that_is_too_long_to_be_counted_is_a_loss_until_the_next_key_frame() -> None:
    before, after = flat(stream("KP")), stream("KPPK", first=30_000)[2:]
    sink = Sink().feed(*before, *flat(after))
    assert sink.damage == [False, False, True, False]
    assert [unit.loss for unit in sink.units] == sink.damage
    assert (sink.receiver.stats.restarts, sink.receiver.stats.lost) == (1, 0)


def test_what_breaks_the_format_is_damaged_and_no_loss() -> None:
    broken = stream("KPK")
    broken[1][1] = broken[1][1][:12] + b"\x1e" + broken[1][1][13:]
    sink = Sink().feed(*flat(broken))
    assert sink.damage == [False, True, False]
    assert not any(unit.loss for unit in sink.units)


def test_a_whole_lost_access_unit_damages_what_follows() -> None:
    units = stream("KPPPK")
    del units[1]
    assert Sink().feed(*flat(units)).damage == [False, True, True, False]


def test_a_loss_just_before_a_key_frame_leaves_it_intact() -> None:
    units = stream("KPPKP")
    del units[2]
    assert Sink().feed(*flat(units)).damage == [False, False, False, False]


def test_a_key_frame_that_lost_its_beginning_is_damaged() -> None:
    units = stream("KPKPK")
    del units[2][:3]
    sink = Sink().feed(*flat(units))
    assert sink.damage[-1] is False
    assert all(sink.damage[2:-1])


def test_a_lost_marker_damages_the_unit_it_ended() -> None:
    units = stream("KPPK")
    del units[1][-1]
    sink = Sink().feed(*flat(units))
    assert sink.damage[-1] is False
    assert all(sink.damage[1:-1])


def test_lost_parameter_sets_damage_the_key_frame_that_they_come_with() -> None:
    units = stream("KPKPK")
    del units[2][:2]
    sink = Sink().feed(*flat(units))
    assert [unit.data for unit in sink.units] == [KEY, DELTA, KEY, DELTA, KEY]
    assert sink.damage == [False, False, True, True, False]
    assert [unit.loss for unit in sink.units] == sink.damage


def test_a_key_frame_is_damaged_until_all_its_parameter_sets_came() -> None:
    units = stream("KKKP")
    del units[0][1], units[1][1], units[2][:2]
    assert Sink().feed(*flat(units)).damage == [True, True, True, True]


def test_joining_within_a_key_frame_does_not_make_it_whole() -> None:
    parameter_sets = [rtp(0, 0, SPS), rtp(1, 0, PPS), rtp(2, 0, idr(), marker=True)]
    second = rtp(10, 6000, b"\x65\x40" + b"\x5b" * 20, marker=True, ssrc=5)
    sink = Sink().feed(*parameter_sets, second, rtp(11, 12000, delta(), marker=True, ssrc=5))
    assert [unit.key for unit in sink.units] == [True, True, False]
    assert sink.damage == [False, True, True]


def test_start_codes_do_not_hide_where_the_first_picture_begins() -> None:
    first = rtp(0, 0, annexb(SPS, PPS, idr()), marker=True)
    assert Sink().feed(first).damage == [False]


def test_duplicates_and_late_packets_change_nothing() -> None:
    packets = flat(stream("KPK"))
    sink = Sink().feed(*(packet for packet in packets for _ in range(2)))
    assert [unit.data for unit in sink.units] == [KEY, DELTA, KEY]
    assert sink.damage == [False] * 3
    assert sink.receiver.stats.late == len(packets)


def test_a_malformed_payload_damages_and_is_counted() -> None:
    units = stream("KPK")
    sink = Sink().feed(*units[0])
    after = 65530 + len(units[0])
    sink.feed(rtp(after, 4_294_966_000, b"\x79\x00"), rtp(after + 1, 4_294_966_000, delta(), marker=True))
    assert sink.damage == [False, True]
    assert sink.receiver.stats.malformed == 1


def test_scraps_and_other_payload_types_are_passed_over() -> None:
    sink = Sink().feed(b"\x80\x60", b"\x40" + rtp(1, 0, delta())[1:])
    assert sink.receiver.stats.malformed == 2
    audio = bytearray(rtp(9, 9, b"sound"))
    audio[1] = 0
    packets = flat(stream("KP"))
    sink = Sink().feed(packets[0], bytes(audio), *packets[1:])
    assert sink.damage == [False, False]


def test_padding_and_extensions_are_taken_off() -> None:
    plain = rtp(0, 0, delta(), marker=True)
    packet = bytes((0xB0,)) + plain[1:12] + b"\xbe\xde\x00\x01abcd" + plain[12:] + b"\x00\x02"
    sink = Sink().feed(packet)
    assert [unit.data for unit in sink.units] == [annexb(delta())]


def test_another_ssrc_is_a_new_source_on_the_same_timeline() -> None:
    sink = Sink().feed(*flat(stream("KP")))
    sink.feed(rtp(9, 77, delta(), marker=True, ssrc=5), rtp(10, 6077, idr(), marker=True, ssrc=5))
    assert sink.damage == [False, False, True, False]
    assert [unit.pts_90k for unit in sink.units] == [0, 6000, 6000, 12000]
    assert (sink.receiver.stats.restarts, sink.receiver.stats.lost) == (1, 0)


def test_sender_reports_give_utc() -> None:
    noon_ns = 1_700_000_000 * NS_PER_S
    sink = Sink().feed(*flat(stream("K")))
    assert sink.units[0].capture_utc_ns == 0
    sink.rtcp(build(SenderReport(SSRC, utc_ns_to_ntp(noon_ns), 4_294_960_000, 1, 1)))
    sink.feed(*flat(stream("KP"))[-3:])
    assert abs(sink.units[-1].capture_utc_ns - noon_ns - NS_PER_S // 15) < 10
    block = sink.receiver.report_block()
    assert block is not None
    assert block.last_report == utc_ns_to_ntp(noon_ns) >> 16 & 0xFFFF_FFFF


def test_a_report_block_tells_what_was_lost() -> None:
    assert Sink().receiver.report_block() is None
    packets = flat(stream("KPPP", first=100))
    block = Sink().feed(packets[0], *packets[2:]).receiver.report_block()
    assert block is not None
    assert (block.ssrc, block.lost, block.highest_sequence) == (SSRC, 1, 100 + len(packets) - 1)
    assert block.fraction_lost == 256 // len(packets)


def test_goodbye_is_told_once_per_packet_and_only_for_this_source() -> None:
    sink = Sink().feed(*flat(stream("K")))
    sink.rtcp(build(Goodbye((SSRC + 1,))))
    assert sink.ends == []
    sink.rtcp(build(Goodbye((SSRC,))))
    assert [str(end) for end in sink.ends] == ["the camera ended the stream (RTCP BYE)"]


def test_nothing_is_taken_from_a_camera_whose_pictures_are_too_large() -> None:
    packets = [rtp(1, 0, GIANT_SPS), rtp(2, 0, PPS), rtp(3, 0, idr(40), marker=True)]
    sink = Sink().feed(*packets, *packets)
    assert sink.units == []
    (end,) = sink.ends
    assert isinstance(end, UnsupportedError)
    assert "H.264 pictures of 16384x16384" in str(end)


def test_malformed_rtcp_is_counted() -> None:
    sink = Sink()
    sink.rtcp(b"\x80\xc8")
    assert sink.receiver.stats.malformed == 1


@given(st.sets(st.integers(0, 200)))
@example({0, 17, 33, 34})
def test_no_unit_called_intact_differs_from_what_was_sent(dropped: set[int]) -> None:
    units = stream("KPPPP" * 10, mtu=120)
    sent = {index * 6000: (KEY if index % 5 == 0 else DELTA) for index in range(len(units))}
    packets = flat(units)
    sink = Sink().feed(packets[0])
    kept = [packet for index, packet in enumerate(packets[1:]) if index not in dropped]
    sink.feed(*kept)
    broken_since_key = False
    expected = 0
    for unit in sink.units:
        broken_since_key |= unit.data != sent[unit.pts_90k] or unit.pts_90k != expected
        broken_since_key &= not (unit.key and unit.data == sent[unit.pts_90k])
        assert unit.damaged or not broken_since_key
        expected = unit.pts_90k + 6000


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_nothing_is_raised_for_arbitrary_packets(bodies: list[bytes]) -> None:
    sink = Sink()
    for index, body in enumerate(bodies):
        sink.feed(body, rtp(index, index // 3, body, marker=index % 4 == 0))
        sink.rtcp(body)
