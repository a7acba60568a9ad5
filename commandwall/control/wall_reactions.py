"""Walls that react to conferences: who is called is seen large on them, with his cameras beside."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

from commandwall.control.documents import Cause
from commandwall.control.kept import KeptRecords
from commandwall.control.mishaps import Mishaps
from commandwall.control.walls import WallControl
from commandwall.model.arrangement import Arrangement
from commandwall.model.conference.reaction import Reaction, focus, reacting, sites, undone
from commandwall.model.conference.stage import source_of
from commandwall.model.conference.state import Conference
from commandwall.model.layout import Layout
from commandwall.model.source import Source

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """For whom which wall reacts now, and what it showed before; kept over a restart."""

    wall: str
    participant: str
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class WallSet:
    """The walls that may react; ``touring`` names the cells of one that tours rotate now.

    ``cameras`` returns those of the area that somebody's site names, none where that names no area.
    """

    walls: Mapping[str, WallControl]
    layouts: Mapping[str, Layout]
    cameras: Callable[[str], Sequence[Source]]
    touring: Callable[[str], Container[str]]


class WallReactions:
    """What walls show because of conferences. Belongs to the control plane's event loop.

    Of several conferences that one wall reacts to, each undoes what it did itself. ``standing`` are the
    reactions by conference.
    """

    def __init__(self, among: WallSet, standing: KeptRecords[Standing]) -> None:
        self._among = among
        self._standing = standing

    def restore(self) -> None:
        """Let walls show what they showed before they reacted: after a restart nobody is there to be seen.

        That is no step of anybody's, so it is none that could be taken back.
        """
        for conference in reversed(tuple(self._standing.all())):
            with Mishaps(log).of(f"what a wall showed before conference {conference}"):
                self._end(conference, Cause.PROCESS)

    def follow(self, state: Conference) -> None:
        """Let the wall of a conference show what it is about now; over, it shows what it showed before."""
        standing = self._standing.all().get(state.id)
        participant = focus(state) if state.wall in self._among.walls else ""
        if (standing.participant if standing else "") == participant:
            return
        if participant:
            self._react(state, participant, standing)
        else:
            self._end(state.id, Cause.CONFERENCE)

    def _end(self, conference: str, cause: Cause) -> None:
        standing = self._standing.drop(conference)
        if standing is not None and (wall := self._among.walls.get(standing.wall)) is not None:
            wall.show(undone(wall.arrangement, standing.reaction), cause)

    def _react(self, state: Conference, participant: str, standing: Standing | None) -> None:
        wall = self._among.walls[state.wall]
        now = wall.arrangement
        before = undone(now, standing.reaction) if standing is not None else now
        wall.show(self._reacting(state, participant, before), Cause.CONFERENCE)
        reaction = Reaction(before, wall.arrangement)
        self._standing.put(state.id, Standing(state.wall, participant, reaction))

    def _reacting(self, state: Conference, participant: str, before: Arrangement) -> Arrangement:
        found = map(self._among.cameras, sites(state, participant))
        return reacting(
            before,
            self._among.layouts[before.layout],
            source_of(state.id, participant),
            next(filter(None, found), ()),
            self._among.touring(state.wall),
        )
