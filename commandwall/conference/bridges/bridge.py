"""What a bridge is, and what it needs of the one who runs it.

A bridge makes a foreign conference one participant of ours: what we compose and mix goes there, what they
compose and mix comes here. It speaks the foreign signalling; media is :class:`Media`'s. Hardware terminals
can follow by a third implementation, which a gateway's SIP account would be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from commandwall.base.errors import ConnectionLostError
from commandwall.base.tasks import run_until_first


@dataclass(frozen=True, slots=True)
class Flow:
    """What one WebRTC connection carries, as this end sees it. One medium may go both ways."""

    sends_picture: bool = False
    sends_sound: bool = False
    takes_picture: bool = False
    takes_sound: bool = False


SENDS = Flow(sends_picture=True, sends_sound=True)
TAKES = Flow(takes_picture=True, takes_sound=True)


class Leg(Protocol):
    """One WebRTC connection of this end. ``sdp`` is its offer or its answer, with all candidates."""

    sdp: str

    async def accept(self, answer: str) -> None:
        """Take the answer to this end's offer; raises :class:`InvalidError`."""

    async def stood(self) -> None:
        """Return once media can go over it; never, if it is over before."""

    async def over(self) -> str:
        """Return why it ended, when it has; ``""`` if nobody knows."""

    def end(self) -> None:
        """End it, if it has not."""


class Media(Protocol):
    """Opens connections for one participant of one conference of ours."""

    async def offer(self, flow: Flow) -> Leg:
        """Return a connection with an offer; raises :class:`CommandwallError` when none can be had."""

    async def answer(self, flow: Flow, offer: str) -> Leg:
        """Return a connection with an answer to ``offer``; raises as :meth:`offer` does."""


class Bridge(Protocol):
    """One foreign conference."""

    async def run(self, media: Media, tell: Callable[[str], None]) -> None:
        """Join, stay until cancelled, then leave as that conference wants it.

        Once joined and media can go, ``tell`` is called with what is lacking, ``""`` if nothing is, and again
        when that changes. Raises :class:`AccessRefusedError` when we are not let in,
        :class:`ConnectionLostError` when it cannot be reached or ends, :class:`CommandwallError` for whatever
        else it refuses.
        """


async def until_over(leg: Leg) -> None:
    """Raise :class:`ConnectionLostError` when ``leg`` is over."""
    raise ConnectionLostError("the media connection ended: {why}", why=await leg.over() or "-")


async def until_stood(leg: Leg) -> None:
    """Return once ``leg`` stands: an answer says only that it may, where a firewall lets nothing through.

    Raises :class:`ConnectionLostError` when it is over before.
    """
    await run_until_first(leg.stood(), until_over(leg))
