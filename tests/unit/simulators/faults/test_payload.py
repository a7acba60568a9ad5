from __future__ import annotations

from dataclasses import replace

from commandwall.rtp.h264 import PPS, SPS
from simulators.faults.payload import (
    Corrupt,
    EmptyFragments,
    NoKeyFrames,
    NoMarkers,
    NoParameterSets,
    SliceMarkers,
    StartCodes,
    StrayChannel,
    TrailingBytes,
)
from tests.unit.simulators.faults.line import attached, frame, frames


def test_markers_are_left_out() -> None:
    fault, _ = attached(NoMarkers())
    assert not any(packet.marker for packet in fault.send(frames(3)))


def test_every_slice_has_a_marker_and_nothing_else() -> None:
    fault, _ = attached(SliceMarkers())
    second = [replace(packet, marker=False) for packet in frame(1)]
    packets = fault.send([*frame(0, key=True), *second, *frame(1)])
    assert [packet.marker for packet in packets if packet.nal_type in (SPS, PPS)] == [False, False]
    assert sum(packet.marker for packet in packets) == 3 and packets[-1].marker


def test_empty_fragments_stand_between_fragments_only() -> None:
    fault, _ = attached(EmptyFragments())
    before = frame(1)
    after = fault.send(list(before))
    empty = [packet for packet in after if len(packet.payload) <= 2]
    assert [packet for packet in after if len(packet.payload) > 2] == before
    assert {len(packet.payload) for packet in empty} == {2}
    assert all(packet.payload[1] & 0xC0 == 0 for packet in empty)
    assert after[-1].marker
    assert b"" in [packet.payload for packet in fault.send(frame(0, key=True))]


def test_start_codes_stand_in_front_of_whole_nal_units() -> None:
    fault, _ = attached(StartCodes())
    sps, pps, *fragments = fault.send(frame(0, key=True))
    assert sps.payload.startswith(b"\x00\x00\x00\x01")
    assert pps.payload.startswith(b"\x00\x00\x00\x01")
    assert not any(packet.payload.startswith(b"\x00") for packet in fragments)


def test_trailing_bytes_stand_behind_parameter_sets() -> None:
    fault, _ = attached(TrailingBytes(4))
    ends = [packet.payload.endswith(bytes(4)) for packet in fault.send(frame(0, key=True))]
    assert ends[:2] == [True, True]
    assert not any(ends[2:])


def test_key_frames_are_left_out_whole_until_the_fault_is_over() -> None:
    fault, line = attached(NoKeyFrames(for_s=60))
    assert fault.send(frame(0, key=True)) == []
    assert [fault.send([packet]) for packet in frame(1, key=True)] == [[]] * len(frame(1, key=True))
    assert fault.send(frame(2)) == frame(2)
    line.playing_s = 60
    assert fault.send(frame(3, key=True)) == frame(3, key=True)


def test_parameter_sets_are_left_out() -> None:
    fault, _ = attached(NoParameterSets())
    kinds = {packet.nal_type for packet in fault.send(frame(0, key=True))}
    assert kinds
    assert not kinds & {SPS, PPS}


def test_noise_spares_key_frames_and_the_head_of_a_packet() -> None:
    fault, _ = attached(Corrupt(every=1))
    assert fault.send(frame(0, key=True)) == frame(0, key=True)
    for spoilt, whole in zip(fault.send(frame(1)), frame(1), strict=True):
        half = len(whole.payload) // 2
        assert spoilt.payload[:half] == whole.payload[:half]
        assert spoilt.payload != whole.payload
        assert len(spoilt.payload) == len(whole.payload)


def test_a_stray_frame_stands_beside_every_picture() -> None:
    fault, _ = attached(StrayChannel(9))
    stray, *rest = fault.send(frame(1))
    assert stray.channel == 9
    assert rest == frame(1)
