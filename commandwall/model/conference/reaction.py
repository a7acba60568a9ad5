"""The wall reacts: whoever is called, given the floor or broadcast is seen large, with his cameras.

What a wall showed before comes back exactly when that is over. A cell into which somebody else has put
something meanwhile stays as it is; so does everything once the wall has another layout.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from commandwall.model.arrangement import Arrangement
from commandwall.model.conference.stage import stand_in
from commandwall.model.conference.state import Conference, Mode
from commandwall.model.layout import Layout
from commandwall.model.source import EMPTY, Source
from commandwall.model.view import PLAIN, View

Tile = tuple[Source, View]

MOST_CAMERAS = 4
"""How many cameras of a site follow it onto the wall."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a wall showed before it reacted, and what it was made to show."""

    before: Arrangement
    made: Arrangement


def focus(state: Conference) -> str:
    """Return who is called, broadcast, or speaks by grant and has a picture; ``""`` for nobody."""
    if state.ended_at_s is not None:
        return ""
    if state.direction.mode in (Mode.ROLL_CALL, Mode.BROADCAST):
        return stand_in(state, state.direction.subject)
    return stand_in(state, state.floor.holder)


def sites(state: Conference, participant: str) -> tuple[str, ...]:
    """Return where ``participant`` is, the closest first: his own site, then that of the link to him."""
    one = state.participant(participant)
    links = (link.site for link in state.participants if link.relays in one.path[:1])
    return tuple(site for site in (one.site, *links) if site)


def reacting(
    shown: Arrangement,
    layout: Layout,
    source: Source,
    cameras: Sequence[Source],
    busy: Container[str] = (),
) -> Arrangement:
    """Return ``shown`` with ``source`` in the biggest cell and ``cameras`` of its site beside.

    What was in the biggest cell goes to where ``source`` was, or into an empty cell. Cameras come into
    empty cells, then into the smallest, in their order; those that are on the wall already stay where
    they are. Cells that are ``busy``, with a tour, are left alone. ``layout`` is that of ``shown``.
    """
    places = [place for place, cell in enumerate(layout.cells) if cell.id not in busy]
    if not places:
        return shown
    biggest = max(places, key=lambda place: layout.cells[place].area)
    tiles = _promoted(list(shown.tiles), source, biggest, places)
    following = cameras[:MOST_CAMERAS]
    on_wall = {other for other, _ in tiles}
    free = [place for place in places if place != biggest and tiles[place][0] not in following]
    free.sort(key=lambda place: (tiles[place][0] != EMPTY, layout.cells[place].area, -place))
    wanted = [camera for camera in following if camera not in on_wall]
    for place, camera in zip(sorted(free[: len(wanted)]), wanted, strict=False):
        tiles[place] = (camera, PLAIN)
    return replace(shown.with_tiles(tiles), full="")


def _promoted(tiles: list[Tile], source: Source, biggest: int, places: Sequence[int]) -> list[Tile]:
    """Return ``tiles`` with ``source`` at ``biggest``; of all ``places`` one may take what was there."""
    old = next((place for place in places if tiles[place][0] == source), None)
    spare = old if old is not None else next((place for place in places if tiles[place][0] == EMPTY), None)
    promoted = tiles[old] if old is not None else (source, PLAIN)
    if spare is not None:
        tiles[spare] = tiles[biggest]
    tiles[biggest] = promoted
    return tiles


def undone(shown: Arrangement, reaction: Reaction) -> Arrangement:
    """Return ``shown`` without ``reaction``, but with what others have put there since."""
    before, made = reaction.before, reaction.made
    if shown.layout != made.layout or len(shown.sources) != len(made.sources):
        return shown
    tiles = (
        old if now == put or now[0] == EMPTY else now
        for now, put, old in zip(shown.tiles, made.tiles, before.tiles, strict=True)
    )
    return replace(shown.with_tiles(tiles), full=before.full if shown.full == made.full else shown.full)
