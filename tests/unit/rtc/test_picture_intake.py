from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from aiortc import RTCRtpReceiver
from aiortc.rtp import RtcpSenderInfo, RtcpSrPacket, RtpPacket

from commandwall.base.clock import NS_PER_S
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.rtc import picture_intake
from commandwall.rtc.picture_intake import PictureIntake
from commandwall.rtp.h264_packetise import packetise_h264
from tests.unit.rtc.streams import units, until


class Listener:
    """A subscriber of the screen, without a socket."""

    def __init__(self) -> None:
        self.infos: list[StreamInfo] = []
        self.units: list[AccessUnit] = []

    def describe(self, info: StreamInfo) -> None:
        self.infos.append(info)

    def push(self, unit: AccessUnit) -> None:
        self.units.append(unit)


class Bench:
    """An intake, what it says, and what it asks the browser for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.said: list[str] = []
        self.pleas: list[int] = []

        async def ask(receiver: object, ssrc: int) -> None:
            self.pleas.append(ssrc)

        monkeypatch.setattr(picture_intake, "ask_key", ask)
        # A machine that stands still gives up nothing.
        monkeypatch.setattr(picture_intake, "_MAX_DELAY_NS", 10 * NS_PER_S)
        receiver = RTCRtpReceiver.__new__(RTCRtpReceiver)
        self.intake = PictureIntake(
            receiver, lambda: self.said.append("live"), lambda: self.said.append("end")
        )
        self.listener = Listener()
        self.intake.stream.add(self.listener)  # type: ignore[arg-type]

    def take(self, packets: list[RtpPacket]) -> None:
        for packet in packets:
            self.intake.take_packet(packet)


def packets(pictures: list[AccessUnit], first: int = 65_530) -> list[RtpPacket]:
    """Return the pictures as a browser sends them, with sequence numbers that wrap."""
    made, sequence = [], first
    for unit in pictures:
        payloads = packetise_h264(unit.data, 200)
        for number, payload in enumerate(payloads):
            marker = int(number == len(payloads) - 1)
            made.append(RtpPacket(109, marker, sequence & 0xFFFF, unit.pts_90k + 7, 4711, payload))
            sequence += 1
    return made


async def test_packets_become_pictures_without_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    bench, pictures = Bench(monkeypatch), units(4)
    bench.take(packets(pictures))
    got = bench.listener.units
    assert [unit.pts_90k for unit in got] == [0, 3600, 7200, 10800]
    assert [unit.key for unit in got] == [True, False, False, False]
    assert not any(unit.damaged for unit in got)
    assert bench.listener.infos == [StreamInfo("h264", 64, 64)]
    assert bench.said == ["live"]


async def test_packets_out_of_order_are_put_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    bench, sent = Bench(monkeypatch), packets(units(4))
    bench.take([sent[0], *reversed(sent[1:8]), *sent[8:]])
    assert [unit.damaged for unit in bench.listener.units] == [False] * 4


async def test_a_first_key_frame_that_never_came_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_intake, "_FIRST_KEY_S", 0.01)
    bench, pictures = Bench(monkeypatch), units(4)
    bench.intake.stream.remove(bench.listener)  # type: ignore[arg-type]
    pleading = asyncio.create_task(bench.intake.plead())
    late = packets(pictures[1:])
    bench.take(late)
    await until(lambda: bool(bench.pleas) and not bench.said)
    bench.take(packets([replace(pictures[0], pts_90k=90_000)], first=65_530 + len(late)))
    assert bench.said == ["live"]
    pleading.cancel()


async def test_a_loss_is_told_and_a_key_frame_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_intake, "_MAX_HELD", 2)
    bench, sent = Bench(monkeypatch), packets(units(30))
    pleading = asyncio.create_task(bench.intake.plead())
    last_of_first = next(number for number, packet in enumerate(sent) if packet.marker)
    bench.take(sent[: last_of_first + 1])
    bench.take(sent[last_of_first + 2 :])
    assert [unit.damaged for unit in bench.listener.units][:2] == [False, True]
    await until(lambda: bench.pleas == [4711])
    pleading.cancel()


async def test_wishes_for_key_frames_are_asked_for_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_intake, "KEY_APART_S", 1000.0)
    bench = Bench(monkeypatch)
    bench.take(packets(units(1)))
    pleading = asyncio.create_task(bench.intake.plead())
    for _ in range(10):
        bench.intake.stream.want_key()
    await until(lambda: bench.pleas == [4711])
    for _ in range(10):
        bench.intake.stream.want_key()
        await asyncio.sleep(0)
    assert bench.pleas == [4711]
    pleading.cancel()


async def test_a_watched_picture_sends_key_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KEY_EVERY_S", "KEY_APART_S"):
        monkeypatch.setattr(picture_intake, name, 0.01)
    bench = Bench(monkeypatch)
    bench.take(packets(units(1)))
    pleading = asyncio.create_task(bench.intake.plead())
    await until(lambda: len(bench.pleas) > 2)
    pleading.cancel()


async def test_what_came_is_counted_and_what_came_again_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_intake, "_MAX_HELD", 4)
    bench, sent = Bench(monkeypatch), packets(units(40))
    bench.take([sent[0], sent[2], sent[1]])
    assert bench.intake.reception()[:2] == (3, 0)
    bench.take(sent[4:20])
    assert bench.intake.reception()[:2] == (16, 1)
    assert bench.intake.reception()[:3] == (0, 0, 0)
    bench.take([RtpPacket(109, 1, sent[20].sequence_number, 9, 4711, b"\x1e\xff")])
    assert [bench.intake.reception().malformed for _ in range(2)] == [1, 0]


async def test_sender_reports_tell_when_pictures_were_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    bench, (first, second) = Bench(monkeypatch), units(2)
    bench.take(packets([first]))
    ntp_s = 2_208_988_800 + 1_700_000_000
    bench.intake.take_report(RtcpSrPacket(4711, RtcpSenderInfo(ntp_s << 32, 7, 1, 1)))
    bench.take(packets([second], first=65_530 + len(packets([first]))))
    assert bench.listener.units[1].capture_utc_ns == 1_700_000_000_040_000_000
