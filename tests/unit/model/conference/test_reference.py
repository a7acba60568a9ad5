"""The page about the chair names all that there is to say."""

from __future__ import annotations

import pytest

from commandwall.model.conference.command import DELEGATED, Verb
from commandwall.model.conference.state import Mode
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "ref" / "chair.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", sorted({*Verb, *Mode}))
def test_every_verb_and_mode_is_on_the_page(word: str) -> None:
    assert f"`{word}`" in PAGE


@pytest.mark.parametrize("verb", sorted(set(Verb) - {Verb.ANSWERED}))
def test_what_the_level_above_may_do_is_marked(verb: Verb) -> None:
    lines = [line for line in PAGE.splitlines() if f"`{verb}`" in line]
    assert any("▲" in line for line in lines) == (verb in DELEGATED)
