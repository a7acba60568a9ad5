from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bench.proctree import (
    MemoryKind,
    TreeMeter,
    memory_of,
    parse_pss,
    parse_stat,
    processes_below,
)

_STAT = "4242 (a (b) c) S 17 4242 4242 0 -1 4194560 9 8 7 6 100 50 30 20 20 0 3 0 98765 1 2 3"
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_BURN = "import time\nwhile time.process_time() < {seconds}: pass\n"


@contextmanager
def python(code: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_a_stat_line_gives_parent_start_and_all_cpu_times() -> None:
    parent, start, cpu_s = parse_stat(_STAT)
    assert (parent, start) == (17, 98765)
    assert cpu_s == pytest.approx((100 + 50 + 30 + 20) * _TICK_S)


@pytest.mark.parametrize("text", ["", "1 (a) S", "no bracket"])
def test_a_stat_line_of_another_form_is_refused(text: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        parse_stat(text)


def test_pss_is_read_in_bytes() -> None:
    assert parse_pss("00-ff ---p [rollup]\nRss: 1688 kB\nPss:    319 kB\nPss_Dirty: 112 kB\n") == 319 * 1024


def test_pss_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="no Pss"):
        parse_pss("Rss: 1688 kB\nPss_Dirty: 112 kB\n")


def test_a_tree_has_its_root_and_all_below() -> None:
    child = "print(1, flush=True); input()"
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with python(nested) as process:
        assert hear(process) == "1"
        found = processes_below(process.pid)
        tell(process)
    assert process.pid in found
    assert len(found) == 2
    assert {found[pid].parent for pid in found if pid != process.pid} == {process.pid}


def test_a_process_that_is_gone_has_no_tree() -> None:
    with python("") as process:
        process.wait()
    assert processes_below(process.pid) == {}


def test_cpu_of_a_live_process_is_measured_by_role() -> None:
    with python(
        "print(1, flush=True); input(); "
        + f"exec({_BURN.format(seconds=0.5)!r}); print(2, flush=True); input()"
    ) as process:
        assert hear(process) == "1"
        meter = TreeMeter(process.pid, lambda command: "burner" if "exec" in command else "other")
        tell(process)
        assert hear(process) == "2"
        use = meter.read()
        tell(process)
    assert set(use.cores_by_role) == {"burner"}
    assert 0.3 < use.cores * use.wall_s < 0.7


def test_cpu_of_children_that_came_and_went_is_counted() -> None:
    child = f"subprocess.run([sys.executable, '-c', {_BURN.format(seconds=0.4)!r}])"
    twice = f"print(1, flush=True); input(); {child}; {child}; print(2, flush=True); input()"
    code = f"import subprocess, sys; {twice}"
    with python(code) as process:
        assert hear(process) == "1"
        meter = TreeMeter(process.pid)
        tell(process)
        assert hear(process) == "2"
        use = meter.read()
        tell(process)
    assert use.processes == 1
    assert 0.7 < use.cores * use.wall_s < 1.5


def test_what_a_child_used_before_the_window_is_not_counted_when_it_ends() -> None:
    child = f"{_BURN.format(seconds=0.5)}print(1, flush=True); input()"
    parent = f"subprocess.run([sys.executable, '-c', {child!r}]); print(2, flush=True); input()"
    code = f"import subprocess, sys; {parent}"
    with python(code) as process:
        assert hear(process) == "1"
        meter = TreeMeter(process.pid)
        tell(process)
        assert hear(process) == "2"
        use = meter.read()
        tell(process)
    assert use.cores * use.wall_s < 0.3


def test_an_idle_process_uses_nothing() -> None:
    with python("print(1, flush=True); input()") as process:
        assert hear(process) == "1"
        meter = TreeMeter(process.pid)
        until = time.monotonic() + 0.2
        while time.monotonic() < until:
            processes_below(process.pid)
        use = meter.read()
        tell(process)
    assert use.cores < 0.2
    assert use.memory.bytes > 1 << 20


def test_memory_says_which_kind_it_is() -> None:
    memory = memory_of(iter([os.getpid()]))
    assert memory.kind in MemoryKind
    assert memory.bytes > 10 << 20


def test_memory_of_processes_that_are_gone_is_none() -> None:
    with python("") as process:
        process.wait()
    assert memory_of(iter([process.pid])).bytes == 0
