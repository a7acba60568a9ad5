from __future__ import annotations

import pytest
from aiortc.rtp import RtcpSenderInfo, RtcpSrPacket, RtpPacket

from commandwall.model.access_unit import UNTOLD_DBOV, AccessUnit, StreamInfo
from commandwall.rtc import voice_intake
from commandwall.rtc.voice_intake import VoiceIntake

FIRST = 65_530
NTP_1970_S = 2_208_988_800


class Listener:
    """A subscriber of the voice, without a socket."""

    def __init__(self) -> None:
        self.infos: list[StreamInfo] = []
        self.units: list[AccessUnit] = []

    def describe(self, info: StreamInfo) -> None:
        self.infos.append(info)

    def push(self, unit: AccessUnit) -> None:
        self.units.append(unit)


class Bench:
    """An intake whose clock goes by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_ns = 10**12
        self.live = 0
        monkeypatch.setattr(voice_intake, "monotonic_ns", lambda: self.now_ns)
        self.intake = VoiceIntake(1, self._on_live)
        self.listener = Listener()
        self.intake.stream.add(self.listener)  # type: ignore[arg-type]

    def take(
        self, number: int, *, ssrc: int = 4711, level: int | None = None, payload: bytes = b"\x78"
    ) -> None:
        """Take the ``number``-th packet of 20 ms."""
        packet = RtpPacket(
            111, 0, FIRST + number & 0xFFFF, 0xFFFFFC00 + number * 960 & 0xFFFFFFFF, ssrc, payload
        )
        if level is not None:
            packet.extensions.audio_level = (True, level)
        self.intake.take_packet(packet)

    def _on_live(self) -> None:
        self.live += 1


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_packets_are_frames_with_exact_times(bench: Bench) -> None:
    for number in range(12):
        bench.take(number, payload=bytes([120, number]))
    assert bench.listener.infos == [StreamInfo("opus", sample_rate=48000, channels=1)]
    assert [unit.pts_90k for unit in bench.listener.units] == [number * 1800 for number in range(12)]
    assert [unit.data[1] for unit in bench.listener.units] == list(range(12))
    assert all(unit.key and not unit.damaged for unit in bench.listener.units)
    assert bench.live == 1


def test_what_is_lost_is_a_gap_and_what_is_late_comes_late_in_its_place(bench: Bench) -> None:
    for number in (0, 1, 4, 3, 5):
        bench.take(number)
    assert [unit.pts_90k // 1800 for unit in bench.listener.units] == [0, 1, 4, 3, 5]
    assert bench.intake.reception()[:2] == (5, 1)
    bench.take(8)
    assert bench.intake.reception()[:3] == (1, 2, 1)
    assert bench.intake.reception()[:3] == (0, 0, 0)


def test_levels_are_handed_on(bench: Bench) -> None:
    for number, level in enumerate((127, 40, 12, 60)):
        bench.take(number, level=level)
    bench.take(4)
    assert [unit.level_dbov for unit in bench.listener.units] == [-127, -40, -12, -60, UNTOLD_DBOV]


def test_another_source_goes_on(bench: Bench) -> None:
    bench.take(0)
    bench.take(1)
    bench.take(9000, ssrc=815)
    bench.take(9001, ssrc=815)
    assert [unit.pts_90k for unit in bench.listener.units] == [0, 1800, 1800, 3600]
    assert bench.intake.reception()[:2] == (4, 0)
    assert bench.live == 1


def test_sender_reports_tell_when_it_was_said(bench: Bench) -> None:
    bench.take(0)
    report = RtcpSenderInfo((NTP_1970_S + 1_700_000_000) << 32, 0xFFFFFC00, 1, 1)
    bench.intake.take_report(RtcpSrPacket(815, report))
    bench.take(1)
    bench.intake.take_report(RtcpSrPacket(4711, report))
    bench.take(2)
    captures = [unit.capture_utc_ns for unit in bench.listener.units]
    assert captures == [0, 0, 1_700_000_000_040_000_000]


def test_jitter_is_that_of_the_arrival(bench: Bench) -> None:
    for number in range(200):
        bench.now_ns = 10**12 + number * 20_000_000
        bench.take(number)
    assert bench.intake.reception().jitter_ms == pytest.approx(0, abs=0.01)
    for number in range(200, 400):
        bench.now_ns = 10**12 + number * 20_000_000 + number % 2 * 8_000_000
        bench.take(number)
    assert bench.intake.reception().jitter_ms == pytest.approx(8, abs=0.5)


@pytest.mark.parametrize("payload", [b"", bytes(9000)])
def test_what_is_no_frame_is_left_out(bench: Bench, payload: bytes) -> None:
    bench.take(0, payload=payload)
    assert bench.listener.units == []
    assert [bench.intake.reception().malformed for _ in range(2)] == [1, 0]
