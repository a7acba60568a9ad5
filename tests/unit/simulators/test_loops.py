from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from commandwall.rtsp.server_frame import PacketFrame
from commandwall.rtsp.server_track import TrackSender
from simulators.encoder import Encoder
from simulators.loopfile import Unit
from simulators.loops import LoopTrack
from simulators.pacer import Pacer
from simulators.spec import Codec, parse_spec

START = b"\x00\x00\x00\x01"
SPS, PPS = b"\x67\x4d\x40\x1e\x01", b"\x68\xee\x01"
KEY = Unit(START + SPS + START + PPS + START + b"\x65" + b"\x11" * 3000, True)
DELTA = Unit(START + b"\x41" + b"\x22" * 50, False)


class Outlet:
    """Collects what a sender sends."""

    def __init__(self) -> None:
        self.frames: list[tuple[PacketFrame, int, int]] = []
        self.waiting = 0

    def frame(self, frame: PacketFrame, sequence: int, timestamp: int, ssrc: int) -> None:
        self.frames.append((frame, sequence, timestamp))

    def report(self, rtcp: bytes) -> None:
        pass

    def pending_bytes(self) -> int:
        return self.waiting


class Now:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def played(seconds: float, number: int = 1) -> tuple[LoopTrack, list[tuple[PacketFrame, int, int]]]:
    now = Now()
    pacer = Pacer(now)
    track = LoopTrack([KEY, DELTA, DELTA], Codec.H264.payload, 15, number, pacer, now)
    outlet = Outlet()
    sender = TrackSender(outlet, 1 << 20, now)
    track.play(sender)
    while now.now_s < 100 + seconds:
        now.now_s += 0.005
        pacer.turn(now.now_s)
    track.stop(sender)
    count = len(outlet.frames)
    pacer.turn(now.now_s + 1)
    assert len(outlet.frames) == count
    return track, outlet.frames


def test_begins_with_a_key_frame_and_goes_round() -> None:
    _, frames = played(1.0)
    assert 14 <= len(frames) <= 15
    assert [frame.key for frame, _, _ in frames[:7]] == [True, False, False, True, False, False, True]


def test_sequence_and_time_go_on_over_the_end_of_the_loop() -> None:
    _, frames = played(1.0)
    for (before, sequence, timestamp), (_, after, later) in itertools.pairwise(frames):
        assert after == (sequence + before.packets) & 0xFFFF
        assert (later - timestamp) & 0xFFFFFFFF == 6000


def test_the_sdp_has_the_parameter_sets() -> None:
    track, _ = played(0.1)
    assert track.format.encoding == "H264"
    assert track.format.fmtp["profile-level-id"] == "4D401E"
    assert track.format.fmtp["packetization-mode"] == "1"


@pytest.mark.parametrize(("codec", "encoding"), [(Codec.H265, "H265"), (Codec.MJPEG, "JPEG")])
def test_what_is_sent_is_named_after_its_codec(codec: Codec, encoding: str) -> None:
    spec = parse_spec("64x48@5:64k", codec)
    units = Encoder(spec).encode(np.zeros((48, 64, 3), np.uint8))
    track = LoopTrack(units, codec.payload, spec.fps, 1, Pacer(Now()))
    assert track.format.encoding == encoding


def test_cameras_send_at_different_times() -> None:
    ends = []
    for number in range(1, 9):
        now = Now()
        pacer = Pacer(now)
        outlet = Outlet()
        LoopTrack([KEY], Codec.H264.payload, 15, number, pacer, now).play(TrackSender(outlet, 1 << 20, now))
        while not outlet.frames:
            now.now_s += 0.005
            pacer.turn(now.now_s)
        ends.append(round(now.now_s - 100, 3))
    assert len(set(ends)) >= 6
    assert max(ends) <= 1 / 15 + 0.011


def test_a_farm_that_was_stopped_goes_on_from_now() -> None:
    now = Now()
    pacer = Pacer(now)
    outlet = Outlet()
    LoopTrack([KEY, DELTA], Codec.H264.payload, 15, 1, pacer, now).play(TrackSender(outlet, 1 << 20, now))
    now.now_s += 0.1
    pacer.turn(now.now_s)
    before = len(outlet.frames)
    now.now_s += 60
    pacer.turn(now.now_s)
    assert len(outlet.frames) - before <= 2
    jump = outlet.frames[before][2] - outlet.frames[before - 1][2]
    assert 59 * 90000 < jump % (1 << 32) < 61 * 90000


def test_frames_that_are_shown_later_are_stamped_so() -> None:
    now = Now()
    pacer = Pacer(now)
    units = [KEY, replace(DELTA, delay=2), DELTA]
    track = LoopTrack(units, Codec.H264.payload, 15, 1, pacer, now)
    outlet = Outlet()
    track.play(TrackSender(outlet, 1 << 20, now))
    while len(outlet.frames) < 3:
        now.now_s += 0.005
        pacer.turn(now.now_s)
    first = outlet.frames[0][2]
    assert [(time - first) % 2**32 for _, _, time in outlet.frames] == [0, 3 * 6000, 2 * 6000]
