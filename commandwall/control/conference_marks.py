"""What the tiles of participants say of them, on the pictures of conferences and on walls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from commandwall.control.conference_documents import Figures
from commandwall.control.walls import WallControl
from commandwall.ipc.overlay_messages import SourcePerson, SourcePersons
from commandwall.model.conference.marks import marks_of
from commandwall.model.conference.stage import source_of
from commandwall.model.conference.state import Conference

Persons = Mapping[str, SourcePerson]
"""What is to be said, by the text of the source."""


def persons_of(state: Conference, figures: Mapping[str, Figures]) -> dict[str, SourcePerson]:
    """Return what the tiles of those who take part say, and how late they show."""
    unknown = Figures()
    persons = (
        SourcePerson(
            str(source_of(state.id, one.id)),
            marks_of(state, one.id, known.level_db, known.rtt_ms, known.loss_ratio),
            known.held_ms,
        )
        for one in state.present
        for known in [figures.get(one.id, unknown)]
    )
    return {person.source: person for person in persons}


class WallMarks:
    """Tells one wall of the participants that it shows, when that changes, and a new process everything."""

    def __init__(self, wall: WallControl) -> None:
        self._wall = wall
        self._told = SourcePersons(())
        wall.greet(lambda: wall.tell(self._told))

    def tell(self, persons: Persons) -> None:
        """Tell what of ``persons`` the wall shows."""
        shown = {str(source): source for source in self._wall.arrangement.sources}
        told = SourcePersons(tuple(self._here(persons[name]) for name in shown if name in persons))
        if told != self._told:
            self._told = told
            self._wall.tell(told)
            self._wall.hear(
                frozenset(shown[person.source] for person in told.persons if person.marks.speaking)
            )

    def _here(self, person: SourcePerson) -> SourcePerson:
        return replace(person, held_ms=min(person.held_ms, self._wall.wall.voice_ms))


class Marks:
    """The marks on all walls of the site and all pictures of conferences.

    Belongs to the control plane's event loop.
    """

    def __init__(self, walls: Iterable[WallControl]) -> None:
        self._walls = walls
        self._marks: dict[WallControl, WallMarks] = {}

    def tell(self, persons: Iterable[Persons]) -> None:
        """Tell every wall what it shows of ``persons``, those of all conferences."""
        everybody = {name: marks for each in persons for name, marks in each.items()}
        self._marks = {wall: self._marks.get(wall) or WallMarks(wall) for wall in self._walls}
        for marks in self._marks.values():
            marks.tell(everybody)
