from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulators.faults.network import Duplicates, Loss, Pieces, Reorder, Reset
from simulators.faults.packet import Packet
from tests.unit.simulators.faults.line import attached, frame, frames


def numbered(count: int) -> list[Packet]:
    return [Packet(b"\x41x", 0, 1, 96, sequence=number) for number in range(count)]


def test_loss_comes_near_its_ratio_and_can_be_repeated() -> None:
    runs = [attached(Loss(0.1, burst=burst))[0].carry(numbered(20000)) for burst in (1, 1, 3)]
    assert runs[0] == runs[1]
    assert all(0.08 < 1 - len(run) / 20000 < 0.12 for run in runs)
    gaps = {after.sequence - before.sequence for before, after in zip(runs[2], runs[2][1:], strict=False)}
    assert gaps <= {1 + 3 * count for count in range(4)}


def test_duplicates_follow_what_they_repeat() -> None:
    out = attached(Duplicates(0.5))[0].carry(numbered(100))
    assert [packet.sequence for packet in out] == sorted(packet.sequence for packet in out)
    assert {packet.sequence for packet in out} == set(range(100))
    assert 120 < len(out) < 180


def test_reordering_delivers_everything_a_few_packets_late() -> None:
    out = attached(Reorder(0.1, by=3))[0].carry(numbered(1000))
    late = [index for index, packet in enumerate(out) if packet.sequence < index - 3]
    assert sorted(packet.sequence for packet in out)[:990] == list(range(990))
    assert [packet.sequence for packet in out] != sorted(packet.sequence for packet in out)
    assert not late


def test_nothing_waits_beyond_the_end_of_its_picture() -> None:
    fault, _ = attached(Reorder(0.5, by=30))
    for number in range(20):
        packets = frame(number)
        assert sorted(packet.sequence for packet in fault.carry(packets)) == [
            packet.sequence for packet in packets
        ]


def test_a_reset_lets_half_a_frame_through() -> None:
    fault, line = attached(Reset(after_s=1))
    assert fault.cut([b"$123"]) == [b"$123"]
    line.playing_s = 1
    assert fault.cut([b"RTSP/1.0 200 OK"]) == [b"RTSP/1.0 200 OK"]
    assert fault.cut([b"$123"]) == [b"$1"]
    assert fault.cut([b"$123"]) == []
    assert line.resets == 1


@given(data=st.binary(max_size=200), size=st.integers(1, 9), head=st.integers(0, 100))
def test_pieces_are_the_whole(data: bytes, size: int, head: int) -> None:
    pieces = attached(Pieces(size, head))[0].cut([data])
    assert b"".join(pieces) == data
    assert all(len(piece) <= size for piece in pieces[:-1])


def test_what_is_not_due_passes() -> None:
    packets = frames(3)
    assert attached(Loss(1.0, after_s=9))[0].carry(packets) == packets
    assert attached(Duplicates(1.0, after_s=9))[0].carry(packets) == packets
    assert attached(Reorder(1.0, after_s=9))[0].carry(packets) == packets
