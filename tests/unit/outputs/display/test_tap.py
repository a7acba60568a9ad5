"""Reading the newest picture of an arena while it is written."""

from __future__ import annotations

from commandwall.ipc.arena import create_arena
from commandwall.ipc.slots import Arena, SlotInfo, SlotWriter
from commandwall.outputs.display.tap import Tap


def test_the_newest_picture_is_read_and_a_torn_one_is_noticed() -> None:
    arena = Arena(create_arena([(32, 16), (32, 16)]).path)
    writer, tap, other = SlotWriter(arena, 0), Tap(arena, 0), Tap(arena, 1)
    assert (tap.newest(), other.newest()) == (0, 0)
    for number in range(1, 6):
        writer.begin().y[:] = number
        writer.publish(SlotInfo(1000 * number, 0, 0, 0, 0))
        assert (tap.newest(), other.newest()) == (number, 0)
        assert (tap.planes(number).y == number).all()
        assert tap.arrival_ns(number) == 1000 * number
        assert tap.whole(number)
    for _ in range(2):
        writer.begin()
        assert tap.whole(5)  # The two slots beside it are written.
        writer.publish(SlotInfo(0, 0, 0, 0, 0))
    writer.begin()
    assert not tap.whole(5)
