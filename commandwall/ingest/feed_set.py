"""All feeds of a worker: which there are, which are open, and who takes their frames."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator

from commandwall.base.clock import NS_PER_S, monotonic_ns, monotonic_s
from commandwall.base.errors import NotFoundError
from commandwall.base.tasks import spawn
from commandwall.ingest.admission import Admission
from commandwall.ingest.feed import Feed, SessionOpener, UnitSink
from commandwall.ingest.gop import GopBudget
from commandwall.ingest.lots import LOT_S, PARTS, LotTimer, Pace
from commandwall.ingest.waiting import WaitingRoom
from commandwall.ipc.messages import FeedSpec
from commandwall.model.camera import StreamName, feed_id

LINGER_S = 5.0
"""How long an on-demand feed stays open after the last tile or subscriber left it."""
WARM_S = 15.0
"""How long one stays open that was opened since it may be wanted soon."""
DRAIN_S = 1.5


class FeedSet:
    """The feeds of one worker. Belongs to its event loop; an async context manager.

    Each open feed is one task of ``group``, and has one session at a time however many take its
    frames: a feed that is opened again waits for the end of its session before. Leaving the
    context ends them all, which tears their sessions down, and waits for that at most ``DRAIN_S``
    seconds.
    """

    def __init__(
        self, opener: SessionOpener, group: asyncio.TaskGroup, on_change: Callable[[Feed], None]
    ) -> None:
        self._opener = opener
        self._group = group
        self._on_change = on_change
        self._admission = Admission()
        self._room = WaitingRoom()
        self._budget = GopBudget()
        self._feeds: dict[str, Feed] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._close_at_s: dict[str, float] = {}
        self._watched: list[Feed] = []
        self._watching = asyncio.Event()
        self._timer = LotTimer()
        self._painting_ns: Callable[[], int] = lambda: 0

    async def __aenter__(self) -> FeedSet:
        return self

    async def __aexit__(self, *_: object) -> None:
        for name in tuple(self._tasks):
            self._close(name)
        if self._ending:
            await asyncio.wait(self._ending, timeout=DRAIN_S)

    def __iter__(self) -> Iterator[Feed]:
        return iter(self._feeds.values())

    def find(self, camera: str, stream: StreamName) -> Feed | None:
        """Return the feed of that stream, or ``None`` where the camera has none here."""
        return self._feeds.get(feed_id(camera, stream))

    def open_feeds(self) -> Iterable[Feed]:
        """Return the feeds that are being received, or that it is being tried with."""
        return (self._feeds[name] for name in self._tasks)

    def limit_connects(self, per_s: int, per_host: int) -> None:
        """Open at most ``per_s`` sessions a second, ``per_host`` at a time at one host.

        Called before the first feed is added.
        """
        self._admission = Admission(per_s, per_host)

    def add(self, spec: FeedSpec) -> None:
        """Receive ``spec``; a feed of the same id is closed and opened anew, unless nothing changed."""
        known = self._feeds.get(spec.id)
        if known is not None and known.spec == spec:
            return
        sinks, listeners = (known.sinks, known.audio.sinks) if known is not None else ((), ())
        self._close(spec.id)
        feed = Feed(spec, self._opener, self._admission, self._room, self._budget, self._changed)
        self._feeds[spec.id] = feed
        for sink in sinks:
            feed.attach(sink)
        for sink in listeners:
            feed.audio.attach(sink)
        if feed.wanted or not spec.on_demand:
            self._open(feed)

    def remove(self, name: str) -> None:
        """Close the feed ``name``, forget it and tell who takes it; unknown ones are already gone."""
        self._close(name)
        feed = self._feeds.pop(name, None)
        if feed is not None:
            for sink in (*feed.sinks, *feed.audio.sinks):
                sink.end()

    def attach(self, name: str, sink: UnitSink) -> Feed:
        """Hand the frames of feed ``name`` to ``sink``, opening the feed if it is not.

        Raises :class:`NotFoundError` when there is no such feed.
        """
        feed = self._wanted(name)
        feed.attach(sink)
        self._open(feed)
        if feed not in self._watched:
            self._watched.append(feed)
            self._timer.restart()
            self._watching.set()
        return feed

    def attach_audio(self, name: str, sink: UnitSink) -> None:
        """Hand the sound of feed ``name`` to ``sink``, opening the feed if it is not.

        Raises :class:`NotFoundError` when there is no such feed.
        """
        feed = self._wanted(name)
        feed.audio.attach(sink)
        self._open(feed)

    def _wanted(self, name: str) -> Feed:
        """Return a feed that somebody wants from now on."""
        feed = self._feeds.get(name)
        if feed is None:
            raise NotFoundError("feed {name!r} is not received by this worker", name=name)
        self._close_at_s.pop(name, None)
        return feed

    def detach(self, name: str, sink: UnitSink) -> None:
        """Hand nothing more to ``sink``; an on-demand feed that nobody takes closes after a while."""
        feed = self._feeds.get(name)
        if feed is None:
            return
        feed.detach(sink)
        feed.audio.detach(sink)
        if feed.spec.on_demand and not feed.wanted:
            self._close_at_s[name] = monotonic_s() + LINGER_S

    def warm(self, names: Iterable[str]) -> None:
        """Open the on-demand feeds of ``names`` that are here: somebody is about to want them."""
        close_at_s = monotonic_s() + WARM_S
        for name in names:
            feed = self._feeds.get(name)
            if feed is not None and feed.spec.on_demand and not feed.wanted:
                self._close_at_s[name] = close_at_s
                self._open(feed)

    async def watch(self) -> None:
        """Look after silent and unwanted feeds, once a second. One task runs this for ever."""
        while True:
            await asyncio.sleep(1.0)
            now_ns, now_s = monotonic_ns(), monotonic_s()
            for feed in self.open_feeds():
                feed.watch(now_ns)
            self._room.scout()
            for name, close_at_s in tuple(self._close_at_s.items()):
                if now_s >= close_at_s:
                    self._close(name)

    def time_lots(self, painting_ns: Callable[[], int]) -> None:
        """Read watched feeds as late before each tick as ``painting_ns`` allows.

        It returns how long a live picture took at most to be painted once it was read, since it was asked
        last.
        """
        self._painting_ns = painting_ns

    def follow_wall(self, fps: int) -> None:
        """Read watched feeds for each tick of the fastest wall, which has ``fps`` of them a second."""
        self._timer.follow(fps)

    async def read_watched(self) -> None:
        """Read what came of feeds that somebody watches. One task runs this for ever."""
        reading_ns = 0
        while True:
            await self._watching.wait()
            due_ns = self._timer.next_ns(monotonic_ns())
            await asyncio.sleep((due_ns - monotonic_ns()) / NS_PER_S)
            self._timer.learn(reading_ns + self._painting_ns())
            for feed in self._watched:
                feed.read_lot()
            reading_ns = monotonic_ns() - due_ns

    async def read_others(self) -> None:
        """Read what came of all other feeds, the slow ones in parts. One task runs this for ever."""
        part = 0
        while True:
            await asyncio.sleep(LOT_S / PARTS)
            part = (part + 1) % PARTS
            paced = [(feed, feed.pace) for feed in self.open_feeds()]
            self._watched = [feed for feed, pace in paced if pace is Pace.WATCHED]
            if self._watched:
                self._watching.set()
            else:
                self._watching.clear()
            for number, (feed, pace) in enumerate(paced):
                if pace is Pace.MAIN or number % PARTS == part:
                    feed.read_lot()

    def _changed(self, feed: Feed) -> None:
        """Pass on what a feed says, unless it is gone or replaced: its TEARDOWN may take a while."""
        if self._feeds.get(feed.spec.id) is feed:
            self._on_change(feed)

    def _open(self, feed: Feed) -> None:
        name = feed.spec.id
        if name not in self._tasks:
            label = f"feed {name}"
            before = [task for task in self._ending if task.get_name() == label]
            self._tasks[name] = spawn(self._group, _run_after(before, feed), label)

    def _close(self, name: str) -> None:
        self._close_at_s.pop(name, None)
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)


async def _run_after(before: list[asyncio.Task[None]], feed: Feed) -> None:
    """Run ``feed`` when those that had its stream before have ended their sessions."""
    if before:
        await asyncio.wait(before)
    await feed.run()
