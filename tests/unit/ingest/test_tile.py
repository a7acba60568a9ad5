from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from commandwall.ingest.tile import Tile
from commandwall.ipc.arena import SLOTS
from commandwall.ipc.slots import SlotFlag
from commandwall.media.decoder import DecodedPicture, VideoDecoder
from commandwall.model.camera import StreamName
from commandwall.model.layout import Aspect
from commandwall.model.source import Source, SourceKind
from tests.unit.ingest.arenas import Canvas
from tests.unit.media.streams import luma_of, stream

MakeCanvas = Callable[..., Canvas]
SUB, MAIN = StreamName.SUB, StreamName.MAIN


@pytest.fixture(scope="module")
def pictures() -> list[DecodedPicture]:
    decoder = VideoDecoder("h264")
    return [picture for unit in stream() for picture in decoder.decode(unit)]


def test_a_picture_is_scaled_into_the_slot_with_its_times(
    canvas: MakeCanvas, pictures: list[DecodedPicture]
) -> None:
    wall = canvas((64, 48))
    tile = Tile(wall.tile(), wall.arena)
    assert tile.paint(SUB, pictures[2], SlotFlag.CATCHING_UP, 100)
    assert abs(wall.luma() - luma_of(2)) < 3
    unit = pictures[2].unit
    assert wall.info() == (unit.arrival_ns, unit.arrival_ns, 0, 100, SlotFlag.CATCHING_UP)
    assert (tile.painted, tile.settled) == (1, True)


def test_a_camera_whose_clock_is_right_tells_when_its_pictures_were_captured(
    canvas: MakeCanvas, pictures: list[DecodedPicture]
) -> None:
    wall = canvas((64, 48))
    tile = Tile(wall.tile(), wall.arena)
    unit = pictures[2].unit
    unit.capture_utc_ns = unit.arrival_ns + 7_000_000
    tile.paint(SUB, pictures[2], 0, 100, epoch_ns=10_000_000)
    assert (wall.info().captured_ns, wall.info().flags) == (unit.arrival_ns - 3_000_000, SlotFlag.TIMED)


def test_only_the_stream_that_is_shown_gives_the_picture_more_time(
    canvas: MakeCanvas, pictures: list[DecodedPicture]
) -> None:
    wall = canvas((64, 48))
    tile = Tile(wall.tile(), wall.arena)
    tile.extend(SUB, 300)
    tile.paint(SUB, pictures[2], 0, 100)
    shown = wall.info()
    tile.extend(MAIN, 300)
    with tile._lock:  # as while another picture is painted
        tile.extend(SUB, 300)
    assert wall.info() == shown
    tile.extend(SUB, 300)
    assert (wall.info(), wall.published(), tile.painted) == (shown._replace(period_ns=300), 1, 1)


def test_bars_are_black_in_every_slot(canvas: MakeCanvas, pictures: list[DecodedPicture]) -> None:
    wall = canvas((128, 48))
    tile = Tile(wall.tile(), wall.arena)
    for number in range(SLOTS):
        for plane in wall.arena.planes(0, number):
            plane.fill(99)
    for number in range(SLOTS):
        tile.paint(SUB, pictures[number], 0, 1)
    for number in range(SLOTS):
        planes = wall.arena.planes(0, number)
        assert (planes.y[:, :30] == 16).all()
        assert (planes.u[:, -15:] == 128).all()
        assert abs(float(planes.y[:, 40:90].mean()) - luma_of(number)) < 3


def test_a_new_size_of_the_picture_is_placed_anew(canvas: MakeCanvas, pictures: list[DecodedPicture]) -> None:
    wall = canvas((64, 48))
    tile = Tile(wall.tile(aspect=Aspect.FIT), wall.arena)
    tile.paint(SUB, pictures[0], 0, 1)
    (wide,) = VideoDecoder("h264").decode(stream(width=128, height=48)[0])
    tile.paint(SUB, wide, 0, 1)
    newest = wall.readers[0].newest()
    assert newest is not None
    assert np.unique(newest[1].y[:10]).tolist() == [16]


def test_when_the_content_changed_last_goes_with_the_picture(
    canvas: MakeCanvas, pictures: list[DecodedPicture], monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = canvas()
    monkeypatch.setattr(pictures[0], "changed_ns", 7)
    Tile(wall.tile(), wall.arena).paint(SUB, pictures[0], 0, 1)
    assert wall.info().changed_ns == 7


def test_a_damaged_picture_is_never_shown_as_clean(canvas: MakeCanvas) -> None:
    wall = canvas()
    tile = Tile(wall.tile(), wall.arena)
    (damaged,) = VideoDecoder("h264").decode(replace(stream()[0], damaged=True))
    tile.paint(SUB, damaged, 0, 1)
    assert wall.info().flags == SlotFlag.DAMAGED


def test_sub_is_shown_until_main_is_there_and_not_after(
    canvas: MakeCanvas, pictures: list[DecodedPicture]
) -> None:
    wall = canvas()
    tile = Tile(wall.tile(stream=MAIN), wall.arena)
    assert tile.paint(SUB, pictures[0], 0, 1)
    assert tile.shown == "sub"
    assert tile.paint(MAIN, pictures[1], 0, 1)
    assert (tile.shown, tile.settled) == ("main", True)
    assert wall.published() == 2
    tile.unsettle()
    assert tile.paint(SUB, pictures[3], 0, 1)


def test_the_other_stream_never_turns_time_back(canvas: MakeCanvas, pictures: list[DecodedPicture]) -> None:
    wall = canvas()
    tile = Tile(wall.tile(stream=MAIN), wall.arena)
    tile.paint(SUB, pictures[5], 0, 1)
    assert not tile.paint(MAIN, pictures[4], 0, 1)
    assert tile.paint(MAIN, pictures[5], 0, 1)


def test_a_tile_goes_on_under_a_specification_of_the_same_picture_only(canvas: MakeCanvas) -> None:
    wall = canvas()
    spec = wall.tile()
    tile = Tile(spec, wall.arena)
    assert tile.take_over(replace(spec, importance=5.0, cell="other", stream=MAIN))
    assert tile.spec.importance == 5.0
    assert not tile.take_over(replace(spec, source=Source(SourceKind.CAMERA, "another")))
    assert not tile.take_over(replace(spec, aspect=Aspect.FILL))
    assert tile.spec.cell == "other"
