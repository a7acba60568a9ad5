"""The sessions of the rtc process: opened by an offer, one task each, ended once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.base.errors import ConnectionLostError, InvalidError, NotFoundError, UnavailableError
from commandwall.ipc.rtc_messages import (
    OfferIntake,
    OfferStream,
    PublishStream,
    RtcReport,
    SessionAnswer,
    SessionChanged,
    SessionPhase,
    StreamAt,
    WatchStream,
)
from commandwall.rtc.broadcasts import Broadcasts
from commandwall.rtc.offer import (
    Offer,
    is_stereo,
    our_pictures,
    our_sound,
    parse_offer,
    picture_preferences,
    sound_preferences,
)
from commandwall.rtc.peer import Peer
from commandwall.rtc.picture import Picture
from commandwall.rtc.published import PublishedBus
from commandwall.rtc.session import Session

MAX_SESSIONS = 200
REPORT_EVERY_S = 1.0


class Sessions:
    """All sessions by their id. Belongs to the event loop; its tasks to ``group``.

    ``tell`` is called when a session is further, or over, and once a second with the figures of all.
    :meth:`close` ends them all.
    """

    def __init__(
        self,
        group: asyncio.TaskGroup,
        bus: PublishedBus,
        ice_servers: Sequence[str],
        tell: Callable[[SessionChanged | RtcReport], None],
    ) -> None:
        self._group = group
        self._bus = bus
        self._ice_servers = ice_servers
        self._tell = tell
        self._broadcasts = Broadcasts(group)
        self._sessions: dict[str, Session] = {}
        self._publishers: dict[str, Session] = {}
        self._reporting = group.create_task(self._report(), name="figures of sessions")

    async def watch(self, message: WatchStream) -> SessionAnswer:
        """Open a session that sends a picture and sound to whoever offers.

        Raises :class:`InvalidError` for an offer that cannot be answered, :class:`UnavailableError`
        when there is no picture now.
        """
        kinds = _kinds(bool(message.video), message.sound is not None)
        offer = parse_offer(message.offer, sends=False, kinds=kinds)
        async with AsyncExitStack() as stack:
            session = self._new(message.session, stack)
            if "video" in offer.codecs:
                await self._send_picture(session, message.video, offer, stack)
            if message.sound is not None and "audio" in offer.codecs:
                session.send_sound(message.sound, self._broadcasts, sound_preferences(offer))
            answer = await session.peer.answer(offer)
            self._live(session, stack.pop_all())
        return SessionAnswer(answer, "video" in offer.codecs, "audio" in offer.codecs)

    async def publish(self, message: PublishStream) -> SessionAnswer:
        """Open a session that receives a picture and sound. Raises :class:`InvalidError`."""
        offer = parse_offer(message.offer, sends=True, kinds=_kinds(bool(message.video), bool(message.sound)))
        async with AsyncExitStack() as stack:
            session = self._new(message.session, stack)
            on_live = self._on_live(message.session)
            if "video" in offer.codecs:
                session.take_picture(message.video, picture_preferences(offer, "h264"), on_live)
            if "audio" in offer.codecs:
                channels = 2 if is_stereo(offer) else 1
                session.take_sound(message.sound, sound_preferences(offer), channels, on_live)
            answer = await session.peer.answer(offer)
            self._publish(session, stack)
            self._live(session, stack.pop_all())
        return SessionAnswer(answer, "video" in offer.codecs, "audio" in offer.codecs)

    async def offer_stream(self, message: OfferStream) -> str:
        """Open a session that offers to send a picture and sound; return the offer.

        Raises :class:`UnavailableError` when there is no picture now.
        """
        async with AsyncExitStack() as stack:
            session = self._new(message.session, stack, offers=True)
            if message.sound is not None:
                session.send_sound(message.sound, self._broadcasts, our_sound())
            if message.sound_back:
                session.take_sound(message.sound_back, our_sound(), 2, self._on_live(message.session))
            if message.video:
                await self._send_picture(session, message.video, None, stack)
            offer = await session.peer.offer()
            self._publish(session, stack)
            self._live(session, stack.pop_all())
        return offer

    async def offer_intake(self, message: OfferIntake) -> str:
        """Open a session that offers to receive a picture and sound; return the offer."""
        async with AsyncExitStack() as stack:
            session = self._new(message.session, stack, offers=True)
            on_live = self._on_live(message.session)
            if message.sound:
                session.take_sound(message.sound, our_sound(), 2, on_live)
            if message.video:
                session.take_picture(message.video, our_pictures("h264"), on_live)
            offer = await session.peer.offer()
            self._publish(session, stack)
            self._live(session, stack.pop_all())
        return offer

    async def accept(self, session: str, answer: str) -> None:
        """Take the answer to an offer of this end; raises :class:`NotFoundError`, :class:`InvalidError`."""
        await self._session(session).peer.accept(answer)

    async def switch(self, session: str, video: Sequence[StreamAt]) -> None:
        """Send another picture; raises :class:`NotFoundError`, and as :meth:`Picture.switch` does."""
        picture = self._session(session).picture
        if picture is None or not video:
            raise InvalidError("this session sends no picture that could be another")
        await picture.switch(video, picture.rung)

    async def trickle(self, session: str, fragment: str) -> None:
        """Take further candidates; raises :class:`NotFoundError`, :class:`InvalidError`."""
        await self._session(session).peer.trickle(fragment)

    def end(self, session: str) -> None:
        """End a session, if it is not over."""
        if (found := self._sessions.get(session)) is not None:
            found.peer.end()

    def close(self) -> None:
        """End all sessions."""
        self._reporting.cancel()
        for session in self._sessions.values():
            session.peer.end()

    def _session(self, name: str) -> Session:
        try:
            return self._sessions[name]
        except KeyError:
            raise NotFoundError("this session is over; ask anew") from None

    async def _send_picture(
        self, session: Session, rungs: Sequence[StreamAt], offer: Offer | None, stack: AsyncExitStack
    ) -> None:
        picture = Picture(self._broadcasts, rungs, session.peer.end)
        stack.callback(picture.close)
        found = await picture.format()
        profile = found.profile_level_id
        chosen = (
            picture_preferences(offer, found.codec, profile) if offer else our_pictures(found.codec, profile)
        )
        session.send_picture(picture, chosen)

    def _new(self, name: str, stack: AsyncExitStack, *, offers: bool = False) -> Session:
        if len(self._sessions) >= MAX_SESSIONS:
            raise UnavailableError("{most} WebRTC sessions are open; end some of them", most=MAX_SESSIONS)
        peer = Peer(self._ice_servers, offers=offers)
        stack.push_async_callback(peer.close)
        session = self._sessions[name] = Session(name, peer, self._group, stack)
        stack.callback(self._sessions.pop, name)
        return session

    def _publish(self, session: Session, stack: AsyncExitStack) -> None:
        """Serve what ``session`` takes, in the place of who sent that before."""
        for name, intake in session.publishes.items():
            if (before := self._publishers.get(name)) is not None:
                before.peer.end()
            self._publishers[name] = session
            self._bus.put(name, intake.stream)
        stack.callback(self._unpublish, session)

    def _unpublish(self, session: Session) -> None:
        for name, intake in session.publishes.items():
            self._bus.remove(name, intake.stream)
            if self._publishers.get(name) is session:
                del self._publishers[name]

    def _live(self, session: Session, resources: AsyncExitStack) -> None:
        self._group.create_task(self._run(session, resources), name=f"session {session.name[:6]}")

    async def _run(self, session: Session, resources: AsyncExitStack) -> None:
        """Live through one session and give back what it held."""
        fault = ""
        async with resources:
            try:
                await session.peer.live(
                    lambda: self._tell(SessionChanged(session.name, SessionPhase.CONNECTED))
                )
            except ConnectionLostError as error:
                fault = str(error)
        self._tell(SessionChanged(session.name, SessionPhase.ENDED, fault))

    def _on_live(self, session: str) -> Callable[[str], None]:
        return lambda stream: self._tell(SessionChanged(session, SessionPhase.LIVE, stream=stream))

    async def _report(self) -> None:
        """Tell the figures of all sessions, now and then."""
        before_ns = monotonic_ns()
        while True:
            await asyncio.sleep(REPORT_EVERY_S)
            passed_s = (monotonic_ns() - before_ns) / NS_PER_S
            before_ns = monotonic_ns()
            connected = [each for each in tuple(self._sessions.values()) if each.peer.connected]
            if connected:
                self._tell(RtcReport(tuple(each.figures(passed_s) for each in connected)))


def _kinds(video: bool, sound: bool) -> tuple[str, ...]:
    return ("video",) * video + ("audio",) * sound
