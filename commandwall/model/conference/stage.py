"""The stage: what the conference's picture shows, and what each participant is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from commandwall.model.conference.feeds import apart
from commandwall.model.conference.identity import room_of
from commandwall.model.conference.participant import Participant
from commandwall.model.conference.state import Conference, Mode
from commandwall.model.layout import AUTO, Cell, Layout
from commandwall.model.placing import fitting_layout
from commandwall.model.source import CONTENT, PICTURE, Source, SourceKind

WIDTH, HEIGHT = 1280, 720
"""Pixels of the conference's picture."""
MOST_SHOWN = 25
"""How many are seen in a gallery; those who spoke last go before the others."""
ALONE = "1"
WITH_CONTENT = "content"
"""The layout that shows the content large, and who speaks beside it."""
LAYOUTS = {
    Mode.GALLERY: AUTO,
    Mode.VOICE_SWITCHED: "speaker",
    Mode.LECTURE: "lecture",
    Mode.ROLL_CALL: "pip",
    Mode.BROADCAST: ALONE,
    Mode.POLL: "pip",
}
"""The layout of each mode, unless one was chosen."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the conference's picture shows: a layout, and what is in its first cells."""

    layout: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What a participant is sent: ``people`` (an id, or ``picture``), and whether ``content`` too."""

    people: str
    content: bool


def source_of(conference: str, participant: str) -> Source:
    """Return the source that is ``participant`` of ``conference``; ``picture`` and ``content`` too."""
    return Source(SourceKind.CONFERENCE, f"{conference}/{participant}")


def stage(state: Conference, layouts: Mapping[str, Layout]) -> Stage:
    """Return what the picture of the conference shows, with the ``layouts`` that there are by id.

    A layout that was chosen and is gone, or was drawn anew and is too fine now, is passed over.
    """
    chosen = layouts.get(state.layout)
    showable = state.layout == AUTO or (chosen is not None and chosen.fits(WIDTH, HEIGHT))
    name = state.layout if showable else LAYOUTS[state.direction.mode]
    shown = _cast(state)
    with_content = name == WITH_CONTENT and _content_shown(state)
    if len(shown) + with_content <= 1:
        name = ALONE
    room = MOST_SHOWN if name == AUTO else len(layouts[name].cells) - with_content
    people = _pick(shown, room, led=name != AUTO)
    names = ([CONTENT] if with_content else []) + [one.id for one in people]
    if name == AUTO:
        name = fitting_layout(_equal(layouts), len(names), WIDTH, HEIGHT).id
    return Stage(name, tuple(source_of(state.id, one) for one in names))


def _equal(layouts: Mapping[str, Layout]) -> list[Layout]:
    """Return those whose cells are all of one size, since in a gallery nobody comes before others."""
    return [layout for layout in layouts.values() if len({_size(cell) for cell in layout.cells}) == 1]


def _size(cell: Cell) -> tuple[float, float]:
    return cell.columns, cell.rows


def view(state: Conference, participant: str) -> View:
    """Return what ``participant`` is sent; nobody is sent his own content."""
    content = state.content.taken and state.content.holder != participant and _content_shown(state)
    return View(_people(state, participant), content)


def _people(state: Conference, participant: str) -> str:
    """Return whose picture ``participant`` is sent, never his own."""
    shown = stand_in(state, _chosen_for(state, participant))
    return shown if shown and shown != participant else PICTURE


def _chosen_for(state: Conference, participant: str) -> str:
    """Return whom ``participant`` is to see, ``""`` for the conference's picture."""
    direction, leader = state.direction, state.leader
    if participant != leader and direction.mode is Mode.ROLL_CALL:
        return ""
    if participant != leader and direction.mode is Mode.BROADCAST and stand_in(state, direction.subject):
        return leader if participant == stand_in(state, direction.subject) else direction.subject
    if participant == direction.subject and direction.mode is Mode.LECTURE and state.floor.holder:
        return state.floor.holder
    one = state.find(participant)
    return one.watches if one is not None else ""


def _cast(state: Conference) -> list[Participant]:
    """Return who is to be seen, whom the mode is about first."""
    direction, leader = state.direction, state.leader
    if direction.mode is Mode.BROADCAST and stand_in(state, direction.subject):
        return _ordered(state, direction.subject, only=True)
    if direction.mode in (Mode.ROLL_CALL, Mode.POLL) and stand_in(state, direction.subject):
        return _ordered(state, direction.subject, leader, only=True)
    if direction.mode is Mode.LECTURE:
        return _ordered(state, direction.subject, state.floor.holder, leader)
    if direction.mode is Mode.GALLERY and state.layout in ("", AUTO):
        return _ordered(state)
    return _ordered(state, state.speaker.holder or leader)


def _ordered(state: Conference, *first: str, only: bool = False) -> list[Participant]:
    """Return those with a picture, those named in ``first`` ahead, in that order, or only them."""
    names = dict.fromkeys(stand_in(state, name) for name in first)
    ahead = [state.participant(name) for name in names if name]
    return ahead if only else ahead + [one for one in apart(state) if one not in ahead]


def _pick(shown: Sequence[Participant], room: int, *, led: bool) -> list[Participant]:
    """Return at most ``room`` of them, in their order: the first if it leads, then who spoke last."""
    lead = shown[0].id if led and shown else ""

    def rank(place: int) -> tuple[bool, bool, float, int]:
        one = shown[place]
        return one.id != lead, one.hand_at_s is None, -(one.spoke_at_s or 0.0), place

    kept = sorted(range(len(shown)), key=rank)[: max(0, room)]
    return [shown[place] for place in sorted(kept)]


def stand_in(state: Conference, participant: str) -> str:
    """Return who is seen for ``participant``: himself, else the link that brings him, else ``""``."""
    one = state.find(participant)
    if one is not None and one.seen:
        return participant
    if one is None or not one.path:
        return ""
    return next((link.id for link in state.present if link.relays == one.path[0] and link.seen), "")


def _content_shown(state: Conference) -> bool:
    """Return whether there is a picture of the content now."""
    holder = state.content.holder
    if not holder:
        return bool(state.content.source)
    if room_of(holder):
        return any(one.relays and one.has_content for one in state.present)
    one = state.find(holder)
    return one is not None and one.here and one.has_content
