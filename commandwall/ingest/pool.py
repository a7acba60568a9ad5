"""The decode threads and the order in which they take work."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from queue import SimpleQueue
from time import thread_time_ns
from typing import Protocol

from commandwall.base.clock import NS_PER_S, monotonic_ns


class Urgency(IntEnum):
    """What a job is about; smaller goes first."""

    FIRST = 0
    """A tile waits for its first picture."""
    LIVE = 1
    """A frame arrived for a tile that is up to date."""
    CATCH_UP = 2
    """A tile has a picture, and older frames to go through before it is live."""


PATIENCE_NS = 150_000_000
"""Whoever catches up is not put off for longer than this by live frames of others."""
_ORDER = tuple(Urgency)
_OVERDUE_ORDER = (Urgency.FIRST, Urgency.CATCH_UP, Urgency.LIVE)


class Job(Protocol):
    """A decoder with something to do. Implemented by :class:`StreamDecoder` and by tests."""

    def step(self) -> None:
        """Do a few milliseconds of work at most, in one of the pool's threads."""

    def charge(self, cpu_ns: int) -> None:
        """Take note what the step cost, in the same thread; only here may the job be put in again."""


class DecodePool:
    """``threads`` threads that take jobs, most urgent first, then first come, first served.

    A job must not be in the pool twice: then a decoder belongs to one thread at a time. A job
    that raises is a defect: its thread ends with a traceback, and ``on_failure`` is called in it.
    Any thread may call :meth:`put`.
    """

    def __init__(self, threads: int, on_failure: Callable[[], None]) -> None:
        self._on_failure = on_failure
        self._queues: tuple[deque[tuple[Job, int]], ...] = tuple(deque() for _ in Urgency)
        self._tokens: SimpleQueue[bool] = SimpleQueue()
        self._busy_ns = [0] * threads
        self._lag_ns = 0
        self._waited = 0
        self._threads = [
            threading.Thread(target=self._work, args=(number,), name=f"decode-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def put(self, job: Job, urgency: Urgency) -> None:
        """Have ``job`` stepped soon."""
        self._queues[urgency].append((job, monotonic_ns()))
        self._tokens.put(True)

    @property
    def busy_s(self) -> float:
        """CPU seconds that jobs took since the start."""
        return sum(self._busy_ns) / NS_PER_S

    @property
    def catching_up(self) -> bool:
        """Whether anything waits that is not live: first pictures, or frames on the way there."""
        return bool(self._queues[Urgency.FIRST] or self._queues[Urgency.CATCH_UP])

    def take_lag_s(self) -> float:
        """Return how long live work waited for a thread since the last call, in seconds, on average."""
        lag_ns, self._lag_ns = self._lag_ns, 0
        waited, self._waited = self._waited, 0
        return lag_ns / waited / NS_PER_S if waited else 0.0

    def close(self) -> None:
        """End the threads after the jobs they are at; what is queued is left undone."""
        for queue in self._queues:
            queue.clear()
        for _ in self._threads:
            self._tokens.put(False)
        for thread in self._threads:
            thread.join(1.0)

    def _work(self, number: int) -> None:
        """Run in a thread, until there is the token that ends it."""
        ended = False
        spent_ns = thread_time_ns()
        try:
            while self._tokens.get():
                job = self._next()
                if job is not None:
                    job.step()
                    before_ns, spent_ns = spent_ns, thread_time_ns()
                    self._busy_ns[number] += spent_ns - before_ns
                    job.charge(spent_ns - before_ns)
            ended = True
        finally:
            if not ended:
                self._on_failure()

    def _next(self) -> Job | None:
        """Return the job that a token stands for; ``None`` once the pool was emptied."""
        for urgency in _OVERDUE_ORDER if self._overdue() else _ORDER:
            try:
                job, put_ns = self._queues[urgency].popleft()
            except IndexError:
                continue
            if urgency is Urgency.LIVE:
                self._lag_ns += monotonic_ns() - put_ns
                self._waited += 1
            return job
        return None

    def _overdue(self) -> bool:
        """Return whether catching up was put off for so long that it must not wait any longer."""
        try:
            return monotonic_ns() - self._queues[Urgency.CATCH_UP][0][1] > PATIENCE_NS
        except IndexError:
            return False
