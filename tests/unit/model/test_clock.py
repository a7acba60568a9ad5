from __future__ import annotations

import pytest

from commandwall.model.clock import ClockFigures, ClockSource


def skewed(skew_ms: float) -> ClockFigures:
    return ClockFigures(ClockSource.RTCP, skew_ms)


@pytest.mark.parametrize(
    ("skew_ms", "words"),
    [
        (1500, "+1.5 s"),
        (-3200, "-3.2 s"),
        (-7_200_000 + 1, "-120 min"),
        (8 * 3_600_000, "+8 h"),
        (-56.2 * 365 * 86_400_000, "-20513 d"),
    ],
)
def test_a_skew_is_said_in_the_unit_that_fits(skew_ms: float, words: str) -> None:
    assert skewed(skew_ms).skew_words == words


def test_what_is_not_known_is_neither_wrong_nor_synchronised() -> None:
    unknown = ClockFigures()
    assert not unknown.off and unknown.right and not unknown.synchronised and unknown.skew_words == ""


@pytest.mark.parametrize(
    ("skew_ms", "synchronised", "off", "right"),
    [
        (-200, True, False, True),
        (40, True, False, True),
        (60, False, False, True),
        (-900, True, False, False),
        (-1001, False, True, False),
        (2000, False, True, False),
    ],
)
def test_a_clock_may_be_behind_by_a_delay_but_hardly_ahead(
    skew_ms: float, synchronised: bool, off: bool, right: bool
) -> None:
    clock = skewed(skew_ms)
    assert (clock.synchronised, clock.off, clock.right) == (synchronised, off, right)
