"""The rtc process as the control plane sees it: its sessions, what they watch and what they publish."""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from commandwall.base.errors import CommandwallError, NotFoundError, UnsupportedError
from commandwall.base.sentence import Sentence
from commandwall.control.roles import Principal
from commandwall.ipc.channel import Received
from commandwall.ipc.messages import Message
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.rtc_messages import (
    AcceptAnswer,
    ConfigureRtc,
    EndSession,
    OfferIntake,
    OfferStream,
    PublishStream,
    RtcFault,
    RtcReport,
    SessionAnswer,
    SessionChanged,
    SessionFigures,
    SessionOffer,
    SessionPhase,
    StreamAt,
    SwitchStream,
    TrickleSession,
    WatchStream,
)
from commandwall.rtc.version import check_version
from commandwall.settings.site import RtcSettings
from commandwall.workers.worker import Worker

log = logging.getLogger(__name__)

_ANSWER_S = 16.0
"""Longer than the rtc process takes: 8 s for the first key frame, 5 s for candidates where an ICE server does
not answer, and some for others. What is wrong it says in words, and this bound cannot."""

OnChange = Callable[[SessionChanged], None]
"""Called on the event loop when a session is connected, live (with the stream that is) or over."""


class Watched(NamedTuple):
    """What a session sends: a head of a wall, or a camera. The labels of its metric."""

    wall: str = ""
    head: str = ""
    camera: str = ""


@dataclass(frozen=True, slots=True)
class WatchOffer:
    """The rungs of a picture, the largest first, and sound, and the offer of who wants them."""

    video: tuple[StreamAt, ...]
    sound: StreamAt | None
    sdp: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PublishOffer:
    """What somebody offers: names of its picture and sound on the rtc process's bus; ``""`` is not taken."""

    video: str
    sound: str
    sdp: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened: its id, which is the end of its address, and the answer (or the offer).

    ``video`` and ``sound`` say which of them go over it.
    """

    session: str
    sdp: str = field(repr=False)
    video: bool = True
    sound: bool = False


@dataclass(slots=True)
class RtcSession:
    """One WebRTC session: who opened it, and what it ``watches`` or which streams it ``publishes``."""

    id: str
    by: Principal
    watches: Watched | None = None
    publishes: tuple[str, ...] = ()
    on_change: OnChange | None = field(default=None, repr=False)
    connected: bool = False
    figures: SessionFigures | None = None


class RtcControl:
    """Keeps the rtc process, which the first session starts, and its sessions.

    Whoever opens a session may pass ``on_change`` to be told how far it is, and once that it is over,
    however that came. Belongs to the control plane's event loop.
    """

    def __init__(self, settings: RtcSettings, packet_path: Path) -> None:
        self._settings = settings
        self._packet_path = packet_path
        self._sessions: dict[str, RtcSession] = {}
        self.worker = Worker(
            "rtc",
            "rtc",
            "commandwall.rtc.worker",
            on_ready=self._ready,
            on_message=self._hear,
            on_down=self._down,
            on_demand=True,
        )
        try:
            check_version()
        except UnsupportedError as error:
            log.error("%s", error)

    @property
    def ice_servers(self) -> tuple[str, ...]:
        """What peers are to ask for further addresses."""
        return self._settings.ice_servers

    def want(self) -> None:
        """Start the process if it does not run yet: it takes a second, which no peer need wait."""
        self.worker.want()

    def published(self, stream: str, session: str = "") -> BusAddress:
        """Return where a stream that a session publishes is read; ``session`` tells it from the next one."""
        return BusAddress(str(self._packet_path), stream, session)

    def relayed(self, stream: str) -> StreamAt:
        """Return a stream that a session publishes as one that others may watch, undecoded."""
        return StreamAt(str(self._packet_path), stream, True)

    def viewers(self) -> Mapping[Watched, int]:
        """Return how many watch what, of those whose connection stands."""
        return Counter(each.watches for each in self._sessions.values() if each.watches and each.connected)

    def names(self) -> dict[tuple[str, str], list[str]]:
        """Return the names of those who watch each watched (wall, head)."""
        names: dict[tuple[str, str], list[str]] = {}
        for session in self._sessions.values():
            if session.watches is not None and session.connected:
                names.setdefault((session.watches.wall, session.watches.head), []).append(session.by.name)
        return names

    def end_camera(self, camera_id: str) -> None:
        """End whatever sends the streams of a camera as they are."""
        for session in tuple(self._sessions.values()):
            if session.watches is not None and session.watches.camera == camera_id:
                self.end(session)

    def session(self, session_id: str) -> RtcSession:
        """Return an open session; raises :class:`NotFoundError`."""
        try:
            return self._sessions[session_id]
        except KeyError:
            raise NotFoundError("this session is over; ask anew") from None

    def visitors(self) -> list[RtcSession]:
        """Return the sessions that hold as long as the sign-in or the token of who opened them."""
        return [each for each in self._sessions.values() if each.by.key]

    def publishers(self, stream: str) -> Iterator[RtcSession]:
        """Yield the sessions that publish ``stream``, the newest last; the newest is the one that is read."""
        return (each for each in self._sessions.values() if stream in each.publishes)

    async def watch(
        self, by: Principal, watched: Watched | None, offer: WatchOffer, on_change: OnChange | None = None
    ) -> Opened:
        """Send a picture and sound to whoever offers. ``watched`` counts in the metric; ``None`` in none.

        Raises :class:`InvalidError` for an offer that cannot be answered, :class:`CommandwallError`
        when there is no picture now.
        """
        session = RtcSession(_new_id(), by, watched, on_change=on_change)
        return await self._open(session, WatchStream(session.id, offer.video, offer.sound, offer.sdp))

    async def publish(self, by: Principal, offer: PublishOffer, on_change: OnChange | None = None) -> Opened:
        """Receive a picture and sound from whoever offers; whoever published under these names is cut off.

        Raises :class:`InvalidError` for an offer that cannot be answered.
        """
        names = tuple(name for name in (offer.video, offer.sound) if name)
        session = RtcSession(_new_id(), by, publishes=names, on_change=on_change)
        return await self._open(session, PublishStream(session.id, offer.video, offer.sound, offer.sdp))

    async def offer_stream(
        self,
        by: Principal,
        video: tuple[StreamAt, ...],
        sound: StreamAt | None,
        on_change: OnChange | None = None,
        sound_back: str = "",
    ) -> Opened:
        """Offer another server what it is to receive; :meth:`accept` its answer. Raises as :meth:`watch`.

        Sound that comes back from one that mixes is published as ``sound_back``, if that is not ``""``.
        """
        publishes = (sound_back,) if sound_back else ()
        session = RtcSession(_new_id(), by, publishes=publishes, on_change=on_change)
        return await self._open(session, OfferStream(session.id, video, sound, sound_back))

    async def offer_intake(
        self, by: Principal, video: str, sound: str, on_change: OnChange | None = None
    ) -> Opened:
        """Offer another server to receive what it has, as :meth:`publish` does; :meth:`accept` its answer."""
        names = tuple(name for name in (video, sound) if name)
        session = RtcSession(_new_id(), by, publishes=names, on_change=on_change)
        return await self._open(session, OfferIntake(session.id, video, sound))

    async def accept(self, session_id: str, sdp: str) -> None:
        """Take another server's answer to an offer.

        Raises :class:`NotFoundError`, :class:`InvalidError`, :class:`UnavailableError` when it takes nothing.
        """
        await self.worker.call(AcceptAnswer(self.session(session_id).id, sdp), _ANSWER_S)

    async def switch(self, session_id: str, rungs: tuple[StreamAt, ...]) -> None:
        """Send another picture, from its next key frame on; nothing is encoded for it.

        Raises :class:`NotFoundError`, :class:`UnavailableError` when there is no picture there,
        :class:`InvalidError` when it is of another codec than the session's. Then nothing changes.
        """
        await self.worker.call(SwitchStream(self.session(session_id).id, rungs), _ANSWER_S)

    async def trickle(self, session: RtcSession, fragment: str) -> None:
        """Pass on further candidates; raises :class:`InvalidError`."""
        await self.worker.call(TrickleSession(session.id, fragment), _ANSWER_S)

    def end(self, session: RtcSession) -> None:
        """End a session."""
        self.worker.post(EndSession(session.id))
        self._ended(SessionChanged(session.id, SessionPhase.ENDED, asked=True))

    async def _open(self, session: RtcSession, message: Message) -> Opened:
        self._sessions[session.id] = session
        try:
            answer = (await self.worker.call(message, _ANSWER_S)).message
        except (CommandwallError, TimeoutError) as error:
            self._sessions.pop(session.id, None)
            if isinstance(error, TimeoutError):
                self.worker.post(EndSession(session.id))  # It would be opened yet, for nobody.
            raise
        if isinstance(answer, SessionOffer):
            return Opened(session.id, answer.sdp)
        assert isinstance(answer, SessionAnswer)
        return Opened(session.id, answer.sdp, answer.video, answer.sound)

    def _ready(self, worker: Worker) -> None:
        worker.post(ConfigureRtc(str(self._packet_path), self._settings.ice_servers))

    def _hear(self, _: Worker, received: Received) -> None:
        match received.message:
            case SessionChanged() as change:
                if change.fault:
                    log.info("session %s: %s", change.session[:6], change.fault)
                self._changed(change)
            case RtcReport(sessions):
                for figures in sessions:
                    if (session := self._sessions.get(figures.session)) is not None:
                        session.figures = figures
            case RtcFault(en, zh):
                log.error("%s", Sentence.of(en, zh))

    def _changed(self, change: SessionChanged) -> None:
        if change.phase is SessionPhase.ENDED:
            self._ended(change)
        elif (session := self._sessions.get(change.session)) is not None:
            session.connected = True
            _tell(session, change)

    def _ended(self, change: SessionChanged) -> None:
        """Forget a session and tell who opened it; one that is forgotten was told of already."""
        session = self._sessions.pop(change.session, None)
        if session is not None:
            _tell(session, change)

    def _down(self, _: Worker) -> None:
        for session in tuple(self._sessions):
            self._ended(SessionChanged(session, SessionPhase.ENDED))


def _tell(session: RtcSession, change: SessionChanged) -> None:
    """Tell who opened a session; what goes wrong with that ends no other's."""
    if session.on_change is not None:
        try:
            session.on_change(change)
        except CommandwallError:
            log.exception(
                "session %s of %s: %s cannot be handled", session.id[:6], session.by.name, change.phase
            )


def _new_id() -> str:
    return secrets.token_urlsafe(18)
