"""How long a picture may stay on its tile before it is overdue."""

from __future__ import annotations

from dataclasses import replace

from commandwall.base.clock import NS_PER_S
from commandwall.ingest.stream_decoder import StreamDecoder
from commandwall.ingest.tile import Tile
from commandwall.ipc.slots import SlotFlag
from commandwall.model.access_unit import AccessUnit
from commandwall.model.wall import DecodeLevel
from tests.unit.ingest.arenas import Canvas
from tests.unit.ingest.bench import Bench, MakeCanvas, decoder_on, one_tile
from tests.unit.media.streams import stream


def at_s(number: int, second: float) -> AccessUnit:
    """Return picture ``number``, which arrived at ``second``."""
    return replace(stream(frames=40)[number], arrival_ns=seconds(second))


def seconds(count: float) -> int:
    """Return ``count`` seconds in ns."""
    return round(count * NS_PER_S)


def key_frame_shown(canvas: MakeCanvas, bench: Bench) -> tuple[Canvas, StreamDecoder]:
    """Show the key frame of second 1, and decode key frames alone."""
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile, level=DecodeLevel.KEY)
    decoder.push(at_s(0, 1))
    bench.drain()
    return wall, decoder


def test_while_a_key_frame_is_waited_for_a_picture_may_stay_as_long_as_frames_come(
    canvas: MakeCanvas, bench: Bench
) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    stays_s = []
    for number in range(40):
        if number in (5, 22):
            decoder.set_level(DecodeLevel.KEY if number == 5 else DecodeLevel.NODEBLOCK)
        decoder.push(at_s(number, number))
        bench.drain()
        decoder.expect(0, seconds(number))
        stays_s.append(wall.info().period_ns / NS_PER_S)
    assert stays_s == [0] * 5 + [2, 3, 4, 5, 6] + [*range(1, 11)] * 2 + [0] * 10
    assert wall.published() == tile.painted == 5 + 2 + 10


def test_a_picture_may_stay_no_longer_once_frames_cease_nor_for_ever(
    canvas: MakeCanvas, bench: Bench
) -> None:
    wall, decoder = key_frame_shown(canvas, bench)
    for heard_s, stays_s in ((3, 3.5), (0, 3.5), (20, 20.5), (60, 30)):
        decoder.expect(seconds(0.5), seconds(heard_s))
        assert wall.info().period_ns == seconds(stays_s)


def test_a_picture_that_a_newer_key_frame_waits_to_replace_gets_no_more_time(
    canvas: MakeCanvas, bench: Bench
) -> None:
    wall, decoder = key_frame_shown(canvas, bench)
    decoder.expect(0, seconds(2))
    decoder.push(at_s(10, 3))
    decoder.expect(0, seconds(9))
    assert wall.info().period_ns == seconds(2)


def test_an_old_key_frame_of_a_feed_that_sends_is_painted_with_the_time_that_it_has(
    canvas: MakeCanvas, bench: Bench
) -> None:
    wall = canvas((64, 48), (32, 24))
    first, second = (Tile(wall.tile(index), wall.arena) for index in range(2))
    decoder = decoder_on(bench, first, level=DecodeLevel.KEY)
    decoder.expect(0, seconds(16))
    decoder.begin([at_s(0, 1)], True)
    bench.drain()
    decoder.show((first, second))
    bench.drain()
    assert [wall.info(index).period_ns for index in range(2)] == [seconds(16)] * 2


def test_who_is_behind_is_late_although_he_waits_for_a_key_frame(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    decoder.begin([at_s(0, 1)], False)
    for _ in range(2):
        decoder.expect(7, seconds(9))
        bench.drain()
        assert wall.info().period_ns == 7


def test_a_mark_on_a_picture_takes_no_time_from_it(canvas: MakeCanvas, bench: Bench) -> None:
    wall, decoder = key_frame_shown(canvas, bench)
    decoder.expect(0, seconds(11))
    decoder.push(replace(at_s(10, 12), damaged=True, loss=True))
    bench.drain()
    assert wall.info().flags & SlotFlag.LOSS
    assert wall.info().period_ns == seconds(11)
