from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from commandwall.base.clock import NS_PER_S
from commandwall.ingest import pool as pool_module
from commandwall.ingest.pool import DecodePool, Urgency

WAIT_S = 20.0


def at_once(function: Callable[[], None]) -> None:
    function()


class Call:
    """A job that calls a function."""

    def __init__(self, function: Callable[[], object], distance: int = 1) -> None:
        self._function = function
        self.distance = distance
        self.charged_ns = -1

    def step(self) -> None:
        self._function()

    def charge(self, cpu_ns: int) -> None:
        self.charged_ns = cpu_ns


def until_asleep(pool: DecodePool) -> None:
    """Wait until all threads are at their gates: on the way there each looks for work once more."""
    while not all(at_gate(thread) for thread in pool._threads):
        os.sched_yield()


def at_gate(thread: threading.Thread) -> bool:
    """Return whether ``thread`` is in the last line of ``_sleep``, where nothing but its gate wakes it."""
    code = DecodePool._sleep.__code__
    frame = sys._current_frames().get(thread.ident or 0)
    return frame is not None and (frame.f_code, frame.f_lineno) == (
        code,
        max(line or 0 for *_, line in code.co_lines()),
    )


@pytest.fixture
def pool() -> Iterator[DecodePool]:
    pool = DecodePool(1, lambda: None, at_once)
    yield pool
    pool.close()


def test_more_urgent_jobs_go_first_and_equal_ones_in_turn(
    pool: DecodePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "monotonic_ns", lambda: 0)
    begun, go, done = threading.Event(), threading.Event(), threading.Event()
    order: list[str] = []

    def hold() -> None:
        begun.set()
        go.wait(WAIT_S)

    pool.put(Call(hold), Urgency.LIVE)
    assert begun.wait(WAIT_S)
    for name, urgency in (
        ("late", 4), ("live 1", 3), ("first 1", 0), ("live 2", 3), ("key", 2), ("talk", 1), ("first 2", 0),
    ):  # fmt: skip
        pool.put(Call(lambda name=name: order.append(name)), Urgency(urgency))  # type: ignore[misc]
    pool.put(Call(done.set), Urgency.CATCH_UP)
    go.set()
    assert done.wait(WAIT_S)
    assert order == ["first 1", "first 2", "talk", "key", "live 1", "live 2", "late"]


def test_who_has_the_least_to_catch_up_with_goes_first_and_no_sooner_for_who_goes_last(
    pool: DecodePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_ms = 0
    monkeypatch.setattr(pool_module, "monotonic_ns", lambda: now_ms * 1_000_000)
    begun, go, done = threading.Event(), threading.Event(), threading.Event()
    went: list[str] = []

    def hold() -> None:
        begun.set()
        go.wait(WAIT_S)

    def job(name: str, distance: int = 1) -> Call:
        return Call(lambda: went.append(name), distance)

    pool.put(Call(hold), Urgency.LIVE)
    assert begun.wait(WAIT_S)
    pool.put(job("ten", 10), Urgency.CATCH_UP)
    now_ms = 300
    pool.put(job("two", 2), Urgency.CATCH_UP)
    now_ms = 310
    pool.put(job("one", 1), Urgency.CATCH_UP)
    now_ms = 350
    pool.put(job("live"), Urgency.LIVE)
    pool.put(Call(done.set, 11), Urgency.CATCH_UP)
    go.set()
    assert done.wait(WAIT_S)
    assert went == ["one", "live", "two", "ten"], "whoever waits for long lets one go, and no others"


def test_nobody_is_put_off_for_ever(pool: DecodePool, monkeypatch: pytest.MonkeyPatch) -> None:
    now_ms = 0
    begun, go, done = threading.Event(), threading.Event(), threading.Event()
    order: list[str] = []

    def hold() -> None:
        begun.set()
        go.wait(WAIT_S)

    pool.put(Call(hold), Urgency.LIVE)
    assert begun.wait(WAIT_S)
    monkeypatch.setattr(pool_module, "monotonic_ns", lambda: now_ms * 1_000_000)
    work = ("behind 0", "live 50", "behind 100", "live 200", "key 350", "key 400", "talk 440", "first 450")
    for name in work:
        kind, now_ms = name.split()[0], int(name.split()[1])
        urgency = Urgency.CATCH_UP if kind == "behind" else Urgency[kind.upper()]
        pool.put(Call(lambda name=name: order.append(name)), urgency)  # type: ignore[misc]
    pool.put(Call(done.set), Urgency.CATCH_UP)
    go.set()
    assert done.wait(WAIT_S)
    assert order == [
        "first 450",
        "talk 440",
        "live 50",
        "key 350",
        "behind 0",
        "key 400",
        "live 200",
        "behind 100",
    ]


def test_the_time_of_jobs_is_added_up_and_lag_is_that_of_live_work(pool: DecodePool) -> None:
    begun, go, done = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        go.wait(WAIT_S)

    held, work = Call(hold), Call(lambda: sum(range(100_000)))
    pool.put(held, Urgency.FIRST)
    assert begun.wait(WAIT_S)
    pool.put(work, Urgency.LIVE)
    pool.put(Call(done.set), Urgency.CATCH_UP)
    threading.Event().wait(0.05)
    go.set()
    assert done.wait(WAIT_S)
    assert work.charged_ns > held.charged_ns >= 0
    assert pool.busy_s >= work.charged_ns / NS_PER_S
    assert pool.take_lag_s() >= 0.05
    assert pool.take_lag_s() == 0
    assert pool.take_longest_ns() >= 50_000_000, "the wait and the work"
    assert pool.take_longest_ns() == 0


def test_all_threads_take_jobs() -> None:
    pool = DecodePool(2, lambda: None, at_once)
    together = threading.Barrier(3)
    for _ in range(2):
        pool.put(Call(lambda: together.wait(WAIT_S)), Urgency.FIRST)
    together.wait(WAIT_S)
    pool.close()


def test_little_live_work_is_left_to_one_thread_and_what_is_left_over_to_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_ns = 1
    monkeypatch.setattr(pool_module, "monotonic_ns", lambda: now_ns)
    wakers: list[Callable[[], None]] = []
    pool = DecodePool(2, lambda: None, wakers.append)
    until_asleep(pool)
    go, done, met = threading.Event(), threading.Event(), threading.Event()
    both = threading.Barrier(2, met.set)
    threads: list[str] = []

    def note() -> None:
        threads.append(threading.current_thread().name)

    for _ in range(5):
        pool.put(Call(note), Urgency.LIVE)
    pool.put(Call(done.set), Urgency.LIVE)
    assert len(wakers) == 1
    assert threads == []
    wakers.pop()()
    assert done.wait(WAIT_S)
    assert len(set(threads)) == 1

    pool.put(Call(lambda: go.wait(WAIT_S)), Urgency.LIVE)
    wakers.pop()()
    for _ in range(2):
        pool.put(Call(lambda: both.wait(WAIT_S)), Urgency.LIVE)
    now_ns += pool_module.ALONE_NS + 1
    wakers.pop()()
    go.set()
    assert met.wait(WAIT_S)
    pool.close()


def test_threads_beyond_those_with_a_core_help_where_first_pictures_wait_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_ns = 1
    monkeypatch.setattr(pool_module, "monotonic_ns", lambda: now_ns)
    wakers: list[Callable[[], None]] = []
    pool = DecodePool(2, lambda: None, wakers.append, own=1)
    until_asleep(pool)
    both, done = threading.Barrier(2), threading.Event()
    for _ in range(2):
        pool.put(Call(lambda: both.wait(WAIT_S)), Urgency.FIRST)
    wakers.pop()()
    assert len(pool._asleep) == 1
    now_ns += pool_module.FIRST_NS + 1
    pool.put(Call(done.set), Urgency.LIVE)
    wakers.pop()()
    assert done.wait(WAIT_S)
    pool.close()
    assert not both.broken


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_job_that_raises_is_told() -> None:
    failed = threading.Event()
    pool = DecodePool(1, failed.set, at_once)
    pool.put(Call(lambda: 1 // 0), Urgency.LIVE)
    assert failed.wait(WAIT_S)
    pool.close()


def test_a_closed_pool_leaves_what_is_queued_and_tells_no_failure() -> None:
    failed = threading.Event()
    begun, go = threading.Event(), threading.Event()
    pool = DecodePool(1, failed.set, at_once)
    undone: list[int] = []

    def hold() -> None:
        begun.set()
        go.wait(WAIT_S)

    pool.put(Call(hold), Urgency.LIVE)
    assert begun.wait(WAIT_S)
    pool.put(Call(lambda: undone.append(1)), Urgency.LIVE)
    closer = threading.Thread(target=pool.close)
    closer.start()
    while not pool._closed:
        os.sched_yield()
    go.set()
    closer.join(WAIT_S)
    assert undone == []
    assert not failed.is_set()
