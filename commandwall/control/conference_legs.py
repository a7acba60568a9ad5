"""The connections that this end opens to other conferences, as lines of the room they belong to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from commandwall.base.errors import ConnectionLostError, NotFoundError
from commandwall.conference.bridges.bridge import Flow
from commandwall.control.conference_lines import Line, Part, Peers
from commandwall.control.conference_room import VOICE, Room
from commandwall.control.roles import Principal
from commandwall.control.rtc import OnChange, Opened, PublishOffer
from commandwall.ipc.rtc_messages import StreamAt


class OfferingPeers(Peers, Protocol):
    """What of the rtc process is needed to offer. Implemented by :class:`RtcControl`."""

    async def offer_stream(
        self,
        by: Principal,
        video: tuple[StreamAt, ...],
        sound: StreamAt | None,
        on_change: OnChange | None = None,
        sound_back: str = "",
    ) -> Opened:
        """Offer another server what it is to receive."""

    async def offer_intake(
        self, by: Principal, video: str, sound: str, on_change: OnChange | None = None
    ) -> Opened:
        """Offer another server to receive what it has."""

    async def accept(self, session_id: str, sdp: str) -> None:
        """Take another server's answer to an offer."""


class RoomLeg:
    """One connection; implements :class:`commandwall.conference.bridges.bridge.Leg`."""

    def __init__(self, room: Room, line: Line, opened: Opened, peers: OfferingPeers) -> None:
        self.sdp = opened.sdp
        self._room = room
        self._line = line
        self._peers = peers

    async def accept(self, answer: str) -> None:
        """Take the answer to this end's offer; raises :class:`ConnectionLostError` when it is too late."""
        try:
            await self._peers.accept(self._line.session, answer)
        except NotFoundError:  # Of this end's session: the other end has refused nothing.
            raise ConnectionLostError("the session here ended before it was answered") from None

    async def stood(self) -> None:
        """Return once media can go over it."""
        await self._line.stood.wait()

    async def over(self) -> str:
        """Return why it ended, when it has."""
        await self._line.over.wait()
        return self._line.fault

    def end(self) -> None:
        """End it, if it has not."""
        self._room.lines.end([self._line])


class RoomMedia:
    """Opens connections for ``participant``, which stands for a conference elsewhere.

    Implements :class:`commandwall.conference.bridges.bridge.Media`. Its picture is what the room has for it,
    its sound the mix without itself; what comes is its people, or, with ``part``, its content. As a feed it
    is sent the own picture of ``person``.
    """

    def __init__(
        self,
        room: Room,
        participant: str,
        by: Principal,
        peers: OfferingPeers,
        part: Part = Part.PEOPLE,
        person: str = "",
    ) -> None:
        self._room = room
        self._participant = participant
        self._by = by
        self._peers = peers
        self._part = part
        self._person = person

    async def offer(self, flow: Flow) -> RoomLeg:
        """Return a connection with an offer; raises :class:`CommandwallError` when none can be had."""
        line = self._line(flow)
        if not (flow.sends_picture or flow.sends_sound):
            taken = self._taken(flow)
            return await self._open(line, partial(self._peers.offer_intake, self._by, *taken))
        sound = None
        if self._part is Part.CONTENT:
            line.wanted = line.sent = self._room.content.rungs
        elif self._part is Part.FEED:
            line.wanted = line.sent = self._room.own_picture(self._person)
        else:
            rungs, mix = await self._room.prospect(self._participant)
            line.wanted = line.sent = rungs if flow.sends_picture else ()
            sound = mix if flow.sends_sound else None
        back = self._place(VOICE) if flow.takes_sound else ""
        offering = partial(self._peers.offer_stream, self._by, line.sent, sound, sound_back=back)
        return await self._open(line, offering)

    async def answer(self, flow: Flow, offer: str) -> RoomLeg:
        """Return a connection with an answer to ``offer``; raises as :meth:`offer` does."""
        taken = PublishOffer(*self._taken(flow), offer)
        return await self._open(self._line(flow), partial(self._peers.publish, self._by, taken))

    async def _open(self, line: Line, opening: Callable[[OnChange], Awaitable[Opened]]) -> RoomLeg:
        opened = await self._room.lines.open(line, opening)
        return RoomLeg(self._room, line, opened, self._peers)

    def _line(self, flow: Flow) -> Line:
        alone = flow.takes_sound and not flow.takes_picture
        part = Part.VOICE if alone else self._part
        takes = flow.takes_picture or flow.takes_sound
        return Line(self._participant, part, sends=takes, hears=flow.sends_sound)

    def _taken(self, flow: Flow) -> tuple[str, str]:
        """Return the names under which picture and sound are published."""
        video = self._place(self._part) if flow.takes_picture else ""
        return video, self._place(VOICE) if flow.takes_sound else ""

    def _place(self, part: str) -> str:
        return f"conference/{self._room.state.id}/{self._participant}/{part}"
