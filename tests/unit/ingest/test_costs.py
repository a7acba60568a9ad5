from __future__ import annotations

import pytest

from commandwall.ingest.costs import Cost, CostBook

PIXELS = 640 * 360
MEASURED = Cost(0.004, 0.002)


def test_an_unknown_feed_is_guessed_by_its_pixels() -> None:
    book = CostBook()
    small, large = book.cost("a/sub", PIXELS), book.cost("a/main", 1920 * 1080)
    assert 1e-4 < small.frame_s < 1e-3
    assert large.frame_s > 5 * small.frame_s
    assert small.key_s > small.frame_s
    assert book.cost("b/main", 0) == large


def test_what_was_measured_is_remembered() -> None:
    book = CostBook()
    book.learn("a/sub", MEASURED, PIXELS)
    assert book.cost("a/sub", PIXELS) == (0.004, 0.002)


def test_guesses_follow_what_this_machine_measures() -> None:
    book = CostBook()
    for _ in range(200):
        book.learn("a/sub", MEASURED, PIXELS)
    assert book.cost("b/sub", PIXELS).frame_s == pytest.approx(0.002, rel=0.05)


def test_a_cost_without_a_size_teaches_nothing_about_others() -> None:
    book = CostBook()
    before = book.cost("b/sub", PIXELS)
    book.learn("a/sub", MEASURED, 0)
    assert book.known("a/sub") == MEASURED and book.known("b/sub") is None
    assert book.cost("b/sub", PIXELS) == before
