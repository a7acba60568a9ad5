from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from simulators.conference.faults import NetworkFaults
from simulators.conference.network import Line, LineReceiver, sending_through

RTP = b"\x80" + bytes(20)
DTLS = b"\x16" + bytes(20)


def fate(line: Line, count: int = 4000, apart_s: float = 0.01) -> list[float | None]:
    """Return when each of ``count`` packets arrives, as it was sent, ``None`` for lost ones."""
    delays = [line.delay_s(RTP, number * apart_s) for number in range(count)]
    return [None if delay is None else number * apart_s + delay for number, delay in enumerate(delays)]


def test_a_good_line_does_nothing() -> None:
    assert fate(Line(NetworkFaults(), 1), 10) == [number * 0.01 for number in range(10)]


@pytest.mark.parametrize(("loss", "burst"), [(0.05, 1), (0.1, 5)])
def test_so_much_is_lost(loss: float, burst: int) -> None:
    line = Line(NetworkFaults(loss=loss, burst=burst), 1)
    arrived = fate(line)
    assert line.lost == arrived.count(None)
    assert line.lost / len(arrived) == pytest.approx(loss, rel=0.25)


def test_the_same_seed_loses_the_same() -> None:
    faults = NetworkFaults(loss=0.05, jitter_ms=100)
    assert fate(Line(faults, 7)) == fate(Line(faults, 7)) != fate(Line(faults, 8))


def test_jitter_delays_and_keeps_the_order() -> None:
    arrived = [at_s for at_s in fate(Line(NetworkFaults(jitter_ms=100), 1)) if at_s is not None]
    delays = [at_s - number * 0.01 for number, at_s in enumerate(arrived)]
    assert arrived == sorted(set(arrived))
    assert min(delays) < 0.01 and 0.09 < max(delays) <= 0.11


def test_some_are_overtaken() -> None:
    arrived = [at_s for at_s in fate(Line(NetworkFaults(reorder=0.1), 1)) if at_s is not None]
    overtaken = sum(later < earlier for earlier, later in pairwise(arrived))
    assert overtaken / len(arrived) == pytest.approx(0.1, rel=0.3)


def test_the_handshake_is_left_alone() -> None:
    line = Line(NetworkFaults(loss=1.0), 1)
    assert (line.delay_s(DTLS, 0.0), line.delay_s(RTP, 0.0)) == (0.0, None)


async def test_both_directions_go_through_the_line() -> None:
    sent: list[bytes] = []
    done = asyncio.Event()

    async def send(data: bytes) -> None:
        sent.append(data)
        if len(sent) == 50:
            done.set()

    through = sending_through(Line(NetworkFaults(jitter_ms=20), 3), send)
    packets = [RTP + bytes((number,)) for number in range(50)]
    for packet in packets:
        await through(packet)
    async with asyncio.timeout(20):
        await done.wait()
    assert sent == packets

    async def receive() -> bytes:
        if sent:
            return sent.pop(0)
        raise ConnectionError("closed")

    receiver = LineReceiver(Line(NetworkFaults(), 3), receive)
    assert [await receiver.receive() for _ in packets] == packets
    with pytest.raises(ConnectionError):
        await receiver.receive()
    await receiver.close()
