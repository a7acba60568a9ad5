from __future__ import annotations

import pytest

from commandwall.ingest.costs import CostBook
from commandwall.ingest.pool import DecodePool
from commandwall.ingest.stream_decoder import StreamDecoder
from commandwall.model.camera import StreamName
from commandwall.model.wall import DecodeLevel

PIXELS = 640 * 360


@pytest.fixture
def decoder(pool: DecodePool) -> StreamDecoder:
    return StreamDecoder(pool, "a/sub", StreamName.SUB, DecodeLevel.NODEBLOCK)


def test_an_unknown_feed_is_guessed_by_its_pixels() -> None:
    book = CostBook()
    small, large = book.cost("a/sub", PIXELS), book.cost("a/main", 1920 * 1080)
    assert 1e-4 < small.frame_s < 1e-3
    assert large.frame_s > 5 * small.frame_s
    assert small.key_s > small.frame_s
    assert book.cost("b/main", 0) == large


def test_what_was_measured_is_remembered(decoder: StreamDecoder) -> None:
    book = CostBook()
    decoder.key_cost_s, decoder.frame_cost_s = 0.004, 0.002
    book.learn(decoder, PIXELS)
    assert book.cost("a/sub", PIXELS) == (0.004, 0.002)


def test_guesses_follow_what_this_machine_measures(decoder: StreamDecoder) -> None:
    book = CostBook()
    decoder.key_cost_s, decoder.frame_cost_s = 0.004, 0.002
    for _ in range(200):
        book.learn(decoder, PIXELS)
    assert book.cost("b/sub", PIXELS).frame_s == pytest.approx(0.002, rel=0.05)


def test_nothing_is_learnt_before_it_is_measured(decoder: StreamDecoder) -> None:
    book = CostBook()
    before = book.cost("a/sub", PIXELS)
    book.learn(decoder, PIXELS)
    assert book.cost("a/sub", PIXELS) == before
