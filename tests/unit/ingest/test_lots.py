from __future__ import annotations

import asyncio
import itertools
import socket

from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.clock import NS_PER_S
from commandwall.ingest.lots import LOT_S, PROMPT, ArrivalClock, LotSize

FRAME_90K = 6000
FRAME_NS = NS_PER_S // 15


def test_a_lot_is_what_comes_in_its_time() -> None:
    lots = LotSize(1000)
    assert lots.bytes == PROMPT
    assert lots.choose(1000 + 48_000, 0.0) == round(48_000 * LOT_S)


def test_a_rate_that_wavers_leaves_the_size_alone() -> None:
    lots = LotSize(0)
    first = lots.choose(48_000, 0.0)
    assert lots.choose(48_000 + 52_000, 0.0) == first
    assert lots.choose(100_000 + 10_000, 0.0) == round(10_000 * LOT_S)


def test_a_feed_that_falls_silent_is_read_at_once() -> None:
    lots = LotSize(0)
    lots.choose(48_000, 0.0)
    assert lots.choose(96_000, 1.2) == PROMPT
    assert LotSize(0).choose(0, 0.1) == PROMPT


def test_frames_of_a_lot_lie_behind_each_other_as_they_were_sent() -> None:
    clock = ArrivalClock()
    for number in range(30):
        clock.arrival_ns(number * FRAME_NS, number * FRAME_90K)
    read_ns = 36 * FRAME_NS
    arrivals = [clock.arrival_ns(read_ns, number * FRAME_90K) for number in range(30, 37)]
    steps = [after - before for before, after in itertools.pairwise(arrivals)]
    assert all(abs(step - FRAME_NS) < 200_000 for step in steps)
    assert read_ns - 1_000_000 < arrivals[-1] <= read_ns


def test_a_jump_of_the_timestamps_begins_anew() -> None:
    clock = ArrivalClock()
    clock.arrival_ns(NS_PER_S, 0)
    assert clock.arrival_ns(2 * NS_PER_S, 100 * 90_000) == 2 * NS_PER_S


@given(st.lists(st.tuples(st.integers(0, 60 * NS_PER_S), st.integers(-(2**40), 2**40)), max_size=50))
def test_nothing_arrives_after_it_was_read(frames: list[tuple[int, int]]) -> None:
    clock = ArrivalClock()
    for read_ns, pts_90k in frames:
        assert clock.arrival_ns(read_ns, pts_90k) <= read_ns


async def test_the_kernel_keeps_a_lot_and_gives_it_when_it_is_asked() -> None:
    """What the optimisation rests on: SO_RCVLOWAT holds back readiness, also after the fact."""
    server = socket.create_server(("127.0.0.1", 0))
    sender = socket.create_connection(server.getsockname())
    receiver, _ = server.accept()
    receiver.setblocking(False)
    ready = asyncio.Event()
    loop = asyncio.get_running_loop()
    with server, sender, receiver:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1000)
        loop.add_reader(receiver, ready.set)
        sender.sendall(bytes(500))
        await asyncio.sleep(0.05)  # nothing tells that nothing comes
        assert not ready.is_set()
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, PROMPT)
        await asyncio.wait_for(ready.wait(), 5)
        assert len(receiver.recv(2000)) == 500
        ready.clear()
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1000)
        sender.close()
        await asyncio.wait_for(ready.wait(), 5)
        loop.remove_reader(receiver)
