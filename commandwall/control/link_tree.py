"""One conference's place in the tree: its links, the nodes around it, and what goes on from link to link."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from commandwall.base.errors import CommandwallError, ConnectionLostError
from commandwall.base.sentence import Sentence
from commandwall.conference.links.line import Line
from commandwall.conference.links.messages import Hello
from commandwall.control.audit import AuditLog
from commandwall.control.audited import audited
from commandwall.control.conference_lines import Spawn
from commandwall.control.conference_room import Room
from commandwall.control.conferences import Conferences
from commandwall.control.link_joint import Joint
from commandwall.control.roles import Principal, Role
from commandwall.model.conference.command import DIRECTIONS, Command, Verb
from commandwall.model.conference.feeds import wanted_feeds
from commandwall.model.conference.state import Conference
from commandwall.model.conference.tree import cut, directed, forgotten, joined, onward, standing
from commandwall.model.link import Surroundings, split_id
from commandwall.model.source import Source, SourceKind
from commandwall.settings.site import Site

log = logging.getLogger(__name__)


class Tree:
    """The links of one open conference that stand; implements :class:`Around`.

    Belongs to the control plane's event loop.
    """

    def __init__(
        self,
        room: Room,
        site: Site,
        conferences: Conferences,
        audit: AuditLog,
        spawn: Spawn,
        now_s: Callable[[], float],
        shown: Callable[[], Iterable[Source]],
    ) -> None:
        """``shown`` tells what the walls of the site show."""
        self.room = room
        self.joints: dict[str, Joint] = {}
        self._site = site
        self._conferences = conferences
        self._audit = audit
        self._spawn = spawn
        self._now_s = now_s
        self._shown = shown
        self._asked: tuple[str, ...] = ()
        self._around = Surroundings(site.id)
        self._leader = room.state.leader

    @property
    def state(self) -> Conference:
        """How the conference is now."""
        return self.room.state

    def update(self, state: Conference) -> None:
        """Let it be so."""
        self.room.update(state)

    def hello(self, link: str, feeds: int = 0) -> Hello:
        """Return the greeting of this end of ``link``, which sends up ``feeds`` single pictures at most."""
        site, nodes = self._site, self.nodes_for(link)
        muted = self.state.muted_from_above
        return Hello(site.id, site.name[:200], site.level, link, nodes, feeds=feeds, muted=muted)

    def nodes_for(self, link: str) -> tuple[str, ...]:
        """Return the nodes that are on this side of ``link``."""
        return tuple(sorted(self._around.side(link)))

    def beyond(self, link: str) -> frozenset[str]:
        """Return the nodes beyond ``link``."""
        return self._around.beyond(link)

    def learn(self, link: str, nodes: tuple[str, ...]) -> None:
        """Note which nodes are beyond ``link``, and say so by the others; raises :class:`LoopError`."""
        self._around.learn(link, nodes)
        self.follow()

    def join(self, link: str, theirs: Hello, line: Line, *, above: bool) -> Joint:
        """Take a link in whose other end has greeted; raises :class:`LoopError`."""
        self._around.learn(link, {theirs.node, *theirs.nodes})
        self._forget_others(link, theirs.node, above=above)
        self.update(joined(self.state, link, theirs.node, theirs.name, above=above))
        joint = self.joints[link] = Joint(self, link, theirs, line, self._now_s, above=above)
        self.follow()
        return joint

    def _forget_others(self, link: str, node: str, *, above: bool) -> None:
        """Let those go whom ``link`` brought when another node than ``node`` was at its end."""
        brought = {one.path[0] for one in self.state.participants if one.path and split_id(one.id)[0] == link}
        for other in brought - {node, *(joint.theirs.node for joint in self.joints.values())}:
            self.update(forgotten(self.state, other, self._now_s(), above=above))

    def part(self, joint: Joint, why: Sentence) -> None:
        """Go on without a link that is lost: those beyond it are cut off.

        What the level above directed ends below too; putting it out has ended that here already.
        """
        if self.joints.get(joint.link) is not joint:
            return
        del self.joints[joint.link]
        self._around.forget(joint.link)
        self.room.told_speaking(joint.link, {})
        was_directed = joint.above and (self.state.direction.above or not self.state.expects(joint.link))
        self.update(cut(self.state, joint.theirs.node, why, self._now_s(), above=joint.above))
        if was_directed:
            self.pass_down(Command(Verb.GALLERY))
        if joint.above:
            self._asked = ()
        self.feeds_chosen()
        self.follow()

    def follow(self) -> None:
        """Tell by all links what has changed; those below also who directs, when that is another one."""
        if self.state.leader != self._leader:
            self._leader = self.state.leader
            for command in directed(self.state):
                self.pass_down(command)
        for joint in self.joints.values():
            joint.follow()

    def obey(self, command: Command) -> None:
        """Do what the chair above says, and have it done below; raises as the model does."""
        who = Principal(f"{command.by.node}: {command.by.participant or '-'}", Role.VIEWER, "link")
        conference = self.state.id
        with audited(self._audit, who, None, f"conference.{command.verb}", conference, command.target):
            self._conferences.command(conference, command)

    def wanted_feeds(self) -> tuple[str, ...]:
        """Return who beyond links is to be seen on his own here, the most important first."""
        shown = (source.id for source in self._shown() if source.kind is SourceKind.CONFERENCE)
        here = f"{self.state.id}/"
        on_walls = (name.removeprefix(here) for name in shown if name.startswith(here))
        return wanted_feeds(self.state, (*self._asked, *on_walls))

    def ask_feeds(self, people: tuple[str, ...]) -> None:
        """Note whom the level above wants to see on his own, which those below may have to send."""
        self._asked = people
        self.follow()

    def feeds_chosen(self) -> None:
        """End what is not to come any more, and say in the roster for whom there was no place."""
        below = [joint for joint in self.joints.values() if not joint.above]
        carried = {name for joint in below for name in joint.feeds.wanted}
        for one in self.state.participants:
            if one.path and one.id not in carried:
                self.room.lines.end(self.room.lines.of(one.id))
        self.room.lack(
            {
                name: Sentence(
                    "the link carries {most} single pictures at most, and others need them; "
                    "the whole site is shown",
                    most=joint.theirs.feeds,
                )
                for joint in below
                for name in joint.feeds.left_out
            }
        )

    def voices_for(self, link: str) -> Mapping[str, float]:
        """Return who speaks on this side of ``link``, and how loud (dBFS)."""
        return self.room.speaking(without=link)

    def hear_voices(self, link: str, levels_db: Mapping[str, float]) -> None:
        """Note who speaks of those whom ``link`` brings."""
        self.room.told_speaking(link, levels_db)

    def pass_down(self, command: Command) -> None:
        """Have done below what was done here; with what directs them goes who does."""
        if command.verb in DIRECTIONS:
            self._leader = self.state.leader
        self._hand_down(command, [joint for joint in self.joints.values() if not joint.above])

    def bring_up(self, joint: Joint) -> None:
        """Have the level below ``joint``, which has just come, do what goes on here."""
        for command in standing(self.state, muted=joint.theirs.muted):
            self._hand_down(command, [joint])

    def _hand_down(self, command: Command, joints: Iterable[Joint]) -> None:
        below = {joint.theirs.node: joint for joint in joints}
        for node, told in onward(self.state, command, below):
            self._spawn(self._have_done(below[node], told), f"{told.verb} at {node}")

    async def claim_above(self, state: Conference) -> None:
        """Ask the level above whether what is held in ``state`` may be; raises when it says no.

        One that is being lost has no say.
        """
        for joint in tuple(self.joints.values()):
            if joint.above:
                with suppress(ConnectionLostError):
                    await joint.claim(state)

    async def _have_done(self, joint: Joint, told: Command) -> None:
        try:
            await joint.command(told.verb, told.by.participant, told.target, told.viewer)
        except CommandwallError as error:
            log.warning("conference %s: %s does not %s: %s", self.state.id, joint.link, told.verb, error)
