from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.barcode import Kind, Payload, draw, place, read
from simulators.encoder import Encoder
from simulators.spec import parse_spec
from tests.unit.simulators.decoding import decode

PAYLOADS = st.builds(
    Payload, st.sampled_from(list(Kind)), st.integers(0, 2**18 - 1), st.integers(0, 2**44 - 1)
)


def noise(width: int, height: int, seed: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(0, 255, (height, width), dtype=np.uint8)


@given(PAYLOADS)
def test_reads_what_it_drew(payload: Payload) -> None:
    picture = noise(640, 360)
    draw(picture, payload)
    assert read(picture) == payload


@given(PAYLOADS, st.sampled_from([(200, 112), (240, 135), (352, 288), (480, 270), (1920, 1080)]))
def test_reads_after_scaling(payload: Payload, size: tuple[int, int]) -> None:
    picture = noise(640, 360)
    draw(picture, payload)
    scaled = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    assert read(scaled) == payload


@pytest.mark.parametrize("size", [(240, 135), (320, 180), (640, 360)])
def test_reads_after_encoding_as_a_sub_stream(size: tuple[int, int]) -> None:
    spec = parse_spec("640x360@15:384k")
    encoder = Encoder(spec)
    background = cv2.GaussianBlur(cv2.cvtColor(noise(640, 360), cv2.COLOR_GRAY2BGR), (0, 0), 3)
    units = []
    for value in range(20):
        picture = np.roll(background, value * 4, axis=1).astype(np.uint8)
        draw(picture, Payload(Kind.UTC_MS, 321, 1_795_232_345_678 + value * 66))
        units += [unit.data for unit in encoder.encode(picture)]
    for value, luma in enumerate(decode(units)):
        scaled = cv2.resize(luma, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        assert read(scaled) == Payload(Kind.UTC_MS, 321, 1_795_232_345_678 + value * 66)


@pytest.mark.parametrize("shift", [(1, 0), (0, 1), (1, 1)])
def test_reads_beside_the_exact_place(shift: tuple[int, int]) -> None:
    picture = noise(640, 360)
    draw(picture, Payload(Kind.FRAME, 7, 42))
    moved = np.roll(picture, shift, axis=(0, 1))
    assert read(moved) == Payload(Kind.FRAME, 7, 42)


@pytest.mark.parametrize("picture", [np.zeros((360, 640), np.uint8), np.full((135, 240), 255, np.uint8)])
def test_reads_nothing_where_nothing_is(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
    assert read(picture) is None


@given(st.integers(0, 2**32))
def test_reads_nothing_in_noise(seed: int) -> None:
    found = read(noise(64, 36, seed))
    assert found is None or isinstance(found, Payload)


def test_a_flipped_cell_is_noticed() -> None:
    picture = noise(640, 360)
    draw(picture, Payload(Kind.FRAME, 7, 42))
    left, top, width, height = place(640, 360)
    cell = picture[top : top + height // 2, left : left + width // 40]
    cell[:] = 255 - cell
    assert read(picture) is None


def test_stays_clear_of_the_edges_where_a_wall_draws() -> None:
    _, top, _, height = place(640, 360)
    assert top + height < 0.1 * 360
