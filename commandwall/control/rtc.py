"""The rtc process as the control plane sees it: its sessions, and what they watch and share."""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from commandwall.base.errors import CommandwallError, NotFoundError, UnsupportedError
from commandwall.base.sentence import Sentence
from commandwall.control.feeds import Feeds
from commandwall.control.lease import LeaseHeldError
from commandwall.control.roles import Principal
from commandwall.control.screens import Screens
from commandwall.ipc.channel import Received
from commandwall.ipc.messages import Message
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.rtc_messages import (
    ConfigureRtc,
    EndSession,
    PublishScreen,
    RtcFault,
    SessionAnswer,
    SessionChanged,
    SessionPhase,
    TrickleSession,
    WatchStream,
)
from commandwall.model.source import Source, SourceKind
from commandwall.rtc.version import check_version
from commandwall.settings.site import RtcSettings
from commandwall.workers.worker import Worker

log = logging.getLogger(__name__)

_ANSWER_S = 10.0


class Watched(NamedTuple):
    """What a session sends: a head of a wall, or a camera. The labels of its metric."""

    wall: str = ""
    head: str = ""
    camera: str = ""


@dataclass(frozen=True, slots=True)
class StreamOffer:
    """A stream of a packet bus and the offer of who wants it."""

    packet_path: Path
    stream: str
    answers_keys: bool
    sdp: str


@dataclass(slots=True)
class RtcSession:
    """One WebRTC session: who opened it, and what it ``watches`` or which ``screen`` it shares."""

    id: str
    by: Principal
    watches: Watched | None = None
    screen: str = ""
    connected: bool = False


class RtcControl:
    """Keeps the rtc process, which the first session starts, and its sessions.

    Belongs to the control plane's event loop.
    """

    def __init__(self, settings: RtcSettings, screens: Screens, feeds: Feeds, packet_path: Path) -> None:
        self._settings = settings
        self._screens = screens
        self._feeds = feeds
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

    async def watch(self, by: Principal, watched: Watched, offer: StreamOffer) -> tuple[str, str]:
        """Send a stream to whoever offers; return the session's id and the answer.

        Raises :class:`InvalidError` for an offer that cannot be answered, :class:`CommandwallError`
        when there is no picture now.
        """
        session = RtcSession(_new_id(), by, watched)
        message = WatchStream(session.id, str(offer.packet_path), offer.stream, offer.answers_keys, offer.sdp)
        return session.id, await self._open(session, message)

    async def publish(self, by: Principal, screen_id: str, name: str, sdp: str) -> tuple[str, str]:
        """Receive a screen from whoever offers; return as :meth:`watch` does.

        Who shares it already is replaced if it is the same user, or is outranked. Raises
        :class:`LeaseHeldError` if not.
        """
        for other in self._sessions.values():
            if other.screen == screen_id and other.by.name != by.name and not by.outranks(other.by):
                raise LeaseHeldError(
                    "screen {id!r} is shared by {name}; choose another id", id=screen_id, name=other.by.name
                )
        session = RtcSession(_new_id(), by, screen=screen_id)
        answer = await self._open(session, PublishScreen(session.id, screen_id, sdp))
        self._screens.begin(screen_id, name, by.name)
        source = Source(SourceKind.SCREEN, screen_id)
        self._feeds.receive(
            source.owner, BusAddress(str(self._packet_path), f"screen/{screen_id}", session.id)
        )
        return session.id, answer

    async def trickle(self, session: RtcSession, fragment: str) -> None:
        """Pass on further candidates; raises :class:`InvalidError`."""
        await self.worker.call(TrickleSession(session.id, fragment), _ANSWER_S)

    def end(self, session: RtcSession) -> None:
        """End a session."""
        self.worker.post(EndSession(session.id))
        self._ended(session)

    async def _open(self, session: RtcSession, message: Message) -> str:
        self._sessions[session.id] = session
        try:
            received = await self.worker.call(message, _ANSWER_S)
        except (CommandwallError, TimeoutError):
            self._ended(session)
            raise
        assert isinstance(received.message, SessionAnswer)
        return received.message.sdp

    def _ready(self, worker: Worker) -> None:
        worker.post(ConfigureRtc(str(self._packet_path), self._settings.ice_servers))

    def _hear(self, _: Worker, received: Received) -> None:
        match received.message:
            case SessionChanged(session_id, phase, fault):
                session = self._sessions.get(session_id)
                if fault:
                    log.info("session %s: %s", session_id[:6], fault)
                if session is not None:
                    self._changed(session, phase)
            case RtcFault(en, zh):
                log.error("%s", Sentence.of(en, zh))

    def _changed(self, session: RtcSession, phase: SessionPhase) -> None:
        if phase is SessionPhase.ENDED:
            self._ended(session)
            return
        session.connected = True
        if phase is SessionPhase.LIVE and self._shares(session):
            self._screens.live(session.screen)

    def _ended(self, session: RtcSession) -> None:
        """Forget a session; the screen that it shared is shared no longer, unless by a newer one."""
        if self._sessions.pop(session.id, None) is None or not session.screen:
            return
        if session.screen in self._screens.ids() and not any(
            other.screen == session.screen for other in self._sessions.values()
        ):
            self._screens.end(session.screen)

    def _shares(self, session: RtcSession) -> bool:
        """Return whether ``session`` is the newest that shares its screen."""
        sharing = [other for other in self._sessions.values() if other.screen == session.screen]
        return sharing[-1:] == [session]

    def _down(self, _: Worker) -> None:
        for session in tuple(self._sessions.values()):
            self._ended(session)


def _new_id() -> str:
    return secrets.token_urlsafe(18)
