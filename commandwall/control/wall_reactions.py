"""Walls that react to conferences: who is called is seen large on them, with his cameras beside."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

from commandwall.control.documents import Cause
from commandwall.control.walls import WallControl
from commandwall.model.arrangement import Arrangement
from commandwall.model.conference.reaction import Reaction, focus, reacting, sites, undone
from commandwall.model.conference.stage import source_of
from commandwall.model.conference.state import Conference
from commandwall.model.layout import Layout
from commandwall.model.source import Source


@dataclass(frozen=True, slots=True)
class _Standing:
    """For whom which wall reacts now, and what it showed before."""

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

    Of several conferences that one wall reacts to, each undoes what it did itself.
    """

    def __init__(self, among: WallSet) -> None:
        self._among = among
        self._standing: dict[str, _Standing] = {}

    def follow(self, state: Conference) -> None:
        """Let the wall of a conference show what it is about now; over, it shows what it showed before."""
        standing = self._standing.get(state.id)
        participant = focus(state) if state.wall in self._among.walls else ""
        if (standing.participant if standing else "") == participant:
            return
        if standing is not None:
            del self._standing[state.id]
        if participant:
            self._react(state, participant, standing)
        elif standing is not None:
            wall = self._among.walls[standing.wall]
            wall.show(undone(wall.arrangement, standing.reaction), Cause.CONFERENCE)

    def _react(self, state: Conference, participant: str, standing: _Standing | None) -> None:
        wall = self._among.walls[state.wall]
        now = wall.arrangement
        before = undone(now, standing.reaction) if standing is not None else now
        wall.show(self._reacting(state, participant, before), Cause.CONFERENCE)
        self._standing[state.id] = _Standing(state.wall, participant, Reaction(before, wall.arrangement))

    def _reacting(self, state: Conference, participant: str, before: Arrangement) -> Arrangement:
        found = map(self._among.cameras, sites(state, participant))
        return reacting(
            before,
            self._among.layouts[before.layout],
            source_of(state.id, participant),
            next(filter(None, found), ()),
            self._among.touring(state.wall),
        )
