"""The head encoder's stream, taken apart and decoded again."""

from __future__ import annotations

import av
import numpy as np
import pytest

from commandwall.base.errors import UnsupportedError
from commandwall.media.encoder import H264Encoder, RawPicture

_SPS, _PPS, _IDR, _SLICE = 7, 8, 5, 1


def nal_types(data: bytes) -> list[int]:
    return [part[0] & 31 for part in data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")[1:]]


def paint(picture: RawPicture, step: int) -> None:
    height, width = picture.planes.y.shape
    picture.planes.y[:] = (np.arange(width) * 2 + np.arange(height)[:, np.newaxis] + step * 5) % 200 + 16
    picture.planes.u[:] = 100
    picture.planes.v[:] = 150


@pytest.mark.parametrize("size", [(16, 16), (322, 182), (640, 360)])
def test_pictures_come_out_one_for_one_and_look_as_they_went_in(size: tuple[int, int]) -> None:
    encoder, picture = H264Encoder(*size, 25), RawPicture(*size)
    decoder = av.CodecContext.create("h264", "r")
    for step in range(8):
        paint(picture, step)
        sent = picture.planes.y.copy()
        data, key = encoder.encode(picture, step * 3600, key=step == 5)
        assert key is (step in (0, 5))
        decoded = decoder.decode(av.Packet(data))
        assert isinstance(decoded[0], av.VideoFrame)
        seen = decoded[0].to_ndarray(format="yuv420p")[: size[1]]
        assert np.abs(seen.astype(int) - sent).mean() < 6


def test_every_key_frame_carries_parameter_sets_and_nothing_else_does() -> None:
    encoder, picture = H264Encoder(320, 180, 25), RawPicture(320, 180)
    for step in range(6):
        paint(picture, step)
        types = set(nal_types(encoder.encode(picture, step * 3600, key=step == 3)[0]))
        assert types & {_SPS, _PPS, _IDR, _SLICE} == ({_SPS, _PPS, _IDR} if step in (0, 3) else {_SLICE})


def test_the_stream_is_constrained_baseline_for_every_browser() -> None:
    encoder, picture = H264Encoder(320, 180, 25), RawPicture(320, 180)
    paint(picture, 0)
    data, _ = encoder.encode(picture, 0, key=True)
    at = data.index(b"\0\0\1\x67") + 4
    profile, constraints = data[at], data[at + 1]
    assert profile == 66
    assert constraints & 0x40


def test_a_large_picture_is_cut_into_slices_for_threads_and_stays_one_access_unit() -> None:
    encoder, picture = H264Encoder(3840, 2160, 25), RawPicture(3840, 2160)
    paint(picture, 0)
    data, key = encoder.encode(picture, 0, key=True)
    assert key
    decoded = av.CodecContext.create("h264", "r").decode(av.Packet(data))
    assert len(decoded) == 1


def test_a_picture_may_be_written_again_at_once() -> None:
    encoder, picture = H264Encoder(64, 64, 25), RawPicture(64, 64)
    decoder = av.CodecContext.create("h264", "r")
    for value in (40, 120, 200):
        picture.planes.y[:] = value
        picture.planes.u[:] = picture.planes.v[:] = 128
        data, _ = encoder.encode(picture, value, key=True)
        picture.planes.y[:] = 0
        decoded = decoder.decode(av.Packet(data))[0]
        assert isinstance(decoded, av.VideoFrame)
        assert abs(int(decoded.to_ndarray(format="yuv420p")[:64].mean()) - value) <= 2


def test_an_ffmpeg_without_the_encoder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    create = av.VideoCodecContext.create
    monkeypatch.setattr(av.VideoCodecContext, "create", lambda _, mode: create("libx264_nowhere", mode))
    with pytest.raises(UnsupportedError, match="no libx264"):
        H264Encoder(160, 90, 25)
