from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import InvalidError
from commandwall.model.source import EMPTY, Source, SourceKind
from commandwall.model.tour import Tour, next_sources


def sources(names: str) -> tuple[Source, ...]:
    return tuple(EMPTY if name == "-" else Source(SourceKind.CAMERA, name) for name in names)


def names(found: tuple[Source, ...]) -> str:
    return "".join(source.id or "-" for source in found)


TOUR = Tour("t", "轮巡", "main", ("1",), 10, sources("ab"))


@pytest.mark.parametrize(
    ("ring", "alive", "shown", "expected"),
    [
        ("abc", "abc", "-", "a"),
        ("abc", "abc", "a", "b"),
        ("abc", "abc", "c", "a"),
        ("abc", "abc", "x", "a"),
        ("abc", "ac", "a", "c"),
        ("abc", "c", "c", "c"),
        ("abc", "", "a", "a"),
        ("abc", "b", "a", "b"),
        ("abcde", "abcde", "ab", "cd"),
        ("abcde", "abcde", "cd", "ea"),
        ("abcde", "abde", "ab", "de"),
        ("abc", "ab", "ab", "ab"),
        ("abc", "ab", "bx", "ba"),
        ("abc", "a", "ca", "ca"),
        ("abc", "a", "cb", "ab"),
    ],
)
def test_the_next_sources_follow_those_that_are_shown(
    ring: str, alive: str, shown: str, expected: str
) -> None:
    assert names(next_sources(sources(ring), sources(alive), sources(shown))) == expected


@given(st.sets(st.sampled_from("abcdefgh")), st.integers(1, 4))
def test_everybody_alive_has_a_turn_and_nobody_twice_at_once(alive: set[str], cells: int) -> None:
    ring, living = sources("abcdefgh"), sources("".join(alive))
    shown, seen = sources("-" * cells), set[Source]()
    for _ in range(8):
        shown = next_sources(ring, living, shown)
        seen.update(shown)
        there = [source for source in shown if source != EMPTY]
        assert len(shown) == cells and len(there) == len(set(there)) == min(cells, len(alive))
    assert seen - {EMPTY} == set(living)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"dwell_s": 1.9}, "dwell_s"),
        ({"dwell_s": 3601.0}, "dwell_s"),
        ({"cells": ()}, "cells"),
        ({"cells": ("1", "1")}, "cells[1]"),
        ({"sources": ()}, "sources"),
        ({"area": "dongmen"}, "sources"),
        ({"sources": sources("aba")}, "sources[2]"),
        ({"sources": sources("a-")}, "sources[1]"),
    ],
)
def test_a_tour_that_makes_no_sense_is_refused(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidError) as raised:
        replace(TOUR, **change)  # type: ignore[arg-type]
    assert raised.value.field == field
