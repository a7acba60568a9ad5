"""The sessions of the rtc process: opened by an offer, one task each, ended once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from commandwall.base.errors import ConnectionLostError, NotFoundError, UnavailableError
from commandwall.ipc.rtc_messages import PublishScreen, SessionChanged, SessionPhase, WatchStream
from commandwall.rtc.broadcast import BusStream
from commandwall.rtc.hooks import receive_into, send_from
from commandwall.rtc.offer import parse_offer, preferences
from commandwall.rtc.peer import Peer
from commandwall.rtc.screen import ScreenBus
from commandwall.rtc.viewer import Viewer
from commandwall.rtc.whep import Broadcasts
from commandwall.rtc.whip import ScreenIntake

MAX_SESSIONS = 200
MAX_SCREEN_BPS = 10_000_000
_FIRST_KEY_S = 5.0


class Sessions:
    """All sessions by their id. Belongs to the event loop; its tasks to ``group``.

    ``tell`` is called when a session is further, or over. :meth:`close` ends them all.
    """

    def __init__(
        self,
        group: asyncio.TaskGroup,
        screens: ScreenBus,
        ice_servers: Sequence[str],
        tell: Callable[[SessionChanged], None],
    ) -> None:
        self._group = group
        self._screens = screens
        self._ice_servers = ice_servers
        self._tell = tell
        self._broadcasts = Broadcasts(group)
        self._peers: dict[str, Peer] = {}
        self._screen_peers: dict[str, Peer] = {}

    async def watch(self, message: WatchStream) -> str:
        """Open a session that sends a stream; return the answer.

        Raises :class:`InvalidError` for an offer that cannot be answered, :class:`UnavailableError`
        when there is no picture now.
        """
        offer = parse_offer(message.offer, sends=False)
        source = BusStream(message.packet_path, message.stream, message.answers_keys)
        async with AsyncExitStack() as stack:
            broadcast = self._broadcasts.acquire(source)
            stack.callback(self._broadcasts.release, source, broadcast)
            found = await broadcast.format(_FIRST_KEY_S)
            viewer = Viewer(broadcast.join, broadcast.want_key)
            stack.callback(broadcast.viewers.discard, viewer)
            peer = self._new_peer(message.session, stack)
            chosen = preferences(offer, found.codec, found.profile_level_id)
            send_from(peer.video(sends=True, preferences=chosen).sender, viewer)
            answer = await peer.answer(offer)
            self._live(message.session, peer, stack.pop_all())
        return answer

    async def publish(self, message: PublishScreen) -> str:
        """Open a session that receives a screen; return the answer. Raises :class:`InvalidError`."""
        offer = parse_offer(message.offer, sends=True)
        async with AsyncExitStack() as stack:
            peer = self._new_peer(message.session, stack)
            receiver = peer.video(sends=False, preferences=preferences(offer, "h264")).receiver
            intake = ScreenIntake(receiver, lambda: self._say(message.session, SessionPhase.LIVE), peer.end)
            receive_into(receiver, intake, MAX_SCREEN_BPS)
            answer = await peer.answer(offer)
            if (before := self._screen_peers.get(message.screen)) is not None:
                before.end()
            self._screen_peers[message.screen] = peer
            self._screens.put(message.screen, intake.screen)
            stack.callback(self._unpublish, message.screen, peer, intake)
            pleading = self._group.create_task(intake.plead(), name=f"keys of screen {message.screen}")
            stack.callback(pleading.cancel)
            self._live(message.session, peer, stack.pop_all())
        return answer

    async def trickle(self, session: str, fragment: str) -> None:
        """Take further candidates; raises :class:`NotFoundError`, :class:`InvalidError`."""
        peer = self._peers.get(session)
        if peer is None:
            raise NotFoundError("this session is over; ask anew")
        await peer.trickle(fragment)

    def end(self, session: str) -> None:
        """End a session, if it is not over."""
        if (peer := self._peers.get(session)) is not None:
            peer.end()

    def close(self) -> None:
        """End all sessions."""
        for peer in self._peers.values():
            peer.end()

    def _new_peer(self, session: str, stack: AsyncExitStack) -> Peer:
        if len(self._peers) >= MAX_SESSIONS:
            raise UnavailableError("{most} WebRTC sessions are open; end some of them", most=MAX_SESSIONS)
        peer = self._peers[session] = Peer(self._ice_servers)
        stack.callback(self._peers.pop, session)
        stack.push_async_callback(peer.close)
        return peer

    def _live(self, session: str, peer: Peer, resources: AsyncExitStack) -> None:
        self._group.create_task(self._run(session, peer, resources), name=f"session {session[:6]}")

    async def _run(self, session: str, peer: Peer, resources: AsyncExitStack) -> None:
        """Live through one session and give back what it held."""
        fault = ""
        async with resources:
            try:
                await peer.live(lambda: self._say(session, SessionPhase.CONNECTED))
            except ConnectionLostError as error:
                fault = str(error)
        self._tell(SessionChanged(session, SessionPhase.ENDED, fault))

    def _unpublish(self, screen_id: str, peer: Peer, intake: ScreenIntake) -> None:
        self._screens.remove(screen_id, intake.screen)
        if self._screen_peers.get(screen_id) is peer:
            del self._screen_peers[screen_id]

    def _say(self, session: str, phase: SessionPhase) -> None:
        self._tell(SessionChanged(session, phase))
