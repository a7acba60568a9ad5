"""Fixtures of the ingest tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from commandwall.ingest.pool import DecodePool
from tests.unit.ingest.arenas import Canvas
from tests.unit.ingest.bench import Bench


@pytest.fixture
def canvas() -> Iterator[Callable[..., Canvas]]:
    """Return a function that makes a :class:`Canvas` of the given tile sizes."""
    with ExitStack() as stack:

        def make(*sizes: tuple[int, int]) -> Canvas:
            made = Canvas(sizes or ((64, 48),))
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture
def bench() -> Bench:
    """Return a pool of no threads."""
    return Bench()


@pytest.fixture
def pool() -> Iterator[DecodePool]:
    """Return a pool of two threads in which no job may fail."""
    failures: list[bool] = []
    pool = DecodePool(2, lambda: failures.append(True), lambda wake: wake())
    yield pool
    pool.close()
    assert not failures
