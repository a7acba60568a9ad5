"""The words of a wall, in both languages."""

from __future__ import annotations

import pytest

from commandwall.compose.words import words_of
from commandwall.model.reason import Reason, ReasonCode
from commandwall.model.wall import TileState

ZH, EN = words_of("zh"), words_of("en")


@pytest.mark.parametrize(
    ("age_s", "en", "zh"),
    [
        (0, "0 s", "0 秒"),
        (59, "59 s", "59 秒"),
        (60, "1:00", "1:00"),
        (3599, "59:59", "59:59"),
        (3600, "1:00:00", "1:00:00"),
        (86_399, "23:59:59", "23:59:59"),
        (86_400 * 3, "3 d", "3 天"),
    ],
)
def test_ages_are_short_at_any_age(age_s: int, en: str, zh: str) -> None:
    assert (EN.age(age_s), ZH.age(age_s)) == (en, zh)


def test_every_state_has_its_word_and_only_the_good_ones_have_none() -> None:
    for words in (ZH, EN):
        silent = {state for state in TileState if not words.states[state]}
        assert silent == {TileState.LIVE, TileState.EMPTY}


def test_reasons_are_told_in_the_walls_language_without_details() -> None:
    reason = Reason(ReasonCode.TIMEOUT, "DESCRIBE, 5 s")
    assert ZH.reason(reason) == "摄像机无应答"
    assert EN.reason(reason) == "Camera does not answer"


def test_opening_is_no_reason() -> None:
    assert ZH.reason(Reason(ReasonCode.OPENING)) == ""


def test_a_language_that_is_not_known_is_english() -> None:
    assert words_of("fr") is EN
