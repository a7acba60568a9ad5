"""Paths of fields and the lines that faults print."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from commandwall.settings.faults import Fault, Loc, SettingsError, loc_of, path_of

NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)


def test_a_path_is_written_as_people_write_it() -> None:
    assert path_of(("walls", 0, "heads", 1, "rect")) == "walls[0].heads[1].rect"
    assert path_of(()) == ""


@given(NAMES, st.lists(NAMES | st.integers(0, 999)))
def test_a_path_reads_back_as_its_steps(first: str, rest: list[str | int]) -> None:
    loc: Loc = (first, *rest)
    assert loc_of(path_of(loc)) == loc


def test_faults_print_in_file_order_and_once() -> None:
    a, b = Fault(Path("f"), 9, "x", "is wrong"), Fault(Path("f"), 10, "", "too")
    assert str(SettingsError([b, a, b])) == "f:9: x: is wrong\nf:10: too"
