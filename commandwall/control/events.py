"""What happens, numbered, kept for a while and told to everybody who listens.

Events of one type carry whole states (a camera, a wall), so a listener that missed some may reload
and go on. Belongs to the control plane's event loop; nothing here waits for a listener.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from commandwall.base.clock import utc_ns
from commandwall.control.encoding import adapter

_NS_PER_MS = 1_000_000
_KEPT = 2048
_KEPT_CHARS = 4 << 20
"""A wall of 64 tiles is some 30,000 characters, and twice as many bytes beside them; it may change often."""
_QUEUED = 2048

HELLO = "hello"


@dataclass(frozen=True)
class Event:
    """One thing that happened. ``text`` is its JSON, ``{"seq":..., "type":..., **body}``, made once.

    ``body`` is a dataclass or a dict with at least one field.
    """

    seq: int
    type: str
    body: Any

    @cached_property
    def text(self) -> str:
        """The event as the JSON text that every listener gets."""
        fields = adapter(self.body.__class__).dump_json(self.body).decode()
        return f'{{"seq":{self.seq},"type":"{self.type}",{fields[1:]}'


class EventLog:
    """All events of this run of the daemon; the newest can be read again.

    At most ``kept`` of them are held, and ``kept_chars`` of JSON.

    Numbers grow by one. They begin at the time of the start in milliseconds (UTC), so numbers of an
    earlier run are never taken for numbers of this one, and stay exact in JavaScript (below 2**53).
    """

    def __init__(
        self,
        *,
        kept: int = _KEPT,
        kept_chars: int = _KEPT_CHARS,
        queued: int = _QUEUED,
        first_seq: int | None = None,
    ) -> None:
        self._kept: deque[Event] = deque()
        self._most = kept
        self._most_chars = kept_chars
        self._chars = 0
        self._queued = queued
        self._newest = utc_ns() // _NS_PER_MS if first_seq is None else first_seq - 1
        self._listeners: set[Subscription] = set()

    @property
    def newest(self) -> int:
        """The number of the newest event; before the first one, the number in front of it."""
        return self._newest

    def publish(self, type: str, body: Any) -> None:
        """Give an event its number, keep it and queue it for every listener.

        ``body`` is a dataclass or a dict, without the fields ``seq`` and ``type``. Raises a ``ValueError``
        for one that is not JSON; nothing has happened then.
        """
        event = Event(self._newest + 1, type, body)
        self._keep(event)
        self._newest = event.seq
        for listener in self._listeners:
            listener.push(event)

    def _keep(self, event: Event) -> None:
        self._chars += len(event.text)
        self._kept.append(event)
        while len(self._kept) > self._most or self._chars > self._most_chars:
            self._chars -= len(self._kept.popleft().text)

    @contextmanager
    def subscribe(
        self, after: int | None = None, types: Collection[str] | None = None
    ) -> Iterator[Subscription]:
        """Listen: to all that comes, and first to what is kept of the events after ``after``.

        The first event is ``hello``; its ``resumed`` says whether nothing after ``after`` is
        missing. ``types`` leaves out events of other types.
        """
        missed = [] if after is None else self._since(after)
        resumed = after is not None and missed is not None
        first = [Event(self._newest - len(missed or ()), HELLO, {"resumed": resumed}), *(missed or ())]
        subscription = Subscription(first, types, self._queued)
        self._listeners.add(subscription)
        try:
            yield subscription
        finally:
            self._listeners.discard(subscription)

    def _since(self, after: int) -> list[Event] | None:
        """Return the events after ``after``, or ``None`` when they are not all kept or too many to queue."""
        missing = self._newest - after
        if not 0 <= missing <= min(len(self._kept), self._queued - 1):
            return None
        return [event for event in self._kept if event.seq > after]


class Subscription:
    """One listener's queue; iterate it. One task reads.

    When the listener is so slow that the queue is full, the queue is emptied and the next event it
    gets is another ``hello`` with ``resumed`` false: reload, then go on.
    """

    def __init__(self, first: Iterable[Event], types: Collection[str] | None, limit: int) -> None:
        self._types = None if types is None else {HELLO, *types}
        self._limit = limit
        self._queue: deque[Event] = deque()
        self._filled = asyncio.Event()
        for event in first:
            self.push(event)

    def push(self, event: Event) -> None:
        """Queue ``event`` if this listener wants its type; called by the log."""
        if self._types is not None and event.type not in self._types:
            return
        if len(self._queue) >= self._limit:
            self._queue.clear()
            event = Event(event.seq, HELLO, {"resumed": False})
        self._queue.append(event)
        self._filled.set()

    async def next(self) -> Event:
        """Return the next event; waits for it."""
        while not self._queue:
            self._filled.clear()
            await self._filled.wait()
        return self._queue.popleft()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            yield await self.next()
