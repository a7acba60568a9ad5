from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.loopfile import Unit, cache_folder, cache_root, read_loop, write_loop
from simulators.spec import Codec, parse_spec

SUB = parse_spec("640x360@15:384k")
UNITS = st.lists(
    st.builds(Unit, st.binary(max_size=200), st.booleans(), st.integers(0, 15)), min_size=1, max_size=20
)


@given(units=UNITS)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, units: list[Unit]) -> None:
    path = tmp_path_factory.mktemp("loops") / "deep" / "0001.loop"
    write_loop(path, units)
    assert read_loop(path) == units
    assert [file.name for file in path.parent.iterdir()] == ["0001.loop"]


def test_a_loop_that_is_not_there_or_not_whole_is_none(tmp_path: Path) -> None:
    path = tmp_path / "0001.loop"
    assert read_loop(path) is None
    write_loop(path, [Unit(b"abc", True), Unit(b"de", False)])
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert read_loop(path) is None
    path.write_bytes(b"X" + whole[1:])
    assert read_loop(path) is None


def test_other_pictures_have_another_folder(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"one")
    drawn = cache_folder(tmp_path, SUB, None)
    filmed = cache_folder(tmp_path, SUB, clip)
    clip.write_bytes(b"another")
    kinds = {drawn, filmed, cache_folder(tmp_path, SUB, clip)}
    kinds.add(cache_folder(tmp_path, parse_spec("640x360@15:400k"), None))
    kinds.update(cache_folder(tmp_path, replace(SUB, codec=codec), None) for codec in Codec)
    assert len(kinds) == 6
    assert cache_folder(tmp_path, SUB, None) == drawn


def test_the_cache_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_root() == tmp_path / "commandwall" / "farm"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_root() == Path.home() / ".cache" / "commandwall" / "farm"
