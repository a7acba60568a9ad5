from __future__ import annotations

import os
from pathlib import Path

import pytest

from commandwall.control.cores import Cores


@pytest.fixture
def stat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 2})
    monkeypatch.setattr(os, "nice", lambda increment: 0)
    file = tmp_path / "stat"
    write(file, cpu0=(0, 0), cpu1=(0, 0), cpu2=(0, 0))
    return file


def write(file: Path, **spare: tuple[int, int]) -> None:
    """Write user, nice, system, idle and iowait of each core, as in proc(5); ``spare`` is nice and idle."""
    rows = [f"{name} 500 {nice} 30 {idle} 0 0 0 0 0 0" for name, (nice, idle) in spare.items()]
    file.write_text("\n".join(["cpu  1 2 3 4 5 0 0 0 0 0", *rows, "intr 1 2", ""]))


def test_only_cores_that_may_be_used_count(stat: Path) -> None:
    cores = Cores(stat)
    assert cores.count == 2
    tick_s = 1 / os.sysconf("SC_CLK_TCK")
    write(stat, cpu0=(10, 40), cpu1=(0, 1000), cpu2=(0, 50))
    assert cores.take_spare_s() == pytest.approx(100 * tick_s)
    assert cores.take_spare_s() == 0.0


def test_who_is_nice_itself_has_others_that_are_beside_it(
    stat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "nice", lambda increment: 15)
    cores = Cores(stat)
    write(stat, cpu0=(10, 40), cpu1=(0, 1000), cpu2=(0, 50))
    assert cores.take_spare_s() == pytest.approx(90 / os.sysconf("SC_CLK_TCK"))


def test_this_machine_can_be_measured() -> None:
    cores = Cores()
    assert cores.count == len(os.sched_getaffinity(0)) and cores.take_spare_s() >= 0
