"""The WebRTC sessions of one conference: who sends what, who is sent what, and switching that."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Container, Coroutine, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, Protocol

from commandwall.base.errors import CommandwallError, InvalidError, NotFoundError
from commandwall.control.roles import Principal
from commandwall.control.rtc import OnChange, Opened, PublishOffer, RtcSession, Watched, WatchOffer
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.rtc_messages import SessionChanged, SessionFigures, SessionPhase, StreamAt

log = logging.getLogger(__name__)

_AGAIN_S = 1.0
"""After this a picture that did not come is asked for again."""

Spawn = Callable[[Coroutine[Any, Any, None], str], object]
"""Runs something beside, under a name, until it ends or the daemon does."""


class Part(StrEnum):
    """What somebody sends, and what there is to receive: people (with their voice), or content.

    Sound that comes and goes on a line of its own, as foreign systems want it, is ``voice``. Somebody's own
    picture that is sent on by a link is a ``feed``; where it comes, it is his people.
    """

    PEOPLE = "people"
    CONTENT = "content"
    VOICE = "voice"
    FEED = "feed"


@dataclass(eq=False, slots=True)
class Line:
    """One session of ``participant``, who ``sends`` its part or is sent it, and may ``hear`` the mix on it.

    ``live`` are the streams that arrive on it. ``wanted`` are the rungs of what is to be sent, ``sent`` of
    what is. ``fault`` says why it is ``over``; ``stood``: media could go.
    """

    participant: str
    part: Part
    sends: bool
    hears: bool = False
    session: str = ""
    live: list[str] = field(default_factory=list)
    wanted: tuple[StreamAt, ...] = ()
    sent: tuple[StreamAt, ...] = ()
    fault: str = ""
    stood: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Peers(Protocol):
    """What conferences need of the rtc process. Implemented by :class:`RtcControl`."""

    def want(self) -> None:
        """Start the process if it does not run yet."""

    def published(self, stream: str, session: str = "") -> BusAddress:
        """Return where a stream that a session publishes is read."""

    async def watch(
        self, by: Principal, watched: Watched | None, offer: WatchOffer, on_change: OnChange | None = None
    ) -> Opened:
        """Send a picture and sound to whoever offers."""

    async def publish(self, by: Principal, offer: PublishOffer, on_change: OnChange | None = None) -> Opened:
        """Receive a picture and sound from whoever offers."""

    async def switch(self, session_id: str, rungs: tuple[StreamAt, ...]) -> None:
        """Send another picture."""

    def session(self, session_id: str) -> RtcSession:
        """Return an open session; raises :class:`NotFoundError`."""

    def end(self, session: RtcSession) -> None:
        """End a session."""


class LineListener(Protocol):
    """Who is told how lines are."""

    def line_connected(self, line: Line) -> None:
        """``line`` stands."""

    def line_live(self, line: Line, stream: str) -> None:
        """Take what is sent as ``stream``: it arrives, or counts again, since a newer line is gone."""

    def line_ended(self, line: Line, *, asked: bool) -> None:
        """``line`` is over, and no longer among the lines; ``asked``: somebody here wished that."""


class Lines:
    """All lines of one conference, for which the rtc process is started at once.

    Belongs to the control plane's event loop.
    """

    def __init__(self, peers: Peers, listener: LineListener, spawn: Spawn) -> None:
        self._peers = peers
        peers.want()
        self._listener = listener
        self._spawn = spawn
        self._lines: list[Line] = []

    def of(self, participant: str) -> list[Line]:
        """Return the lines of somebody, the oldest first."""
        return [line for line in self._lines if line.participant == participant]

    def of_others(self, participants: Container[str]) -> list[Line]:
        """Return the lines of whoever is none of ``participants``."""
        return [line for line in self._lines if line.participant not in participants]

    def newest(self, participant: str, part: Part, *, sends: bool) -> Line | None:
        """Return the last line that was opened for that, if one is there."""
        return next(reversed(self.same(participant, part, sends=sends)), None)

    def same(self, participant: str, part: Part, *, sends: bool) -> list[Line]:
        """Return the lines that were opened for that, the oldest first."""
        wanted = participant, part, sends
        return [line for line in self._lines if (line.participant, line.part, line.sends) == wanted]

    def watching(self, part: Part) -> Iterable[Line]:
        """Return the lines on which ``part`` is sent to somebody."""
        return [line for line in self._lines if line.part is part and not line.sends]

    def hearing(self) -> set[str]:
        """Return who hears a mix."""
        return {line.participant for line in self._lines if line.hears}

    async def publish(self, by: Principal, participant: str, part: Part, offer: PublishOffer) -> Opened:
        """Receive from whoever offers; raises as :meth:`RtcControl.publish` does."""
        line = Line(participant, part, sends=True)
        return await self.open(line, partial(self._peers.publish, by, offer))

    async def watch(self, by: Principal, participant: str, part: Part, offer: WatchOffer) -> Opened:
        """Send to whoever offers; raises as :meth:`RtcControl.watch` does."""
        hears = offer.sound is not None
        line = Line(participant, part, sends=False, hears=hears, wanted=offer.video, sent=offer.video)
        return await self.open(line, partial(self._peers.watch, by, None, offer))

    def switch(self, line: Line, video: tuple[StreamAt, ...]) -> None:
        """Send ``video`` from its next key frame on, unless it is sent already.

        Where there is no picture of that yet, it is tried again until there is, or something else is wanted.
        """
        if line.wanted != video:
            line.wanted = video
            self._follow(line)

    def end(self, lines: Iterable[Line]) -> None:
        """End ``lines``; what follows from that is told as they end."""
        for line in tuple(lines):
            if line.session:
                with suppress(NotFoundError):  # It may be over, and nobody told yet.
                    self._peers.end(self._peers.session(line.session))

    def end_all(self) -> None:
        """End every line."""
        self.end(self._lines)

    def figures(self) -> Iterator[tuple[Line, SessionFigures]]:
        """Yield the figures of those lines that have any."""
        for line in self._lines:
            with suppress(NotFoundError):
                if line.session and (figures := self._peers.session(line.session).figures) is not None:
                    yield line, figures

    async def open(self, line: Line, opening: Callable[[OnChange], Awaitable[Opened]]) -> Opened:
        """Open ``line`` by ``opening``, which is given whom to tell of its session; raises what that does."""
        self._lines.append(line)
        try:
            opened = await opening(partial(self._heard, line))
            line.session = opened.session
        finally:
            if not line.session:
                self._remove(line)
        if line.wanted != line.sent:
            self._follow(line)
        return opened

    def _follow(self, line: Line) -> None:
        if line.session:
            self._spawn(self._switched(line, line.wanted), f"switch {line.session[:6]}")

    async def _switched(self, line: Line, wanted: tuple[StreamAt, ...]) -> None:
        """Have ``wanted`` sent, as long as nothing else is wanted: the last wish that is told counts."""
        told = ""
        while line.wanted == wanted and line in self._lines:
            try:
                await self._peers.switch(line.session, wanted)
            except (CommandwallError, TimeoutError) as error:
                if str(error) != told:
                    told = str(error)
                    log.warning("%s keeps what is sent: %s", line.participant, error)
                if isinstance(error, InvalidError):  # Of another codec than was agreed on, and remains so.
                    return
                await asyncio.sleep(_AGAIN_S)
            else:
                line.sent = wanted
                return

    def _heard(self, line: Line, changed: SessionChanged) -> None:
        if line not in self._lines:
            return
        match changed.phase:
            case SessionPhase.ENDED:
                self._remove(line)
                line.fault = changed.fault
                line.over.set()
                self._listener.line_ended(line, asked=changed.asked)
            case SessionPhase.CONNECTED:
                line.stood.set()
                self._listener.line_connected(line)
            case SessionPhase.LIVE:
                line.live.append(changed.stream)
                self._listener.line_live(line, changed.stream)

    def _remove(self, line: Line) -> None:
        """Be without ``line``, and tell what arrives on the one in whose place it was."""
        *before, newest = self.same(line.participant, line.part, sends=line.sends)
        self._lines.remove(line)
        if newest is line and before:
            for stream in before[-1].live:
                self._listener.line_live(before[-1], stream)
