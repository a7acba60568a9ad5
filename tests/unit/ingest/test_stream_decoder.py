from __future__ import annotations

import time
from dataclasses import replace

import pytest

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.ingest import stream_decoder
from commandwall.ingest.figures import KEYLESS_S
from commandwall.ingest.pool import DecodePool, Urgency
from commandwall.ingest.stillness import Stillness
from commandwall.ingest.stream_decoder import MAX_PENDING, StreamDecoder
from commandwall.ingest.tile import Tile
from commandwall.ipc.slots import SlotFlag
from commandwall.media.park import DecoderPark
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.camera import StreamName
from commandwall.model.wall import DecodeLevel
from tests.unit.ingest.bench import INFO, Bench, MakeCanvas, decoder_on, one_tile
from tests.unit.media.streams import luma_of, stream


def test_from_the_cache_the_key_frame_is_shown_first_and_then_only_the_newest(
    canvas: MakeCanvas, bench: Bench
) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    decoder.begin(list(stream()[:8]), True)
    assert bench.step() is Urgency.FIRST
    assert wall.published() == 1
    assert wall.info().flags == SlotFlag.CATCHING_UP
    assert abs(wall.luma() - luma_of(0)) < 3
    assert bench.step() is Urgency.CATCH_UP
    bench.drain()
    assert wall.published() == 2
    assert wall.info().flags == 0
    assert abs(wall.luma() - luma_of(7)) < 3
    assert decoder.decoded == 8


def test_live_frames_are_shown_one_by_one(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    for number, unit in enumerate(stream()):
        decoder.push(unit)
        assert bench.step() is (Urgency.LIVE if number else Urgency.FIRST)
        assert wall.published() == number + 1
        assert abs(wall.luma() - luma_of(number)) < 3
    assert (decoder.key_cost_s, decoder.frame_cost_s) == (0.001, 0.001)


def test_frames_before_the_first_key_frame_are_left_out(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    for unit in stream()[5:12]:
        decoder.push(unit)
    bench.drain()
    assert decoder.skipped == 5
    assert abs(wall.luma() - luma_of(11)) < 3


def test_a_feed_in_several_tiles_is_decoded_once(canvas: MakeCanvas, bench: Bench) -> None:
    wall = canvas((64, 48), (32, 24), (64, 48))
    decoder = decoder_on(bench, *(Tile(wall.tile(index), wall.arena) for index in range(3)))
    for unit in stream()[:4]:
        decoder.push(unit)
        bench.drain()
    assert decoder.decoded == 4
    assert [wall.published(index) for index in range(3)] == [4, 4, 4]


def test_a_tile_that_is_added_gets_the_newest_picture_at_once(canvas: MakeCanvas, bench: Bench) -> None:
    wall = canvas((64, 48), (32, 24))
    first, second = (Tile(wall.tile(index), wall.arena) for index in range(2))
    decoder = decoder_on(bench, first)
    decoder.push(stream()[0])
    bench.drain()
    decoder.show((first, second))
    assert bench.step() is Urgency.FIRST
    assert (wall.published(0), wall.published(1)) == (1, 1)
    assert decoder.decoded == 1
    decoder.show((first, second))
    assert not bench.jobs


def test_at_key_frames_only_nothing_else_is_decoded(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile, level=DecodeLevel.KEY)
    decoder.begin(list(stream()[:5]), True)
    for unit in stream()[5:]:
        bench.drain()
        decoder.push(unit)
    bench.drain()
    assert decoder.decoded == 2
    assert wall.info().flags == 0
    assert abs(wall.luma() - luma_of(10)) < 3


def test_a_rung_goes_down_at_once_and_up_at_the_next_key_frame(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    units = stream(frames=40)
    shown = []
    for number, unit in enumerate(units):
        if number == 5:
            decoder.set_level(DecodeLevel.KEY)
        if number == 22:
            decoder.set_level(DecodeLevel.FULL)
        before = wall.published()
        decoder.push(unit)
        bench.drain()
        if wall.published() > before:
            shown.append(number)
            assert abs(wall.luma() - luma_of(number)) < 3
    assert shown == [*range(5), 10, 20, *range(30, 40)]


def test_a_group_that_is_not_whole_shows_its_key_frame_as_catching_up(
    canvas: MakeCanvas, bench: Bench
) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    units = stream()
    decoder.begin([units[0]], False)
    for unit in units[7:10]:
        decoder.push(unit)
    bench.drain()
    assert wall.published() == 1
    assert wall.info().flags == SlotFlag.CATCHING_UP
    decoder.push(units[10])
    bench.drain()
    assert wall.info().flags == 0
    assert abs(wall.luma() - luma_of(10)) < 3


def test_of_those_that_came_at_once_the_last_two_are_shown_and_the_others_counted(
    canvas: MakeCanvas, bench: Bench
) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    units = stream()
    decoder.begin(list(units[:5]), True)
    bench.drain()
    painted, came_ns = wall.published(), monotonic_ns()
    for unit in units[5:9]:
        decoder.push(replace(unit, arrival_ns=came_ns))
    bench.drain()
    assert wall.published() == painted + 2
    assert wall.info().flags == 0
    assert abs(wall.luma() - luma_of(8)) < 3
    assert (decoder.decoded, decoder.skipped) == (9, 2)


def test_of_what_nobody_sees_yet_nothing_is_missed(bench: Bench) -> None:
    decoder = decoder_on(bench)
    decoder.set_level(DecodeLevel.KEY)
    for unit in stream()[:5]:
        decoder.push(unit)
    bench.drain()
    assert (decoder.decoded, decoder.skipped) == (1, 0)


def test_a_key_frame_is_jumped_to_when_many_frames_wait(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    units = stream(frames=41, gop=20)
    for unit in units:
        decoder.push(unit)
    bench.drain()
    assert decoder.decoded == 1
    assert decoder.skipped == 40
    assert abs(wall.luma() - luma_of(40)) < 3


def test_the_queue_is_bounded_and_goes_on_at_a_key_frame(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    units = stream(frames=121, gop=120)
    for unit in units[: MAX_PENDING + 30]:
        decoder.push(unit)
    bench.drain()
    assert decoder.skipped == MAX_PENDING + 30
    decoder.push(units[120])
    bench.drain()
    assert abs(wall.luma() - luma_of(120)) < 3


def test_what_was_decoded_ahead_is_shown_before_anything_else_is_decoded(
    canvas: MakeCanvas, bench: Bench
) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench)
    decoder.begin(list(stream()[:8]), True)
    bench.step()
    assert decoder.decoded == 1
    decoder.show((tile,))
    assert bench.step() is Urgency.FIRST
    assert (decoder.decoded, wall.published(), wall.info().flags) == (1, 1, SlotFlag.CATCHING_UP)
    bench.drain()
    assert abs(wall.luma() - luma_of(7)) < 3 and wall.info().flags == 0


def test_a_group_whose_key_frame_was_decoded_ahead_is_gone_on_with(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    units = list(stream()[:8])
    decoder = decoder_on(bench, level=DecodeLevel.KEY)
    decoder.begin(units, True)
    bench.drain()
    decoder.set_level(DecodeLevel.NODEBLOCK)
    decoder.show((tile,))
    decoder.follow(units, True)
    bench.drain()
    assert decoder.decoded == 8, "the key frame once"
    assert abs(wall.luma() - luma_of(7)) < 3 and wall.info().flags == 0
    decoder.follow(units, True)
    bench.drain()
    assert decoder.decoded == 8, "there is more in the decoder than the key frame"


def test_with_b_frames_too_each_key_frame_is_shown_at_once_and_gone_on_from(
    canvas: MakeCanvas, bench: Bench
) -> None:
    wall, tile = one_tile(canvas)
    units = list(stream(frames=40, b_frames=2))
    decoder = decoder_on(bench, tile, level=DecodeLevel.KEY)
    shown = 0
    for unit in units[:31]:
        decoder.push(unit)
        bench.drain()
        shown += unit.key
        assert wall.published() == shown
    assert abs(wall.luma() - luma_of(30)) < 3
    decoder.set_level(DecodeLevel.NODEBLOCK)
    decoder.follow(units[30:], True)
    bench.drain()
    assert abs(wall.luma() - luma_of(37)) < 5 and wall.info().flags == 0


def test_a_group_that_was_left_in_the_middle_is_gone_through_anew(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    units = list(stream()[:8])
    decoder = decoder_on(bench)
    decoder.begin(units[:3], True)
    bench.drain()
    decoder.set_level(DecodeLevel.KEY)
    for unit in units[3:]:
        decoder.push(unit)
    bench.drain()
    assert decoder.decoded == 3
    decoder.set_level(DecodeLevel.NODEBLOCK)
    decoder.show((tile,))
    decoder.follow(units, True)
    bench.drain()
    assert abs(wall.luma() - luma_of(7)) < 3 and wall.info().flags == 0


def test_a_decoder_that_stays_behind_paints_what_it_has_and_says_so(
    canvas: MakeCanvas, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_decoder, "HOLD_NS", 0)
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    decoder.begin(list(stream()[:5]), True)
    while wall.published() < 4:
        bench.step()
        assert wall.info().flags == (SlotFlag.CATCHING_UP if decoder.decoded < 5 else 0)
    bench.drain()
    assert wall.published() == 5


def test_damage_is_flagged_and_garbage_survived(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    units = stream()
    for unit in (units[0], AccessUnit(b"\x00\x00\x00\x01garbage", 0, False), replace(units[2], damaged=True)):
        decoder.push(unit)
        bench.drain()
    assert wall.published() == 2, "the first, and the same again, marked: what follows garbage is withheld"
    assert wall.info().flags == SlotFlag.DAMAGED
    decoder.push(units[10])
    bench.drain()
    assert wall.info().flags == 0
    decoder.push(replace(units[11], damaged=True, loss=True))
    bench.drain()
    assert wall.info().flags == SlotFlag.DAMAGED | SlotFlag.LOSS


def test_what_nobody_thought_of_costs_a_camera_its_pictures_up_to_the_next_key_frame(
    canvas: MakeCanvas, bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    paint = tile.paint

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    units = stream()
    for number, unit in enumerate(units[:12]):
        monkeypatch.setattr(tile, "paint", fail if number in (2, 3) else paint)
        decoder.push(unit)
        bench.drain()
    assert wall.published() == 4, "0, 1, and from the key frame 10 on"
    assert abs(wall.luma() - luma_of(11)) < 3
    assert decoder.skipped == 8
    assert [record.message for record in caplog.records if record.exc_info] == [
        "feed cam/sub: a picture cannot be shown"
    ]


def test_what_stood_still_at_the_last_decoder_still_does_at_the_next(
    canvas: MakeCanvas, bench: Bench
) -> None:
    wall, tile = one_tile(canvas)
    key, *_ = stream()
    stillness = Stillness()
    for later_ns in (0, 9 * NS_PER_S):
        decoder = decoder_on(bench, tile, stillness=stillness)
        decoder.push(replace(key, arrival_ns=key.arrival_ns + later_ns))
        bench.drain()
        decoder.close()
        assert wall.info().changed_ns == key.arrival_ns
    assert wall.info().arrival_ns == key.arrival_ns + 9 * NS_PER_S


def test_a_loss_is_said_on_the_picture_that_stays(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    units = stream()
    for unit in (units[0], replace(units[10], damaged=True, loss=True)):
        decoder.push(unit)
        bench.drain()
    assert wall.published() == 2, "the first, and the same again: a key frame that lost a part is withheld"
    assert wall.info().flags == SlotFlag.DAMAGED | SlotFlag.LOSS


def test_another_codec_begins_anew(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    decoder.push(stream()[0])
    bench.drain()
    decoder.describe(StreamInfo("mjpeg", 128, 96))
    decoder.push(stream()[1])
    decoder.push(stream(codec="mjpeg", pixel_format="yuvj420p", frames=3)[2])
    bench.drain()
    assert wall.published() == 2
    assert abs(wall.luma() - luma_of(2)) < 4


def test_where_key_frames_cease_what_is_damaged_goes_on_and_says_so(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    units = list(stream()[:8])
    decoder.push(units[0])
    bench.drain()
    decoder.set_level(DecodeLevel.KEY)
    decoder.set_level(DecodeLevel.NODEBLOCK)
    late_ns = units[0].arrival_ns + round((KEYLESS_S + 1) * NS_PER_S)
    decoder.push(replace(units[4], damaged=True))
    decoder.push(replace(units[5], arrival_ns=late_ns))
    bench.drain()
    assert (wall.published(), decoder.skipped) == (1, 2)
    decoder.push(replace(units[6], damaged=True, arrival_ns=late_ns))
    bench.drain()
    assert (wall.published(), decoder.skipped) == (2, 2)
    assert wall.info().flags & SlotFlag.DAMAGED


def test_nothing_is_painted_after_the_end(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    decoder.push(stream()[0])
    decoder.close()
    bench.drain()
    decoder.push(stream()[1])
    assert not bench.jobs
    assert wall.published() == 0


def test_frames_pushed_while_threads_decode_are_all_decoded_in_order(
    canvas: MakeCanvas, pool: DecodePool
) -> None:
    wall, tile = one_tile(canvas)
    decoder = StreamDecoder(pool, "cam/sub", StreamName.SUB, DecodeLevel.NODEBLOCK, DecoderPark())
    decoder.show((tile,))
    decoder.describe(INFO)
    units = stream(frames=100, gop=100)
    decoder.begin(list(units[:60]), True)
    for unit in units[60:]:
        decoder.push(unit)
        time.sleep(0)
    deadline = time.monotonic() + 10
    while decoder.decoded < 100 and time.monotonic() < deadline:
        time.sleep(0.002)
    assert decoder.decoded == 100
    while wall.info().arrival_ns != units[99].arrival_ns and time.monotonic() < deadline:
        time.sleep(0.002)
    assert abs(wall.luma() - luma_of(99)) < 3


def test_what_waits_is_given_up_but_for_the_newest_key_frame_when_only_those_are_wanted(
    canvas: MakeCanvas, bench: Bench
) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile)
    decoder.begin(list(stream()[:1]), True)
    bench.drain()
    for unit in stream()[1:14]:
        decoder.push(unit)
    decoder.set_level(DecodeLevel.KEY)
    bench.drain()
    assert abs(wall.luma() - luma_of(10)) < 3 and decoder.decoded == 2
    decoder.push(stream()[14])
    decoder.push(stream()[0])
    assert bench.step() is Urgency.KEY


def test_at_key_frames_one_that_is_too_late_gives_way_to_the_next(canvas: MakeCanvas, bench: Bench) -> None:
    wall, tile = one_tile(canvas)
    decoder = decoder_on(bench, tile, level=DecodeLevel.KEY)
    decoder.begin(list(stream()[:1]), True)
    bench.drain()
    for unit in (stream()[0], stream()[1], stream()[10]):
        decoder.push(unit)
    bench.drain()
    assert abs(wall.luma() - luma_of(10)) < 3 and decoder.decoded == 2


def test_who_is_talked_with_goes_before_what_is_only_watched(canvas: MakeCanvas, bench: Bench) -> None:
    _, tile = one_tile(canvas)
    park = DecoderPark()
    decoder = StreamDecoder(bench, "c:p/main", StreamName.MAIN, DecodeLevel.NODEBLOCK, park, talk=True)  # type: ignore[arg-type]
    decoder.show((tile,))
    decoder.describe(INFO)
    for unit, urgency in zip(stream()[:3], (Urgency.FIRST, Urgency.TALK, Urgency.TALK), strict=True):
        decoder.push(unit)
        assert bench.step() is urgency


def test_a_closed_decoder_is_parked_when_nobody_is_at_it(canvas: MakeCanvas, bench: Bench) -> None:
    _, tile = one_tile(canvas)
    park = DecoderPark()
    for at_work in (False, True):
        decoder = StreamDecoder(bench, "cam/sub", StreamName.SUB, DecodeLevel.NODEBLOCK, park)  # type: ignore[arg-type]
        decoder.show((tile,))
        decoder.describe(INFO)
        decoder.push(stream()[0])
        bench.drain()
        if at_work:
            decoder.push(stream()[1])
        decoder.close()
        assert len(park) == (not at_work)
        bench.drain()
        assert len(park) == 1
