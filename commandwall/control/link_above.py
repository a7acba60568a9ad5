"""The link to the conference of the level above: signalling, people both ways, and the content."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from urllib.parse import quote

import aiohttp

from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    ConnectionLostError,
    NotFoundError,
)
from commandwall.base.sentence import Sentence
from commandwall.base.tasks import run_until_first
from commandwall.conference.bridges.bridge import Flow, Leg, until_over
from commandwall.conference.bridges.reaching import unreachable
from commandwall.conference.bridges.whip import Endpoint, WhipBridge, session
from commandwall.conference.links.line import HEARTBEAT_S, Line
from commandwall.conference.links.messages import MAX_MESSAGE_BYTES
from commandwall.control.conference_legs import OfferingPeers, RoomMedia
from commandwall.control.conference_lines import Part
from commandwall.control.conference_outside import Outside
from commandwall.control.link_feeds import SentFeeds
from commandwall.control.link_joint import Joint
from commandwall.control.link_tree import Tree
from commandwall.control.roles import Principal
from commandwall.model.conference.settling import claims
from commandwall.model.link import LoopError, split_id
from commandwall.settings.site import LinkSettings

_CONNECT_S = 1.0
"""Short, so that a try that began before the network was back does not keep the next one waiting."""
_OPEN_S = 2.0
_LEAVE_S = 1.0
_CONTENT_AGAIN_S = 0.5
_SENDS_PICTURE = Flow(sends_picture=True)
_TAKES_CONTENT = Flow(takes_picture=True)


class LinkAbove:
    """One link upwards; each :meth:`join` is one life of it. Belongs to the control plane's event loop."""

    def __init__(self, settings: LinkSettings, tree: Tree, by: Principal, peers: OfferingPeers) -> None:
        self._settings = settings
        self._tree = tree
        self._by = by
        self._peers = peers

    async def join(self, outside: Outside) -> None:
        """Join the conference above and stay; ``outside`` is told when people go both ways.

        Raises :class:`LoopError`, :class:`LinkRefusedError`, :class:`AccessRefusedError` when it does not
        take us, :class:`CommandwallError` when it is lost.
        """
        link = self._settings.id
        async with _socket(self._settings) as socket:
            line = Line(socket)
            theirs = await line.greet(self._tree.hello(link, self._settings.feeds))
            try:
                joint = self._tree.join(link, theirs, line, above=True)
            except LoopError as error:
                await line.refuse(error, again=False)
                raise
            outside.know(theirs.node, theirs.name)
            try:
                outside.reached()
                await run_until_first(
                    self._signalling(joint, outside),
                    self._people(theirs.link, outside),
                    self._content(joint),
                    self._feeds(joint).run(),
                )
            except asyncio.CancelledError:
                if outside.closing:
                    with suppress(ConnectionLostError):
                        await line.bye()
                raise
            finally:
                self._part(joint)

    async def _signalling(self, joint: Joint, outside: Outside) -> None:
        """Keep the joint; that it is lost is told at once, before what it carried is cleared away."""
        try:
            await joint.run()
        except CommandwallError as error:
            self._part(joint)
            outside.lost(error.sentence)
            raise

    def _part(self, joint: Joint) -> None:
        self._tree.part(joint, Sentence("the link is lost"))

    async def _people(self, participant: str, outside: Outside) -> None:
        """Send everything here up, and take everything there."""
        await WhipBridge(self._at("whip", participant), self._at("whep", participant)).run(
            self._media(Part.PEOPLE), outside.joined
        )

    async def _content(self, joint: Joint) -> None:
        """Relay the content up when it is here or below, down when it is above; never returns."""
        media = self._media(Part.CONTENT)
        ways = {
            _SENDS_PICTURE: self._at("whip", joint.theirs.link, "/content"),
            _TAKES_CONTENT: self._at("whep", joint.theirs.link, "/content"),
        }
        while True:
            way = self._way(joint)
            if way is None:
                await joint.changed()
                continue
            try:
                async with session(ways[way], way, media) as leg:
                    await run_until_first(self._until_other(joint, way), until_over(leg))
            except (CommandwallError, TimeoutError):
                await asyncio.sleep(_CONTENT_AGAIN_S)

    def _feeds(self, joint: Joint) -> SentFeeds:
        """Return what sends up the own pictures of those who were chosen above."""

        def opened(person: str) -> AbstractAsyncContextManager[Leg]:
            media = self._media(Part.FEED, person)
            return session(
                self._at("whip", joint.theirs.link, f"/feeds/{quote(person, safe='')}"), _SENDS_PICTURE, media
            )

        return SentFeeds(joint, self._tree.room, self._settings.feeds, opened)

    async def _until_other(self, joint: Joint, way: Flow) -> None:
        while self._way(joint) is way:
            await joint.changed()

    def _way(self, joint: Joint) -> Flow | None:
        """Return which way the content goes by this link, ``None`` while there is none to go."""
        state = self._tree.state
        content = state.content
        if not content.taken or joint.agreed is None or joint.agreed.content != claims(state).content:
            return None
        node = content.holder.rpartition("@")[2] if "@" in content.holder else ""
        if split_id(content.holder)[0] == joint.link or node in self._tree.beyond(joint.link):
            return _TAKES_CONTENT
        return _SENDS_PICTURE if self._tree.room.content.rungs else None

    def _media(self, part: Part, person: str = "") -> RoomMedia:
        return RoomMedia(self._tree.room, self._settings.id, self._by, self._peers, part, person)

    def _at(self, way: str, participant: str, part: str = "") -> Endpoint:
        place = f"{self._settings.url.rstrip('/')}/{way}/conferences/{self._settings.to}/{participant}{part}"
        return Endpoint(place, self._settings.token)


@asynccontextmanager
async def _socket(settings: LinkSettings) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Yield the WebSocket to the level above; raises as :meth:`LinkAbove.join` does."""
    endpoint = Endpoint(
        f"{settings.url.rstrip('/')}/api/v1/conferences/{settings.to}/links/ws", settings.token
    )
    headers = {"Authorization": f"Bearer {settings.token}"}
    timeout = aiohttp.ClientTimeout(sock_connect=_CONNECT_S)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as http:
        try:
            async with asyncio.timeout(_OPEN_S):
                socket = await http.ws_connect(
                    endpoint.url,
                    heartbeat=HEARTBEAT_S,
                    max_msg_size=MAX_MESSAGE_BYTES,
                    timeout=aiohttp.ClientWSTimeout(ws_close=_LEAVE_S),
                )
        except aiohttp.WSServerHandshakeError as error:
            raise _refused(endpoint.place, error.status) from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise unreachable(endpoint.place, error) from None
        try:
            yield socket
        finally:
            await socket.close()


def _refused(place: str, status: int) -> CommandwallError:
    match status:
        case 401 | 403:
            return AccessRefusedError("{place} does not take the token; ask for a new one", place=place)
        case 404:
            return NotFoundError("{place} has no such conference or participant", place=place)
        case _:
            return ConnectionLostError(
                "{place} does not serve now (status {status})", place=place, status=status
            )
