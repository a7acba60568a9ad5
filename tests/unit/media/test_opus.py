from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE, OpusEncoder, packet_samples
from commandwall.media.sound import Samples, SoundDecoder
from commandwall.model.access_unit import StreamInfo

OPUS = StreamInfo("opus", sample_rate=SAMPLE_RATE, channels=1)
LOOK_AHEAD = 120


def noise(blocks: int) -> Samples:
    """Return noise of speech's width (n,): what a decoder gives back can be found in it."""
    samples = np.random.default_rng(7).normal(0, 1, blocks * FRAME_SAMPLES + 63)
    smooth = np.convolve(samples, np.hanning(64) / 32, "valid")
    scaled: Samples = (0.3 * smooth / np.abs(smooth).max()).astype(np.float32)
    return scaled


def test_each_block_is_one_packet_and_each_packet_one_block_2_5_ms_later() -> None:
    encoder, decoder = OpusEncoder(), SoundDecoder(OPUS)
    sent = noise(20)
    got = []
    for block in sent.reshape(-1, FRAME_SAMPLES):
        data = encoder.encode(block)
        assert packet_samples(data) == FRAME_SAMPLES
        got.append(decoder.decode(data))
        assert got[-1].shape == (FRAME_SAMPLES,) and got[-1].dtype == np.float32
    received = np.concatenate(got)
    part = received[5000:10000]
    lags = [float(np.dot(part, sent[5000 - lag : 10000 - lag])) for lag in range(400)]
    assert int(np.argmax(lags)) == LOOK_AHEAD


def test_the_rate_is_that_of_a_mix() -> None:
    encoder = OpusEncoder()
    sizes = [len(encoder.encode(block)) for block in noise(100).reshape(-1, FRAME_SAMPLES)]
    assert 32_000 <= sum(sizes[10:]) / 90 * 50 * 8 <= 48_000


@pytest.mark.parametrize(
    ("first", "second", "samples"),
    [
        (0 << 3, 0, 480),
        (3 << 3, 0, 2880),
        (13 << 3, 0, 960),
        (16 << 3, 0, 120),
        (31 << 3, 0, 960),
        (31 << 3 | 1, 0, 1920),
        (31 << 3 | 2, 0, 1920),
        (31 << 3 | 3, 6, 5760),
        (31 << 3 | 3, 0xC0 | 2, 1920),
    ],
)
def test_how_long_a_packet_sounds_stands_in_its_first_bytes(first: int, second: int, samples: int) -> None:
    assert packet_samples(bytes((first, second))) == samples


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\x00", b"\xff\x07", b"\x1b\x03"])
def test_what_holds_nothing_or_more_than_120_ms_is_no_packet(data: bytes) -> None:
    with pytest.raises(ProtocolError, match="opus"):
        packet_samples(data)


@given(st.binary(max_size=100))
def test_a_packet_is_refused_or_of_a_possible_length(data: bytes) -> None:
    try:
        samples = packet_samples(data)
    except ProtocolError:
        return
    assert 120 <= samples <= 5760
