"""Delays between tries, and tasks that somebody owns."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.tasks import Backoff, bare, run_until_first, spawn


@given(st.lists(st.floats(0.001, 100), min_size=1, max_size=6), st.integers(1, 12))
def test_delays_follow_the_steps_within_their_jitter(steps_s: list[float], tries: int) -> None:
    backoff = Backoff(tuple(steps_s))
    for number in range(tries):
        step_s = steps_s[min(number, len(steps_s) - 1)]
        assert 0.79 * step_s <= backoff.next_s() <= 1.21 * step_s


def test_success_begins_again_with_the_first_step() -> None:
    backoff = Backoff((1, 50), jitter=0)
    assert [backoff.next_s(), backoff.next_s()] == [1, 50]
    backoff.reset()
    assert backoff.next_s() == 1


def test_the_last_step_can_be_gone_to_at_once() -> None:
    backoff = Backoff((1, 2, 50), jitter=0)
    backoff.skip()
    assert [backoff.next_s(), backoff.next_s()] == [50, 50]


def test_delays_of_different_feeds_differ() -> None:
    assert len({Backoff().next_s() for _ in range(20)}) > 10


async def test_a_spawned_task_has_its_name_and_its_owner() -> None:
    async def fail() -> None:
        raise ValueError("seen")

    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.TaskGroup() as group:
            task = spawn(group, fail(), "feed dm-1/sub")
    assert task.get_name() == "feed dm-1/sub"
    assert isinstance(caught.value.exceptions[0], ValueError)


async def test_the_first_to_end_ends_the_others_and_its_error_is_raised() -> None:
    cancelled: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append("wait")

    async def fail(word: str) -> None:
        raise ValueError(word)

    with pytest.raises(ValueError, match="first"):
        await run_until_first(wait(), fail("first"), fail("second"))
    await run_until_first(wait(), asyncio.sleep(0))
    assert cancelled == ["wait", "wait"]


async def test_one_error_alone_comes_out_of_groups_in_groups_as_it_is() -> None:
    async def fail() -> None:
        raise ValueError

    async def two_fail() -> None:
        async with asyncio.TaskGroup() as group:
            spawn(group, fail(), "first")
            spawn(group, fail(), "second")

    with pytest.raises(ValueError):
        async with bare(), asyncio.TaskGroup(), asyncio.TaskGroup() as group:
            spawn(group, fail(), "failing")
    with pytest.raises(ExceptionGroup) as caught:
        async with bare(), asyncio.TaskGroup():
            await two_fail()
    assert len(caught.value.exceptions) == 2
