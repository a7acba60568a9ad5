from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.model.access_unit import AccessUnit
from commandwall.rtp.aac import GenericFormat
from commandwall.rtp.audio import g711
from commandwall.rtp.audio_receiver import AudioReceiver
from commandwall.rtp.packet import build_packet
from commandwall.rtp.rtcp import Goodbye, SenderReport, build, utc_ns_to_ntp
from tests.unit.rtp.packets import PAYLOAD_TYPE, SSRC, rtp
from tests.unit.rtp.test_aac import HBR, packet

UTC_NS = 1_795_232_345 * NS_PER_S


def receiver() -> AudioReceiver:
    return AudioReceiver(g711("pcm_alaw", 8000, 1), PAYLOAD_TYPE, 8000)


def feed(audio: AudioReceiver, *packets: bytes) -> None:
    for data in packets:
        audio.on_rtp(b"$" + data, 1, 1 + len(data))


def report(audio: AudioReceiver, timestamp: int, utc_ns: int = UTC_NS, ssrc: int = SSRC) -> None:
    data = build(SenderReport(ssrc, utc_ns_to_ntp(utc_ns), timestamp, 0, 0))
    audio.on_rtcp(data, 0, len(data))


def test_frames_come_at_once_with_times_in_90_khz() -> None:
    audio, units = receiver(), list[AccessUnit]()
    audio.listen(units.append)
    before_ns = monotonic_ns()
    feed(audio, *(rtp(65535 + n, 2**32 - 160 + 160 * n, bytes([n]) * 160, marker=n == 0) for n in range(3)))
    assert [unit.data[0] for unit in units] == [0, 1, 2]
    assert [unit.pts_90k for unit in units] == [0, 1800, 3600]
    assert all(unit.key and not unit.damaged and unit.capture_utc_ns == 0 for unit in units)
    assert before_ns <= units[0].arrival_ns <= monotonic_ns()


def test_frames_of_one_packet_follow_each_other() -> None:
    audio, units = AudioReceiver(GenericFormat(16000, HBR), PAYLOAD_TYPE, 16000), list[AccessUnit]()
    audio.listen(units.append)
    report(audio, 1000)
    feed(audio, rtp(1, 1000, packet(b"one", b"two")), rtp(2, 3048, packet(b"three")))
    assert [unit.pts_90k for unit in units] == [0, 5760, 11520]
    assert [unit.capture_utc_ns - UTC_NS for unit in units] == [0, 64_000_000, 128_000_000]


def test_what_is_lost_is_a_gap_and_what_is_late_is_left_out() -> None:
    audio, units = receiver(), list[AccessUnit]()
    audio.listen(units.append)
    feed(audio, *(rtp(n, 160 * n, bytes([n])) for n in (1, 2, 5, 4, 5, 6)))
    assert [unit.data[0] for unit in units] == [1, 2, 5, 6]
    assert [unit.pts_90k for unit in units] == [0, 1800, 7200, 9000]
    block = audio.report_block()
    assert block is not None
    assert (block.ssrc, block.lost) == (SSRC, 2)


def test_nothing_is_looked_at_while_nobody_listens() -> None:
    audio, units = receiver(), list[AccessUnit]()
    feed(audio, rtp(1, 160, b"x"))
    assert audio.report_block() is None
    report(audio, 8000)
    audio.listen(units.append)
    feed(audio, rtp(50, 16000, b"y"))
    assert [(unit.pts_90k, unit.capture_utc_ns) for unit in units] == [(0, UTC_NS + NS_PER_S)]
    audio.listen(None)
    feed(audio, rtp(51, 16160, b"z"))
    report(audio, 9_600_000, UTC_NS + 1200 * NS_PER_S, ssrc=7)
    audio.listen(units.append)
    feed(audio, build_packet(PAYLOAD_TYPE, 900, 9_600_000, 7, b"later"))
    assert len(units) == 2
    assert (units[1].pts_90k, units[1].capture_utc_ns) == (0, UTC_NS + 1200 * NS_PER_S)
    assert audio.parameters.name == "pcm_alaw"


def test_another_source_goes_on_and_a_bye_ends_nothing() -> None:
    audio, units = receiver(), list[AccessUnit]()
    audio.listen(units.append)
    feed(audio, rtp(1, 160, b"x"))
    bye = build(Goodbye((SSRC,)))
    audio.on_rtcp(bye, 0, len(bye))
    feed(audio, rtp(900, 77, b"y", ssrc=5), build_packet(101, 901, 237, 5, b"dtmf"))
    assert [(unit.data, unit.pts_90k) for unit in units] == [(b"x", 0), (b"y", 0)]


@given(st.lists(st.binary(max_size=60), max_size=10), st.lists(st.binary(max_size=60), max_size=3))
def test_arbitrary_packets_raise_nothing(packets: list[bytes], reports: list[bytes]) -> None:
    for payload in (g711("pcm_mulaw", 8000, 1), GenericFormat(16000, HBR)):
        audio = AudioReceiver(payload, PAYLOAD_TYPE, 8000)
        audio.listen(lambda unit: None)
        for number, data in enumerate(packets):
            feed(audio, data, rtp(number, number, data))
        for data in reports:
            audio.on_rtcp(data, 0, len(data))
        assert audio.report_block() is not None or not packets
