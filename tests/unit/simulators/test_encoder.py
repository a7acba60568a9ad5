from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commandwall.rtp.annexb import split_annexb
from simulators.encoder import Encoder
from simulators.loopfile import Unit
from simulators.spec import Codec, VideoSpec, parse_spec
from tests.unit.simulators.decoding import decode

FFMPEG_NAMES = {Codec.H264: "h264", Codec.H265: "hevc", Codec.MJPEG: "mjpeg"}
PREDICTING = [Codec.H264, Codec.H265]
CODECS = pytest.mark.parametrize("codec", list(Codec))


def picture(spec: VideoSpec, level: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((spec.height, spec.width, 3), level, np.uint8)


def encoded(spec: VideoSpec, *, keys: tuple[int, ...] = ()) -> list[Unit]:
    """Return one loop of pictures that become brighter; ``keys`` are asked to be key frames."""
    encoder = Encoder(spec)
    units: list[Unit] = []
    for index in range(spec.loop_frames):
        units += encoder.encode(picture(spec, 50 + index), key=index in keys)
    return units + encoder.flush()


@CODECS
def test_every_picture_is_one_unit_and_is_seen_as_it_was(codec: Codec) -> None:
    spec = parse_spec("160x120@5:128k", codec)
    units = encoded(spec)
    assert len(units) == spec.loop_frames
    assert {unit.delay for unit in units} == {0}
    levels = [float(luma.mean()) for luma in decode((unit.data for unit in units), FFMPEG_NAMES[codec])]
    assert levels == sorted(levels) and len(levels) == len(units)
    assert levels[0] == pytest.approx(50, abs=2)


@pytest.mark.parametrize("codec", PREDICTING)
def test_groups_have_one_length_unless_a_key_frame_is_asked_for(codec: Codec) -> None:
    spec = parse_spec("160x120@5:128k", codec)
    assert [index for index, unit in enumerate(encoded(spec)) if unit.key] == [0, spec.gop]
    assert [index for index, unit in enumerate(encoded(spec, keys=(3,))) if unit.key] == [0, 3, 3 + spec.gop]


@pytest.mark.parametrize("codec", PREDICTING)
def test_b_frames_are_sent_later_than_they_are_shown(codec: Codec) -> None:
    spec = replace(parse_spec("160x120@5:128k", codec), b_frames=2)
    shown = [index + unit.delay for index, unit in enumerate(encoded(spec))]
    assert len(shown) == spec.loop_frames
    assert shown != sorted(shown) and sorted(shown) == list(range(min(shown), min(shown) + len(shown)))


def test_every_jpeg_is_a_key_frame() -> None:
    assert all(unit.key for unit in encoded(parse_spec("160x120@5:128k", Codec.MJPEG)))


def test_a_picture_is_cut_into_slices() -> None:
    (unit, *_) = encoded(replace(parse_spec("160x120@5:128k"), slices=4))
    assert [nal[0] & 0x1F for nal in split_annexb(unit.data)].count(5) == 4
