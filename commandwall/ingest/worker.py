"""The ingest worker process: receives its share of the cameras and paints the tiles that show them."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commandwall.base.clock import NS_PER_S, monotonic_ns, monotonic_s
from commandwall.base.errors import CommandwallError, UnavailableError
from commandwall.base.tasks import spawn
from commandwall.ingest.feed import Feed
from commandwall.ingest.feed_set import FeedSet
from commandwall.ingest.opening import open_feed
from commandwall.ingest.publisher import FeedPublisher
from commandwall.ingest.talks import Talks
from commandwall.ipc.channel import Channel, Received
from commandwall.ipc.decoding import DecodeBudget, DecodingBy
from commandwall.ipc.messages import (
    STILL_PATIENCE_S,
    AddFeeds,
    ConfigureIngest,
    Failure,
    FeedChanged,
    FeedReport,
    Picture,
    RemoveFeeds,
    ShowTiles,
    SnapshotCamera,
    WarmFeeds,
)
from commandwall.ipc.packets import PacketServer
from commandwall.ipc.talk_messages import StopTalk, TalkTo
from commandwall.model.camera import FeedState, StreamName
from commandwall.model.decoding import DecodeChoice
from commandwall.model.masks import Masks
from commandwall.workers.child import run_child

if TYPE_CHECKING:
    from commandwall.ingest.board import Board
    from commandwall.media.tryout import Chosen

log = logging.getLogger(__name__)

_AS_NEW_NS = 2 * NS_PER_S
"""A main stream whose newest frame is older than that of the sub stream by more than this has stalled."""
_GC_THRESHOLD = 20_000
"""Frames are made and dropped by the thousand and hold no cycles; looking for some after each 700 of
them, as Python does, took a twentieth of the loop's time."""

_ForBoard = ShowTiles | DecodeBudget | WarmFeeds


class Ingest:
    """Acts on the control plane's messages; implements :class:`Handler`. Belongs to the event loop."""

    def __init__(
        self, channel: Channel, feeds: FeedSet, group: asyncio.TaskGroup, stack: AsyncExitStack
    ) -> None:
        self._channel = channel
        self._feeds = feeds
        self._talks = Talks(feeds, group, channel.post)
        self._group = group
        self._stack = stack
        self._stills = asyncio.Semaphore(2)
        self._configuration: ConfigureIngest | None = None
        self._loading: asyncio.Task[None] | None = None
        self._board: Board | None = None
        self._untold: list[_ForBoard] = []
        self._endless: list[asyncio.Task[None]] = []

    def keep_running(self, coroutine: Coroutine[Any, Any, None], name: str) -> None:
        """Run ``coroutine`` as a task until :meth:`stop`."""
        self._endless.append(spawn(self._group, coroutine, name))

    def stop(self) -> None:
        """End the tasks that never end by themselves."""
        self._talks.close()
        if self._loading is not None:
            self._loading.cancel()
        for task in self._endless:
            task.cancel()

    async def handle(self, received: Received) -> None:
        """Act on one message; a still picture is made beside the others."""
        match received.message:
            case ConfigureIngest() as message:
                await self._configure(message)
            case AddFeeds(feeds):
                for spec in feeds:
                    self._feeds.add(spec)
            case RemoveFeeds(ids):
                for name in ids:
                    self._feeds.remove(name)
            case WarmFeeds(ids) as message:
                self._feeds.warm(ids)
                if self._loading is not None:
                    self._tell_board(message)
            case (ShowTiles() | DecodeBudget()) as message if self._configuration is not None:
                if self._loading is None:
                    loading = self._load_board(self._configuration)
                    self._loading = spawn(self._group, loading, "load decoders")
                self._tell_board(message)
            case TalkTo() | StopTalk() as message:
                self._talks.take(message)
            case SnapshotCamera(camera, masks):
                until_s = monotonic_s() + STILL_PATIENCE_S
                answering = self._answer_still(camera, masks, until_s, received.call)
                spawn(self._group, answering, f"still of {camera}")
            case message:
                raise UnavailableError("an ingest worker takes no {name} now", name=type(message).__name__)

    async def report(self) -> None:
        """Tell the figures of all open feeds, once a second. One task runs this for ever."""
        while True:
            await asyncio.sleep(1.0)
            now_ns = monotonic_ns()
            figures = tuple(feed.figures(now_ns) for feed in self._feeds.open_feeds())
            self._channel.post(FeedReport(figures))

    async def _configure(self, message: ConfigureIngest) -> None:
        self._feeds.limit_connects(message.connects_per_s, message.connects_per_host)
        server = PacketServer(Path(message.packet_path), FeedPublisher(self._feeds))
        await self._stack.enter_async_context(server)
        self._configuration = message
        _spare_the_collector()

    def _tell_board(self, message: _ForBoard) -> None:
        """Tell the board, or keep what it is to be told until it is loaded; nothing else waits for that."""
        match self._board, message:
            case None, _:
                self._untold.append(message)
            case board, ShowTiles():
                board.show(message)
            case board, DecodeBudget():
                board.afford(message)
            case board, WarmFeeds(ids):
                board.warm(ids)

    async def _load_board(self, message: ConfigureIngest) -> None:
        """Load what decodes and paints, when something is to be shown for the first time.

        It takes a quarter of a second, and seconds where a device is slow to start. Neither feeds nor the
        supervisor's pings wait for it, except while the device's driver has the interpreter to itself.
        """
        backend, refusal = await asyncio.to_thread(_load_painting, message.decode)
        why = (str(refusal), refusal.zh) if refusal else ()
        self._channel.post(DecodingBy(backend.choice, *why))
        from commandwall.ingest.board import Board
        from commandwall.ingest.pool import DecodePool
        from commandwall.media.park import DecoderPark

        loop = asyncio.get_running_loop()
        failed = asyncio.Event()
        threads, own = message.decode_threads, message.own_threads
        pool = DecodePool(threads, lambda: _set_soon(loop, failed), loop.call_soon, own)
        self._stack.callback(pool.close)
        self._board = board = Board(
            self._feeds, pool, message.budget_cores, self._channel.post, DecoderPark(backend)
        )
        self.keep_running(board.govern(), "govern decoding")
        self.keep_running(_raise_when(failed), "watch decode threads")
        for told in self._untold:
            self._tell_board(told)
        self._untold.clear()

    async def _answer_still(self, camera: str, masks: Masks, until_s: float, call: int) -> None:
        try:
            async with self._stills:
                picture, blob = await self._still(camera, masks, until_s)
        except CommandwallError as error:
            self._channel.answer(call, Failure.of(error))
        except Exception as error:  # What one camera sends must not end all that this worker receives.
            log.error("still of %s", camera, exc_info=error)
            self._channel.answer(
                call,
                Failure.of(
                    UnavailableError("no picture could be decoded; try again after the next key frame")
                ),
            )
        else:
            self._channel.answer(call, picture, blob)

    async def _still(self, camera: str, masks: Masks, until_s: float) -> tuple[Picture, bytes]:
        feeds = (self._feeds.find(camera, stream) for stream in (StreamName.MAIN, StreamName.SUB))
        groups = [(feed, units) for feed in feeds if feed is not None and (units := feed.gop.units())]
        if not groups:
            raise UnavailableError(
                "camera {id!r}: no picture has arrived; see its state and reason", id=camera
            )
        newest_ns = max(units[-1].arrival_ns for _, units in groups)
        feed, units = next(group for group in groups if newest_ns - group[1][-1].arrival_ns < _AS_NEW_NS)
        from commandwall.ingest.still import newest_jpeg

        still, unit = await asyncio.to_thread(newest_jpeg, feed.info, units, masks, until_s)
        age_s = (monotonic_ns() - unit.arrival_ns) / NS_PER_S
        return Picture(still.content_type, round(age_s, 3)), still.data


@asynccontextmanager
async def ingest(channel: Channel) -> AsyncIterator[Ingest]:
    """Open an ingest worker's resources; leaving drains it: every session is torn down."""

    def changed(feed: Feed) -> None:
        if feed.state in (FeedState.LOST, FeedState.REFUSED):
            log.warning("%s is %s: %s", feed.spec.id, feed.state, feed.reason.en)
        channel.post(FeedChanged(feed.spec.id, feed.state, feed.reason))

    async with asyncio.TaskGroup() as group, AsyncExitStack() as stack:
        feeds = FeedSet(open_feed, group, changed)
        handler = Ingest(channel, feeds, group, stack)
        stack.callback(handler.stop)
        await stack.enter_async_context(feeds)
        handler.keep_running(feeds.watch(), "watch feeds")
        handler.keep_running(feeds.read_watched(), "read watched feeds")
        handler.keep_running(feeds.read_others(), "read other feeds")
        handler.keep_running(handler.report(), "report feeds")
        yield handler


def _load_painting(choice: DecodeChoice) -> Chosen:
    """Import the decoders and scalers and try who is to decode (in a thread)."""
    import commandwall.ingest.board
    import commandwall.ingest.still  # noqa: F401
    from commandwall.media.tryout import choose

    chosen = choose(choice)
    if chosen.refusal is not None:
        log.warning("%s; the processor decodes instead", chosen.refusal)
    _spare_the_collector()
    return chosen


def _spare_the_collector() -> None:
    """Keep the garbage collector from walking what is loaded now, and stays.

    It is half of the objects, and walking them took a tenth of the time of the loop.
    """
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)


def _set_soon(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    loop.call_soon_threadsafe(event.set)


async def _raise_when(failed: asyncio.Event) -> None:
    """End the worker when a decode thread is gone: the supervisor starts a whole one."""
    await failed.wait()
    raise CommandwallError("a decode thread ended; its traceback is above")


if __name__ == "__main__":
    run_child(ingest)
