"""Text: both languages are drawn, fitted and kept in their box."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.compose.text import clean, fit, line_height, missing_glyphs, text_mask, text_width

texts = st.text(st.characters(codec="utf-8"), max_size=40)


@pytest.mark.parametrize("text", ["东门步行街 01", "Camera does not answer, 12 s", "g"])
@pytest.mark.parametrize("px", [9, 13, 24, 60])
def test_text_fills_its_line_and_is_not_cut(text: str, px: int) -> None:
    mask = text_mask(text, px)
    assert mask.shape == (line_height(px), text_width(text, px))
    assert mask.max() > 200
    ink = np.flatnonzero(mask.max(axis=1) > 60)
    assert ink[0] >= 0
    assert ink[-1] < line_height(px) - 1 or text == "g"
    assert mask[:, -1].max() < 200, "the last stroke is inside"


def test_chinese_signs_are_drawn_and_differ() -> None:
    assert not np.array_equal(text_mask("断", 20), text_mask("连", 20))


def test_strokes_of_small_text_are_solid() -> None:
    assert (text_mask("东门步行街", 10) > 150).mean() > 0.12


@given(texts, st.integers(8, 40), st.integers(0, 300))
def test_what_fits_is_never_wider_than_its_room(text: str, px: int, width: int) -> None:
    fitted = fit(clean(text), px, width)
    assert text_width(fitted, px) <= width or not fitted
    assert fitted == clean(text) or "…" in fitted or not fitted


def test_a_long_name_keeps_its_beginning_and_its_number() -> None:
    assert fit("布吉关严管路 收费站", 13, 90) == "布吉关严管…"
    assert fit("布吉关严管路 收费站 02", 13, 90) == "布吉关严…02"
    assert fit("布吉关", 13, 90) == "布吉关"
    assert fit("布吉关", 13, 4) == ""


@given(texts)
def test_clean_text_is_one_printable_line(text: str) -> None:
    assert all(sign.isprintable() for sign in clean(text))
    assert clean(clean(text)) == clean(text)


def test_control_characters_and_line_feeds_become_spaces() -> None:
    assert clean(" 东门\n\x07 01\t") == "东门 01"


def test_what_the_font_cannot_draw_is_a_box_and_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    assert clean("校门🚧 01？?") == "校门□ 01？?"
    assert clean("🚧🚧") == "□□"
    assert caplog.text.count("U+1F6A7") == 1
    assert missing_glyphs("罗湖 🚧\n한") == {"🚧"}
