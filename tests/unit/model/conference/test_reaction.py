from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from commandwall.model.arrangement import Arrangement
from commandwall.model.conference.attendance import leave
from commandwall.model.conference.command import Verb
from commandwall.model.conference.reaction import MOST_CAMERAS, Reaction, focus, reacting, undone
from commandwall.model.source import EMPTY, Source, SourceKind
from commandwall.model.view import Crop, View
from tests.unit.model.conference.people import LAYOUTS, NOW_S, behind, link, room, said

LAYOUT = LAYOUTS["1+5"]
SITE = Source(SourceKind.CONFERENCE, "c1/a")


def camera(number: int) -> Source:
    return Source(SourceKind.CAMERA, f"cam-{number}")


CAMERAS = [camera(number) for number in range(10)]
SOURCES = st.sampled_from([EMPTY, SITE, *CAMERAS])
FULL = Arrangement(1, "1+5", tuple(CAMERAS[:6]))


def test_the_focus_is_who_is_called_broadcast_or_granted_the_floor() -> None:
    state = room("a", "b")
    assert focus(state) == ""
    assert focus(said(state, Verb.GRANT, "b")) == "b"
    assert focus(said(said(state, Verb.GRANT, "b"), Verb.ROLL_CALL, "a")) == "a"
    assert focus(said(state, Verb.BROADCAST, "a")) == "a"
    assert focus(leave(said(state, Verb.BROADCAST, "a"), "a", NOW_S)) == ""
    assert focus(said(said(state, Verb.BROADCAST, "a"), Verb.END)) == ""
    state = behind(link(state, "luohu"), "luohu", name="li")
    assert focus(said(state, Verb.ROLL_CALL, "luohu/li")) == "luohu"


def test_a_site_moves_into_the_biggest_cell_and_its_cameras_beside_it() -> None:
    before = Arrangement(1, "1+5", (camera(0), camera(1), EMPTY, camera(3), EMPTY, EMPTY))
    after = reacting(before, LAYOUT, SITE, [camera(7), camera(8)])
    assert after.sources == (SITE, camera(1), camera(0), camera(3), camera(7), camera(8))


def test_of_a_full_wall_the_smallest_cells_give_way() -> None:
    after = reacting(FULL, LAYOUT, SITE, [camera(7), camera(3), camera(8)])
    assert after.sources[0] == SITE
    assert set(after.sources[1:]) == {camera(1), camera(2), camera(3), camera(7), camera(8)}
    assert after.sources[3] == camera(3)


def test_no_more_cameras_follow_than_leave_room_for_others() -> None:
    after = reacting(FULL, LAYOUT, SITE, CAMERAS[5:])
    assert sum(source in CAMERAS[5:] for source in after.sources) == MOST_CAMERAS
    assert reacting(Arrangement(1, "1", (camera(0),)), LAYOUTS["1"], SITE, CAMERAS).sources == (SITE,)


def test_cells_of_a_tour_are_left_alone() -> None:
    after = reacting(FULL, LAYOUT, SITE, [camera(7)], busy={"1", "6"})
    assert after.sources == (camera(0), SITE, camera(2), camera(3), camera(7), camera(5))
    assert reacting(FULL, LAYOUT, SITE, [camera(7)], busy={str(cell) for cell in range(1, 7)}) == FULL


@given(
    st.sampled_from(["1", "2x1", "1+5", "3x3", "pip-3", "speaker"]),
    st.lists(SOURCES, min_size=9, max_size=9),
    st.lists(st.sampled_from(CAMERAS), max_size=6, unique=True),
    st.integers(0, 8),
)
def test_what_was_shown_before_comes_back_exactly(
    name: str, sources: list[Source], cameras: list[Source], zoomed: int
) -> None:
    layout = LAYOUTS[name]
    cells = len(layout.cells)
    tiles = [(source, View()) for source in sources[:cells]]
    place = zoomed % cells
    tiles[place] = (tiles[place][0], View(crop=Crop(0.25, 0.25, 0.5, 0.5)))
    before = Arrangement(1, name).with_tiles(tiles)
    filled = [
        cell.id for cell, (source, _) in zip(layout.cells, before.tiles, strict=True) if source != EMPTY
    ]
    before = replace(before, full=filled[0] if filled else "")
    made = reacting(before, layout, SITE, cameras)
    assert made.sources[layout.position(layout.biggest.id)] == SITE
    assert made.full == ""
    assert len(made.sources) == cells
    assert undone(made, Reaction(before, made)) == before


def test_what_somebody_changed_meanwhile_stays() -> None:
    made = reacting(FULL, LAYOUT, SITE, [camera(8)])
    changed = made.with_tiles([made.tiles[0], (camera(9), View()), *made.tiles[2:]])
    after = undone(changed, Reaction(FULL, made))
    assert after.sources == (camera(0), camera(9), *FULL.sources[2:])


def test_in_another_layout_nothing_is_undone() -> None:
    made = reacting(FULL, LAYOUT, SITE, [])
    other = Arrangement(5, "2x1", (camera(1), camera(2)))
    assert undone(other, Reaction(FULL, made)) == other
