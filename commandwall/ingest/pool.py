"""The decode threads and the order in which they take work."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from time import thread_time_ns
from typing import Protocol

from commandwall.base.clock import NS_PER_S, monotonic_ns


class Urgency(IntEnum):
    """What a job is about; smaller goes first."""

    FIRST = 0
    """A tile waits for its first picture."""
    TALK = 1
    """A frame arrived of somebody who is being talked with, or of what he shows."""
    KEY = 2
    """A key frame arrived for tiles that get no other frames: they are the last to be let down."""
    LIVE = 3
    """A frame arrived for a tile that is up to date."""
    CATCH_UP = 4
    """A tile has a picture, and older frames to go through before it is live."""


PATIENCE_NS = (-1_000_000_000, -500_000_000, 0, 250_000_000, 380_000_000)
"""How long work of each urgency may be put off by other work that came later. Nothing waits for ever, even
where there is more to do than can be done: then each decoder has its turn."""
ALONE_NS = 30_000_000
"""So much live work is left to one thread: it is done before the tick that the lot is for, and two that
hand the interpreter to each other take a seventh longer over the same."""
FIRST_NS = 50_000_000
"""Tiles that have waited for so long have threads work for them beyond those with a core of their own: the
work is not spread over all processes then."""
_COST_GUESS_NS = 500_000
_COST_WEIGHT = 32


class Job(Protocol):
    """A decoder with something to do. Implemented by :class:`StreamDecoder` and by tests."""

    @property
    def distance(self) -> int:
        """How many frames it has to go through; asked with the pool's lock held."""

    def step(self) -> None:
        """Do a few milliseconds of work at most, in one of the pool's threads."""

    def charge(self, cpu_ns: int) -> None:
        """Take note what the step cost, in the same thread; only here may the job be put in again."""


class DecodePool:
    """``threads`` threads that take jobs, the most urgent first, then first come, first served.

    Of those that catch up, whoever has the least to go through is first. All of them are done no later by
    that, and the last are those whose next key frame comes soonest: it spares them the rest of the way.

    A job must not be in the pool twice: then a decoder belongs to one thread at a time. A job
    that raises is a defect: its thread ends with a traceback, and ``on_failure`` is called in it.

    Threads sleep until the work is worth waking them, and ``own`` of them are awake together as a
    rule: so many have a core while other processes decode as well. ``soon`` calls a function once
    whoever puts jobs in has put in all that there are now, as an event loop's ``call_soon`` does:
    they begin when the loop has come to rest, and don't fight it for the interpreter.
    """

    def __init__(
        self,
        threads: int,
        on_failure: Callable[[], None],
        soon: Callable[[Callable[[], None]], object],
        own: int | None = None,
    ) -> None:
        self._own = own or threads
        self._on_failure = on_failure
        self._soon = soon
        self._waking = False
        self._closed = False
        self._lock = threading.Lock()
        self._queues: tuple[deque[tuple[Job, int]], ...] = tuple(deque() for _ in Urgency)
        self._asleep: deque[threading.Lock] = deque()
        self._cost_ns = _COST_GUESS_NS
        self._busy_ns = [0] * threads
        self._lag_ns = 0
        self._waited = 0
        self._longest_ns = 0
        self._threads = [
            threading.Thread(target=self._work, args=(number,), name=f"decode-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def put(self, job: Job, urgency: Urgency) -> None:
        """Have ``job`` stepped soon. Called where ``soon`` may be called: on the event loop."""
        with self._lock:
            self._queues[urgency].append((job, monotonic_ns()))
        if not self._waking:
            self._waking = True
            self._soon(self._wake)

    def put_back(self, job: Job, urgency: Urgency) -> None:
        """Have ``job`` stepped again. Called in :meth:`Job.charge`, by a thread that is awake anyway."""
        with self._lock:
            self._queues[urgency].append((job, monotonic_ns()))

    def hasten(self, job: Job) -> None:
        """Have a job that waits go with the first ones; one that does not wait is left alone."""
        with self._lock:
            for queue in self._queues[Urgency.FIRST + 1 :]:
                for entry in queue:
                    if entry[0] is job:
                        queue.remove(entry)
                        self._queues[Urgency.FIRST].append((job, monotonic_ns()))
                        return

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

    def take_longest_ns(self) -> int:
        """Return how long live work took at most since the last call, from being put in to being done.

        What is still not done counts with the time it has taken so far.
        """
        longest_ns, self._longest_ns = self._longest_ns, 0
        try:
            return max(longest_ns, monotonic_ns() - self._queues[Urgency.LIVE][0][1])
        except IndexError:
            return longest_ns

    def close(self) -> None:
        """End the threads after the jobs they are at; what is queued is left undone."""
        self._closed = True
        for queue in self._queues:
            queue.clear()
        while self._asleep:
            self._asleep.popleft().release()
        for thread in self._threads:
            thread.join(1.0)

    def _wake(self) -> None:
        """Have as many threads awake as the work deserves."""
        self._waking = False
        wanted = self._wanted()
        for _ in range(wanted - (len(self._threads) - len(self._asleep))):
            try:
                self._asleep.popleft().release()
            except IndexError:
                return

    def _wanted(self) -> int:
        """Return how many threads should be at work; all of them, once live work was left over."""
        first, talk, keys, live, behind = (len(queue) for queue in self._queues)
        if self._waits_since(Urgency.LIVE, ALONE_NS):
            return len(self._threads)
        wanted = first + -(-(talk + keys + live) * self._cost_ns // ALONE_NS)
        if not self._waits_since(Urgency.FIRST, FIRST_NS):
            wanted = min(wanted, self._own)
        return wanted + behind

    def _work(self, number: int) -> None:
        """Run in a thread, until the pool is closed."""
        ended = False
        gate = threading.Lock()
        gate.acquire()
        spent_ns = thread_time_ns()
        try:
            while not self._closed:
                found = self._next()
                if found is None:
                    self._sleep(gate)
                    continue
                job, live_since_ns = found
                job.step()
                if live_since_ns:
                    self._longest_ns = max(self._longest_ns, monotonic_ns() - live_since_ns)
                before_ns, spent_ns = spent_ns, thread_time_ns()
                cost_ns = spent_ns - before_ns
                self._busy_ns[number] += cost_ns
                self._cost_ns += (cost_ns - self._cost_ns) // _COST_WEIGHT
                job.charge(cost_ns)
            ended = True
        finally:
            if not ended:
                self._on_failure()

    def _sleep(self, gate: threading.Lock) -> None:
        """Wait to be woken; not at all when work came, or the end, since the thread last looked."""
        self._asleep.append(gate)
        if self._closed or any(self._queues):
            try:
                self._asleep.remove(gate)
            except ValueError:
                pass  # Somebody is waking this thread right now.
            else:
                return
        gate.acquire()

    def _next(self) -> tuple[Job, int] | None:
        """Return what is to be done next, and since when it waits if it is live, else 0; or ``None``."""
        with self._lock:
            urgency = self._most_due()
            if urgency is None:
                return None
            queue = self._queues[urgency]
            if urgency is Urgency.CATCH_UP:
                _bring_nearest(queue)
            job, put_ns = queue.popleft()
        if urgency is not Urgency.LIVE:
            return job, 0
        self._lag_ns += monotonic_ns() - put_ns
        self._waited += 1
        return job, put_ns

    def _most_due(self) -> Urgency | None:
        """Return what has been put off the longest, its patience counted in; ``None``: there is nothing.

        The lock is held.
        """
        due: Urgency | None = None
        earliest_ns = 0
        for urgency, queue, patience_ns in zip(Urgency, self._queues, PATIENCE_NS, strict=True):
            if queue:
                due_ns = queue[0][1] + patience_ns
                if due is None or due_ns < earliest_ns:
                    due, earliest_ns = urgency, due_ns
        return due

    def _waits_since(self, urgency: Urgency, patience_ns: int) -> bool:
        """Return whether the first job of ``urgency`` has waited for longer than ``patience_ns``."""
        try:
            return monotonic_ns() - self._queues[urgency][0][1] > patience_ns
        except IndexError:
            return False


def _bring_nearest(queue: deque[tuple[Job, int]]) -> None:
    """Have whoever has the least to go through change places with the first.

    The times stay where they are: how long this kind of work waits is no matter of who goes first in it.
    """
    jobs = [job for job, _ in queue]
    nearest = min(range(len(jobs)), key=lambda place: jobs[place].distance)
    if nearest:
        queue[nearest] = jobs[0], queue[nearest][1]
        queue[0] = jobs[nearest], queue[0][1]
