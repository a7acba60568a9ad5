"""Janus as a foreign conference: a VideoRoom for pictures, an AudioBridge for the mixed sound.

We are one publisher of the VideoRoom and one subscriber, to the publisher that was chosen or to the first
whose picture is H.264; and one participant of the AudioBridge, whose mix is without ourselves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from commandwall.base.errors import (
    AccessRefusedError,
    ConnectionLostError,
    InvalidError,
    UnavailableError,
)
from commandwall.base.tasks import run_until_first
from commandwall.conference.bridges.bridge import Flow, Leg, Media, until_over, until_stood
from commandwall.conference.bridges.janus_feeds import Feed, Feeds
from commandwall.conference.bridges.janus_messages import JanusRefusalError
from commandwall.conference.bridges.janus_session import (
    JanusHandle,
    JanusServer,
    JanusSession,
    janus_session,
)

VIDEO_ROOM = "janus.plugin.videoroom"
AUDIO_BRIDGE = "janus.plugin.audiobridge"
_SENDS_PICTURE = Flow(sends_picture=True)
_TAKES_PICTURE = Flow(takes_picture=True)
_SOUND = Flow(sends_sound=True, takes_sound=True)
_NO_SUCH_FEED = 428
_UNAUTHORISED = {403, 405, 433, 489}
"""Secret or token refused by the core (403, 405); wrong PIN of a VideoRoom (433), of an AudioBridge (489)."""


@dataclass(frozen=True, slots=True)
class JanusRooms:
    """Which rooms are joined: ``video`` and ``audio`` by their ids, ``None`` for none; ``name`` is ours.

    ``feed`` is the display name of the publisher whose picture is taken; ``""`` is the first there is.
    """

    video: int | str | None
    audio: int | str | None
    name: str
    feed: str = ""
    pin: str = field(default="", repr=False)

    def join(self, room: int | str, **more: object) -> dict[str, Any]:
        """Return the request to join ``room``."""
        pin = {"pin": self.pin} if self.pin else {}
        return {"request": "join", "room": room, "display": self.name, **pin, **more}


class JanusBridge:
    """A VideoRoom and an AudioBridge of one Janus; implements :class:`Bridge`."""

    def __init__(self, server: JanusServer, rooms: JanusRooms) -> None:
        self._server = server
        self._rooms = rooms

    async def run(self, media: Media, tell: Callable[[str], None]) -> None:
        """Join the rooms and stay; see :class:`Bridge`."""
        async with janus_session(self._server) as session:
            try:
                await run_until_first(session.read(), session.keep_alive(), self._stay(session, media, tell))
            except JanusRefusalError as error:
                if error.code in _UNAUTHORISED:
                    raise AccessRefusedError(
                        "{place} does not take the secret, the token or the PIN", place=self._server.place
                    ) from None
                raise

    async def _stay(self, session: JanusSession, media: Media, tell: Callable[[str], None]) -> None:
        await session.create()
        async with AsyncExitStack() as stack:
            works: list[Callable[[], Coroutine[Any, Any, None]]] = []
            legs: list[Leg] = []
            if self._rooms.audio is not None:
                handle, leg = await stack.enter_async_context(self._sound(session, media))
                works += [partial(_ignore_events, handle)]
                legs += [leg]
            if self._rooms.video is not None:
                handle, leg, feeds = await stack.enter_async_context(self._picture(session, media))
                watching = _Watching(session, media, self._rooms, feeds, tell)
                works += [partial(watching.follow, handle)]
                legs += [leg] if feeds.taken else []
            for leg in legs:
                await until_stood(leg)
            if self._rooms.video is None:
                tell("")
            await run_until_first(*(work() for work in works), *map(until_over, legs))

    @asynccontextmanager
    async def _sound(self, session: JanusSession, media: Media) -> AsyncIterator[tuple[JanusHandle, Leg]]:
        """Join the AudioBridge: one connection, both ways."""
        async with _attached(session, AUDIO_BRIDGE) as handle, _ended(await media.offer(_SOUND)) as leg:
            assert self._rooms.audio is not None
            await handle.ask(self._rooms.join(self._rooms.audio))
            answer = await handle.ask({"request": "configure", "muted": False}, offer=leg.sdp)
            await leg.accept(answer.sdp)
            yield handle, leg

    @asynccontextmanager
    async def _picture(
        self, session: JanusSession, media: Media
    ) -> AsyncIterator[tuple[JanusHandle, Leg, Feeds]]:
        """Join the VideoRoom and publish our picture there."""
        async with _attached(session, VIDEO_ROOM) as handle, _ended(await media.offer(_SENDS_PICTURE)) as leg:
            assert self._rooms.video is not None
            joined = await handle.ask(self._rooms.join(self._rooms.video, ptype="publisher"))
            feeds = Feeds(self._rooms.feed)
            feeds.take(joined.data)
            answer = await handle.ask({"request": "publish", "audio": False, "video": True}, offer=leg.sdp)
            try:
                await leg.accept(answer.sdp)
            except (InvalidError, UnavailableError):  # It takes another codec; sound goes on without.
                feeds.taken = False
            yield handle, leg, feeds


class _Watching:
    """The picture that is taken from a VideoRoom: one publisher's at a time."""

    def __init__(
        self,
        session: JanusSession,
        media: Media,
        rooms: JanusRooms,
        feeds: Feeds,
        tell: Callable[[str], None],
    ) -> None:
        self._session = session
        self._media = media
        self._rooms = rooms
        self._feeds = feeds
        self._tell = tell

    async def follow(self, publisher: JanusHandle) -> None:
        """Watch the chosen feed, and another one whenever who publishes changes; never returns."""
        while True:
            feed = self._feeds.chosen()
            self._tell(self._feeds.lacking())
            if feed is None:
                await self._until_other(publisher, feed)
                continue
            try:
                async with self._subscribed(feed) as (subscriber, leg):
                    await run_until_first(
                        self._until_other(publisher, feed), _until_ended(leg), _until_hung_up(subscriber)
                    )
            except JanusRefusalError as error:
                if error.code != _NO_SUCH_FEED:
                    raise
                self._feeds.take({"unpublished": feed.id})

    async def _until_other(self, publisher: JanusHandle, feed: Feed | None) -> None:
        """Return when another feed than ``feed`` is to be watched."""
        while self._feeds.chosen() == feed:
            lacking = self._feeds.lacking()
            self._feeds.take((await publisher.next()).data)
            if self._feeds.lacking() != lacking:
                self._tell(self._feeds.lacking())

    @asynccontextmanager
    async def _subscribed(self, feed: Feed) -> AsyncIterator[tuple[JanusHandle, Leg]]:
        async with _attached(self._session, VIDEO_ROOM) as handle:
            assert self._rooms.video is not None
            streams = [{"feed": feed.id, "mid": feed.mid}]
            offered = await handle.ask(
                self._rooms.join(self._rooms.video, ptype="subscriber", streams=streams)
            )
            async with _ended(await self._media.answer(_TAKES_PICTURE, offered.sdp)) as leg:
                await handle.ask({"request": "start"}, answer=leg.sdp)
                yield handle, leg


async def _ignore_events(handle: JanusHandle) -> None:
    """Read what the AudioBridge tells of its people, which its mix makes needless; until it hangs up."""
    while True:
        await handle.next()


async def _until_hung_up(handle: JanusHandle) -> None:
    """Read what is told to a subscriber; return when Janus hangs up, which is the publisher's end too."""
    with suppress(ConnectionLostError):
        await _ignore_events(handle)


async def _until_ended(leg: Leg) -> None:
    """Return when ``leg`` is over: the publisher may have gone before Janus says so."""
    await leg.over()


@asynccontextmanager
async def _attached(session: JanusSession, plugin: str) -> AsyncIterator[JanusHandle]:
    handle = await session.attach(plugin)
    try:
        yield handle
    finally:
        with suppress(ConnectionLostError):  # With a session that is lost the handle is gone too.
            await session.detach(handle)


@asynccontextmanager
async def _ended(leg: Leg) -> AsyncIterator[Leg]:
    try:
        yield leg
    finally:
        leg.end()
