"""What every decode backend must do, run over all that work on this machine: the processor always."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from commandwall.base.errors import ProtocolError, UnavailableError
from commandwall.media.backend import CPU, DEVICES, DecodeBackend
from commandwall.media.decoder import DecodedPicture, VideoDecoder
from commandwall.media.tryout import probe
from commandwall.model.access_unit import AccessUnit
from tests.unit.media.streams import luma_of, stream

WIDTH, HEIGHT = 320, 192


def working() -> Iterator[DecodeBackend]:
    """Yield the backends that pass their trial here."""
    for backend in (CPU, *DEVICES):
        try:
            probe(backend)
        except UnavailableError:
            continue
        yield backend


@pytest.fixture(params=list(working()), ids=lambda backend: str(backend.choice))
def backend(request: pytest.FixtureRequest) -> DecodeBackend:
    return request.param  # type: ignore[no-any-return]


def decoded(decoder: VideoDecoder, units: tuple[AccessUnit, ...]) -> list[DecodedPicture]:
    return [picture for unit in units for picture in decoder.decode(unit)]


def test_every_unit_gives_its_picture_at_once(backend: DecodeBackend) -> None:
    decoder = VideoDecoder("h264", backend=backend)
    for number, unit in enumerate(stream(WIDTH, HEIGHT)):
        (picture,) = decoder.decode(unit)
        assert picture.unit is unit and (picture.width, picture.height) == (WIDTH, HEIGHT)
        assert abs(float(picture.planes().y.mean()) - luma_of(number)) < 3


def test_planes_are_420_of_the_pictures_size(backend: DecodeBackend) -> None:
    (picture,) = VideoDecoder("h264", backend=backend).decode(stream(WIDTH, HEIGHT)[0])
    y, u, v = picture.planes()
    assert (y.shape, u.shape, v.shape) == (
        (HEIGHT, WIDTH),
        (HEIGHT // 2, WIDTH // 2),
        (HEIGHT // 2, WIDTH // 2),
    )
    assert all(plane.dtype == np.uint8 for plane in (y, u, v))
    assert abs(int(u.mean()) - 128) < 3 and abs(int(v.mean()) - 128) < 3


def test_hevc_comes_out_as_well(backend: DecodeBackend) -> None:
    units = stream(WIDTH, HEIGHT, codec="libx265")
    pictures = decoded(VideoDecoder("hevc", backend=backend), units)
    assert abs(float(pictures[0].planes().y.mean()) - luma_of(0)) < 3


def test_what_a_device_does_not_take_is_decoded_all_the_same(backend: DecodeBackend) -> None:
    units = stream(WIDTH, HEIGHT, pixel_format="yuv422p")
    (picture,) = VideoDecoder("h264", backend=backend).decode(units[0])
    assert abs(float(picture.planes().y.mean()) - luma_of(0)) < 3


def test_damage_lasts_up_to_the_next_key_frame(backend: DecodeBackend) -> None:
    units = list(stream(WIDTH, HEIGHT, frames=20, gop=10))
    units[3] = replace(units[3], data=units[3].data[:7])
    decoder = VideoDecoder("h264", backend=backend)
    damaged: dict[int, bool] = {}
    for number, unit in enumerate(units):
        with suppress(ProtocolError):
            (picture,) = decoder.decode(unit)
            damaged[number] = picture.damaged
    assert not damaged[2] and damaged[5] and not damaged[10] and not damaged[15]
