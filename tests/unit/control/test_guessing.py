from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.control.guessing import GuessGuard, TooManyTriesError


class Hand:
    """A clock advanced by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def waits_s(guard: GuessGuard, user: str, address: str) -> float:
    """Try once; return how long the guard makes one wait (0: tried)."""
    try:
        guard.attempt(user, address)
    except TooManyTriesError as error:
        return error.retry_after_s
    return 0.0


def test_five_tries_are_free_then_each_failure_doubles_the_wait() -> None:
    clock = Hand()
    guard = GuessGuard(clock)
    for _ in range(5):
        assert waits_s(guard, "lin", "10.0.0.1") == 0
    waited = []
    for _ in range(9):
        wait_s = waits_s(guard, "lin", "10.0.0.1")
        waited.append(wait_s)
        clock.now_s += wait_s
        assert waits_s(guard, "lin", "10.0.0.1") == 0
    assert waited == [2, 4, 8, 16, 32, 64, 128, 256, 300]


def test_a_user_is_not_locked_out_from_another_address() -> None:
    guard = GuessGuard(Hand())
    while waits_s(guard, "lin", "10.0.0.1") == 0:
        pass
    assert waits_s(guard, "lin", "10.0.0.2") == 0


def test_an_address_that_tries_many_names_has_to_wait_for_all_of_them() -> None:
    guard = GuessGuard(Hand())
    tries = 0
    while waits_s(guard, f"user{tries}", "10.0.0.1") == 0:
        tries += 1
    assert tries == 20


def test_success_makes_tries_free_again() -> None:
    guard = GuessGuard(Hand())
    for _ in range(100):
        for _ in range(4):
            assert waits_s(guard, "lin", "10.0.0.1") == 0
            guard.succeeded("lin", "10.0.0.1")


def test_failures_are_forgotten_after_a_quarter_of_an_hour() -> None:
    clock = Hand()
    guard = GuessGuard(clock)
    for _ in range(4):
        waits_s(guard, "lin", "10.0.0.1")
    clock.now_s += 901
    for _ in range(5):
        assert waits_s(guard, "lin", "10.0.0.1") == 0


def test_the_table_does_not_grow_without_end() -> None:
    guard = GuessGuard(Hand())
    for number in range(12_000):
        waits_s(guard, "lin", f"fe80::{number:x}")
    assert len(guard._failures) <= 10_000


@given(st.lists(st.sampled_from(["try", "win", "pass"]), max_size=60))
def test_the_guard_never_makes_anybody_wait_longer_than_five_minutes(steps: list[str]) -> None:
    clock = Hand()
    guard = GuessGuard(clock)
    for step in steps:
        if step == "try":
            assert 0 <= waits_s(guard, "a", "x") <= 300
        elif step == "win":
            guard.succeeded("a", "x")
        else:
            clock.now_s += 7
    with pytest.raises(TooManyTriesError):
        for _ in range(40):
            guard.attempt("a", "x")
