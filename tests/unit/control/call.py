"""Three halls in one call, city over district over street, joined by paper instead of a network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from commandwall.base.sentence import Sentence
from commandwall.conference.links.line import Line
from commandwall.control.audit import AuditLog
from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.control.link_joint import Joint
from commandwall.control.roles import Seat
from commandwall.control.store import Store
from commandwall.model.conference.attendance import arrive, connected, invite
from commandwall.model.conference.floor import open_voices
from commandwall.model.conference.participant import Participant, Role
from commandwall.settings.site import Level, Site
from tests.unit.conference.links.wires import PaperSocket, wire
from tests.unit.control.hall import Hall
from tests.unit.control.rig import make_board
from tests.unit.control.stage import Hands

LEVELS = {"city": Level.CITY, "luohu": Level.DISTRICT, "guiyuan": Level.STREET}


@dataclass
class Cable:
    """One link: its lower joint, and what ends it."""

    lower: Hall
    joint: Joint
    socket: PaperSocket
    tasks: list[asyncio.Task[None]]

    async def cut(self) -> None:
        """Break it, as a network does."""
        self.socket.close()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.lower.links.tree(self.lower.room).part(self.joint, Sentence("the link is lost"))


@dataclass
class Call:
    """The halls by the names of their nodes; the lower end of every link is called ``above``.

    All write one audit log.
    """

    halls: dict[str, Hall]
    audit: AuditLog
    cables: dict[str, Cable] = field(default_factory=dict)

    async def link(self, lower: str, upper: str) -> None:
        """Join two halls; raises as the lower end does."""
        below, above = self.halls[lower], self.halls[upper]
        one = above.room.state.find(lower)
        seat = above.invites(lower, "site").seat if one is None else self._seats[lower]
        assert seat is not None
        self._seats[lower] = seat
        if below.room.state.find("above") is None:
            below.room.update(invite(below.room.state, Participant("above", upper, Role.SITE, admitted=True)))
        ends = wire()
        serving = asyncio.create_task(above.links.serve(seat, ends[1]))
        tree, line = below.links.tree(below.room), Line(ends[0])
        joint = tree.join("above", await line.greet(tree.hello("above", feeds=1)), line, above=True)
        self.arrives(lower, "above")
        self.arrives(upper, lower)
        self.cables[lower] = Cable(below, joint, ends[0], [serving, asyncio.create_task(joint.run())])
        await self.settle()

    _seats: dict[str, Seat] = field(default_factory=dict)

    def arrives(self, node: str, participant: str) -> None:
        """Let somebody take part whose lines nobody looks at."""
        hall = self.halls[node]
        now_s = hall.clock()
        hall.room.update(connected(arrive(hall.room.state, participant), participant, now_s))

    async def until(self, condition: Callable[[], object]) -> None:
        """Pass on what is to be passed on until ``condition`` is true."""
        async with asyncio.timeout(20):
            while not condition():
                await self.settle()

    async def settle(self) -> None:
        """Let time pass for everybody."""
        for _ in range(20):
            for hall in self.halls.values():
                hall.conferences.act()
            await asyncio.sleep(0)

    def names(self, node: str) -> list[str]:
        """Return who takes part there, without the ends of links."""
        return sorted(one.name for one in self.halls[node].room.state.present if not one.relays)

    def heard(self, node: str) -> set[str]:
        """Return whose voices are open there."""
        return set(open_voices(self.halls[node].room.state))


@asynccontextmanager
async def call(database: Database, directory: Path) -> AsyncIterator[Call]:
    """Make three halls with a chair each, linked."""
    events = EventLog()
    async with AuditLog(Store(database), events) as audit:
        halls = {}
        for name, level in LEVELS.items():
            (directory / name).mkdir()
            site = Site(name, name, level)
            clock = Hands(1_000_000.0)
            halls[name] = Hall(make_board(events), directory / name, database, events, audit, clock, site)
            halls[name].opens()
        made = Call(halls, audit)
        for name in LEVELS:
            halls[name].invites(f"{name}-chair", "chair")
            made.arrives(name, f"{name}-chair")
        await made.link("luohu", "city")
        await made.link("guiyuan", "luohu")
        try:
            yield made
        finally:
            for cable in made.cables.values():
                for task in cable.tasks:
                    task.cancel()
                await asyncio.gather(*cable.tasks, return_exceptions=True)
