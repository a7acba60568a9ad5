from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from commandwall.base.errors import InvalidError
from simulators.bake import bake
from simulators.barcode import Kind, Payload, read
from simulators.loopfile import Unit, read_loop
from simulators.pictures import pictures_of
from simulators.places import places
from simulators.spec import VideoSpec, parse_spec
from simulators.stamp import Stamp
from tests.unit.simulators.decoding import decode

SUB = parse_spec("640x360@15:384k")
SMALL = parse_spec("240x136@5:96k")


def baked(tmp_path: Path, number: int) -> list[Unit]:
    path = tmp_path / f"{number}.loop"
    bake(places(number)[-1], SUB, None, path)
    units = read_loop(path)
    assert units is not None
    return units


def test_a_loop_is_what_a_camera_sends(tmp_path: Path) -> None:
    units = baked(tmp_path, 3)
    assert len(units) == 60
    assert [index for index, unit in enumerate(units) if unit.key] == [0, 30]
    for unit in units:
        kinds = [part[0] & 0x1F for part in unit.data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")[1:]]
        assert (7 in kinds and 8 in kinds and 5 in kinds) == unit.key
    kilobits = sum(len(unit.data) for unit in units) * 8 / SUB.loop_s / 1000
    assert 250 < kilobits < 450


def test_every_frame_says_whose_it_is_and_which(tmp_path: Path) -> None:
    units = baked(tmp_path, 2)
    read_back = [read(luma) for luma in decode(unit.data for unit in units)]
    assert read_back == [Payload(Kind.FRAME, 2, index) for index in range(60)]


def varied(tmp_path: Path, spec: VideoSpec) -> list[Unit]:
    bake(places(1)[0], spec, None, tmp_path / "varied.loop")
    units = read_loop(tmp_path / "varied.loop")
    assert units is not None
    return units


def test_b_frames_are_sent_in_another_order_than_they_are_shown(tmp_path: Path) -> None:
    units = varied(tmp_path, replace(SMALL, b_frames=2))
    shown = [index + unit.delay for index, unit in enumerate(units)]
    assert len(units) == SMALL.loop_frames
    assert sorted(shown) == list(range(min(shown), min(shown) + len(units)))
    assert shown != sorted(shown)
    assert [index for index, unit in enumerate(units) if unit.key] == [0, SMALL.gop]


def test_a_frozen_loop_decodes_to_one_picture(tmp_path: Path) -> None:
    units = varied(tmp_path, replace(SMALL, frozen=True))
    first, *others = decode(unit.data for unit in units + units)
    assert len(others) == 2 * SMALL.loop_frames - 1
    assert all(np.array_equal(first, other) for other in others)


def test_a_long_group_is_a_loop_of_its_own(tmp_path: Path) -> None:
    units = varied(tmp_path, replace(SMALL, gop_s=20))
    assert [unit.key for unit in units] == [True] + [False] * (20 * SMALL.fps - 1)


def test_a_clip_begins_elsewhere_for_every_camera(footage: Path) -> None:
    first, second = (pictures_of(place, SMALL, footage).render(0.0) for place in places(2))
    assert first.shape == (136, 240, 3)
    assert np.abs(first.astype(int) - second.astype(int)).mean() > 0.5


def test_a_clip_is_baked_with_marks(footage: Path, tmp_path: Path) -> None:
    bake(places(1)[0], SUB, footage, tmp_path / "1.loop")
    units = read_loop(tmp_path / "1.loop")
    assert units is not None
    assert [read(luma) for luma in decode(unit.data for unit in units)] == [
        Payload(Kind.FRAME, 1, index) for index in range(60)
    ]


def test_what_is_no_clip_is_named(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"nothing of the kind")
    with pytest.raises(InvalidError, match=r"clip\.mp4"):
        pictures_of(places(1)[0], SMALL, clip)


@pytest.mark.parametrize("text", ["240x136@5:96k", "640x360@15:384k", "1920x1080@25:4000k"])
def test_marks_fit_pictures_of_any_size(text: str) -> None:
    spec = parse_spec(text)
    for place in places(60)[::7]:
        picture = np.full((spec.height, spec.width, 3), 128, np.uint8)
        stamp = Stamp(place.name, place.number, spec.width, spec.height)
        stamp.burn(picture, Kind.UTC_MS, 1_795_232_345_678)
        assert read(picture[:, :, 0].copy()) == Payload(Kind.UTC_MS, place.number, 1_795_232_345_678)
        assert (picture[: spec.height // 5, : spec.width // 3] > 200).any()
        assert (picture[spec.height // 4 :] == 128).all()
