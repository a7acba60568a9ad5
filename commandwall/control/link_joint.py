"""One end of a link while its signalling stands: what is told, what is heard, and what follows from it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from commandwall.base.errors import CommandwallError, ConnectionLostError, InvalidError, ProtocolError
from commandwall.base.sentence import Sentence
from commandwall.base.tasks import run_until_first
from commandwall.conference.links.line import Line, LinkRefusedError
from commandwall.conference.links.messages import (
    Answer,
    Claim,
    Hello,
    Holders,
    Message,
    NodesChanged,
    Refused,
    Roster,
    Select,
    Speaking,
)
from commandwall.conference.links.messages import (
    Command as Said,
)
from commandwall.control.link_words import (
    claims_in,
    holders_of,
    levels_in,
    participants_in,
    roster_for,
    speaking_in,
)
from commandwall.model.conference.command import Actor, Command, Standing, Verb
from commandwall.model.conference.feeds import Feeds, chosen
from commandwall.model.conference.identity import AT
from commandwall.model.conference.settling import Claim as Held
from commandwall.model.conference.settling import Claims, believed, claims, settle, settled
from commandwall.model.conference.state import Conference
from commandwall.model.conference.tree import heard_of, recorded_there
from commandwall.model.link import LoopError, split_id, translated

_ABOUT_ONE = (Verb.ROLL_CALL, Verb.LECTURE, Verb.BROADCAST)


class Around(Protocol):
    """What a joint needs of the conference that it belongs to. Implemented by :class:`Tree`."""

    @property
    def state(self) -> Conference:
        """How the conference is now."""

    def update(self, state: Conference) -> None:
        """Let it be so."""

    def nodes_for(self, link: str) -> tuple[str, ...]:
        """Return the nodes that are on this side of ``link``."""

    def learn(self, link: str, nodes: tuple[str, ...]) -> None:
        """Note which nodes are beyond ``link``; raises :class:`LoopError`."""

    def obey(self, command: Command) -> None:
        """Do what the chair above says, and have it done below; raises as the model does."""

    def bring_up(self, joint: Joint) -> None:
        """Have the level below ``joint``, which has just come, do what goes on here."""

    def beyond(self, link: str) -> frozenset[str]:
        """Return the nodes beyond ``link``."""

    def wanted_feeds(self) -> Sequence[str]:
        """Return who beyond links is to be seen on his own here, the most important first."""

    def ask_feeds(self, people: tuple[str, ...]) -> None:
        """Note whom the level above wants to see on his own."""

    def feeds_chosen(self) -> None:
        """Follow that a link is to carry other single pictures."""

    def voices_for(self, link: str) -> Mapping[str, float]:
        """Return who speaks on this side of ``link``, and how loud (dBFS)."""

    def hear_voices(self, link: str, levels_db: Mapping[str, float]) -> None:
        """Note who speaks of those whom ``link`` brings."""

    async def claim_above(self, state: Conference) -> None:
        """Ask the level above whether what is held in ``state`` may be; raises when it says no."""


class Joint:
    """This end of one link. Belongs to the control plane's event loop; :meth:`run` is one task.

    ``above``: the other end is the level above, which decides who holds floor and content. ``selected``
    are those whose own pictures it wants then, otherwise ``feeds`` are those that this end does.
    """

    def __init__(
        self, around: Around, link: str, theirs: Hello, line: Line, now_s: Callable[[], float], *, above: bool
    ) -> None:
        self.link = link
        self.theirs = theirs
        self.above = above
        self.selected: tuple[str, ...] = ()
        self.feeds = Feeds()
        self._around = around
        self._line = line
        self._now_s = now_s
        self._nodes: tuple[str, ...] = around.nodes_for(link)
        self._roster: Roster | None = None
        self._agreed: Claims | None = None
        self._speaking = Speaking(())
        self._untold = asyncio.Event()
        self._turn = asyncio.Event()

    async def run(self) -> None:
        """Tell and hear until the link is lost; raises why.

        At first both say who is there and who holds what, and come to the same by one rule; below it is
        told what is directed then, by whom it knows by now.
        """
        self._tell_roster()
        self._line.post(holders_of(self._around.state, settle=True))
        if not self.above:
            self._around.bring_up(self)
        try:
            await run_until_first(self._hear(), self._line.send(), self._tell())
        except LoopError as error:
            await self._line.refuse(error, again=False)
            raise

    def follow(self) -> None:
        """Note that the conference has changed."""
        self._untold.set()
        self._wake()

    async def changed(self) -> None:
        """Wait until the conference has changed, what both ends agree on, or what is selected."""
        await self._turn.wait()

    async def command(self, verb: str, by: str, target: str, viewer: str) -> None:
        """Have the level below obey; raises :class:`CommandwallError` when it does not.

        Whom it is about, and who says so, it is told before.
        """
        self._tell_roster()
        await self._line.command(verb, by, target, viewer)

    async def claim(self, state: Conference) -> None:
        """Ask the other end whether what is held in ``state`` may be; raises when it says no."""
        said = holders_of(state)
        await self._line.claim(said.floor, said.content)
        self._agreed = claims(state)
        self._wake()

    @property
    def agreed(self) -> Claims | None:
        """Who holds what, as both ends agree; ``None`` before they have."""
        return self._agreed

    async def _tell(self) -> None:
        while True:
            await self._untold.wait()
            self._untold.clear()
            self._tell_nodes()
            self._tell_roster()
            self._tell_speaking()
            self._choose_feeds()
            await self._tell_holders()

    def _tell_nodes(self) -> None:
        nodes = self._around.nodes_for(self.link)
        if nodes != self._nodes:
            self._nodes = nodes
            self._line.post(NodesChanged(nodes))

    def _tell_roster(self) -> None:
        roster = roster_for(self._around.state, self.theirs.node)
        if roster != self._roster:
            self._roster = roster
            self._line.post(roster)

    def _tell_speaking(self) -> None:
        speaking = speaking_in(self._around.voices_for(self.link))
        if speaking != self._speaking:
            self._speaking = speaking
            self._line.post(speaking)

    def _choose_feeds(self) -> None:
        """Say below whose own pictures are to come up, as many as the link carries."""
        if self.above:
            return
        before = self.feeds
        wanted = [one for one in self._around.wanted_feeds() if split_id(one)[0] == self.link]
        self.feeds = chosen(before, wanted, self.theirs.feeds, self._now_s())
        if set(self.feeds.wanted) != set(before.wanted):
            self._line.post(Select(tuple(self.feeds.wanted)))
        elif self.feeds.left_out == before.left_out:
            return
        self._around.feeds_chosen()

    async def _tell_holders(self) -> None:
        """Say below who holds what; above, ask whether that may be, and give way if it may not.

        Raises :class:`ConnectionLostError` without an answer: what is held then is settled at the return.
        """
        state = self._around.state
        held = claims(state)
        if self._agreed is None or held == self._agreed:
            return
        if not self.above:
            self._agreed = held
            self._line.post(holders_of(state))
            return
        try:
            await self.claim(state)
        except ConnectionLostError:
            raise
        except CommandwallError:
            self._around.update(settled(self._around.state, self._agreed))

    async def _hear(self) -> None:
        async for message in self._line.received():
            await self._take(message)

    async def _take(self, message: Message) -> None:
        match message:
            case NodesChanged(nodes):
                self._around.learn(self.link, nodes)
            case Roster() as roster:
                self._take_roster(roster)
            case Speaking() as speaking:
                self._around.hear_voices(self.link, levels_in(speaking, self.link))
            case Select(people) if self.above:
                self.selected = tuple(filter(None, map(self._translated, people)))
                self._around.ask_feeds(self.selected)
                self._wake()
            case Holders() as holders if self.above or (holders.settle and self._agreed is None):
                self._settle(holders)
            case Claim() as claim if not self.above:
                await self._answer(claim.call, self._judge(claim))
            case Said() as said if self.above:
                await self._answer(said.call, self._obey(said))
            case Refused(en, zh, again):
                raise LinkRefusedError(Sentence.of(en, zh), again=again)
            case _:
                raise ProtocolError(
                    "the other end of the link says what is not understood ({place})", place=message.type
                )

    def _take_roster(self, roster: Roster) -> None:
        node = self.theirs.node
        those = participants_in(roster, self.link, node)
        after = heard_of(self._around.state, node, those, self._now_s())
        self._around.update(recorded_there(after, node, roster.recorded))

    def _settle(self, holders: Holders) -> None:
        """Take over what holds: what both halves come to, or what the level above says.

        The level above says that then, whatever it is: what has changed since it greeted is in its half only.
        """
        state = self._around.state
        theirs = believed(state, claims_in(holders.floor, holders.content))
        self._agreed = settle(claims(state), theirs) if holders.settle else theirs
        self._around.update(settled(state, self._agreed))
        if not self.above:
            self._line.post(holders_of(self._around.state))

    async def _answer(self, call: int, doing: Awaitable[None]) -> None:
        try:
            await doing
        except CommandwallError as error:
            self._line.post(Answer.refusing(call, error.sentence))
        else:
            self._line.post(Answer(call))

    async def _obey(self, said: Said) -> None:
        """Do what the chair above says. What is about this end as a whole is about nobody in it."""
        verb = _verb(said.verb)
        target = self._translated(said.target)
        if said.target and not target and verb in _ABOUT_ONE:
            verb = Verb.GALLERY
        by = Actor(Standing.ABOVE, self._translated(said.by), self.theirs.node)
        self._around.obey(Command(verb, by, target, self._translated(said.viewer)))

    async def _judge(self, claim: Claim) -> None:
        """Let the level below have what nobody else has, unless the levels above know better."""
        state = self._around.state
        theirs, mine = believed(state, claims_in(claim.floor, claim.content)), claims(state)
        agreed = Claims(
            self._judged(mine.floor, theirs.floor, "floor"),
            self._judged(mine.content, theirs.content, "content"),
        )
        after = settled(state, agreed)
        if agreed != mine:
            await self._around.claim_above(after)
            self._around.update(after)
        self._agreed = agreed
        self._line.post(holders_of(after))

    def _judged(self, mine: Held, theirs: Held, field: str) -> Held:
        there = mine.holder.rpartition(AT)[2] in self._around.beyond(self.link)
        if not mine.holder or there:
            return theirs
        if theirs.holder and theirs != mine:
            raise InvalidError(
                "{name} has it now; one at a time can: ask the chair above", name=mine.holder, field=field
            )
        return mine

    def _wake(self) -> None:
        """Let everybody go on who waits for a change; the next one is another's turn."""
        self._turn.set()
        self._turn = asyncio.Event()

    def _translated(self, participant: str) -> str:
        return translated(participant, self.link, self.theirs.link)


def _verb(text: str) -> Verb:
    try:
        return Verb(text)
    except ValueError:
        raise ProtocolError(
            "the other end of the link says what is not understood ({place})", place="verb"
        ) from None
