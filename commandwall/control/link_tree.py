"""One conference's place in the tree: its links, the nodes around it, and what goes on from link to link."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from commandwall.base.errors import CommandwallError
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
from commandwall.model.conference.command import Command
from commandwall.model.conference.state import Conference
from commandwall.model.conference.tree import cut, onward
from commandwall.model.link import Surroundings
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
    ) -> None:
        self.room = room
        self.joints: dict[str, Joint] = {}
        self._site = site
        self._conferences = conferences
        self._audit = audit
        self._spawn = spawn
        self._now_s = now_s
        self._around = Surroundings(site.id)

    @property
    def state(self) -> Conference:
        """How the conference is now."""
        return self.room.state

    def update(self, state: Conference) -> None:
        """Let it be so."""
        self.room.update(state)

    def hello(self, link: str) -> Hello:
        """Return the greeting of this end of ``link``."""
        return Hello(self._site.id, self._site.name[:200], self._site.level, link, self.nodes_for(link))

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
        relay = self.state.participant(link)
        relay = replace(relay, relays=theirs.node, name=theirs.name if above else relay.name)
        self.update(self.state.each(relay if one.id == link else one for one in self.state.participants))
        joint = self.joints[link] = Joint(self, link, theirs, line, self._now_s, above=above)
        self.follow()
        return joint

    def part(self, joint: Joint, why: Sentence) -> None:
        """Go on without a link that is lost: those beyond it are cut off."""
        if self.joints.get(joint.link) is not joint:
            return
        del self.joints[joint.link]
        self._around.forget(joint.link)
        self.update(cut(self.state, joint.theirs.node, why, self._now_s(), above=joint.above))
        self.follow()

    def follow(self) -> None:
        """Tell by all links what has changed."""
        for joint in self.joints.values():
            joint.follow()

    def obey(self, command: Command) -> None:
        """Do what the chair above says, and have it done below; raises as the model does."""
        who = Principal(f"{command.by.node}: {command.by.participant or '-'}", Role.VIEWER, "link")
        conference = self.state.id
        with audited(self._audit, who, None, f"conference.{command.verb}", conference, command.target):
            self._conferences.command(conference, command)

    def pass_down(self, command: Command) -> None:
        """Have done below what was done here."""
        below = {joint.theirs.node: joint for joint in self.joints.values() if not joint.above}
        for node, told in onward(self.state, command, below):
            self._spawn(self._have_done(below[node], told), f"{told.verb} at {node}")

    async def claim_above(self, state: Conference) -> None:
        """Ask the level above whether what is held in ``state`` may be; raises when it says no."""
        for joint in tuple(self.joints.values()):
            if joint.above:
                await joint.claim(state)

    async def _have_done(self, joint: Joint, told: Command) -> None:
        try:
            await joint.command(told.verb, told.by.participant, told.target, told.viewer)
        except CommandwallError as error:
            log.warning("conference %s: %s does not %s: %s", self.state.id, joint.link, told.verb, error)
