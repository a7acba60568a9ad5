"""A real wall, without its process, that reacts to a conference, between tours, operators and their steps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from commandwall.control.database import Database
from commandwall.control.kept import KeptRecords
from commandwall.control.records import Records
from commandwall.control.users import Users
from commandwall.control.wall_reactions import Standing, WallReactions, WallSet
from commandwall.model.conference.command import Verb
from commandwall.model.conference.state import Conference
from commandwall.model.source import Source, SourceKind
from tests.unit.control.rig import Rig, open_rig
from tests.unit.control.stage import LAYOUTS
from tests.unit.model.conference.people import behind, link, room, said

BEFORE = ["c-0", "c-1", "c-2", "c-3"]


class Scene:
    """A rig of two walls of 2x2, a conference with sites that each have a camera, and its reactions."""

    def __init__(self, rig: Rig, standing: KeptRecords[Standing]) -> None:
        self.rig = rig
        self.touring: set[str] = set()
        self.wall = rig.stage.walls["main"]
        self.reactions = self.reacting(standing)
        state = replace(room("a", "b"), wall="main")
        self.state = state.each(replace(one, site=f"site-{one.id}") for one in state.participants)
        for one in state.participants:
            rig.stage.book.put(f"c1/{one.id}", one.name)

    def reacting(self, standing: KeptRecords[Standing]) -> WallReactions:
        """Return reactions of the walls as they begin with those that ``standing`` kept."""
        walls = WallSet(self.rig.stage.walls, LAYOUTS, self._cameras, lambda wall: self.touring)
        return WallReactions(walls, standing)

    def _cameras(self, area: str) -> list[Source]:
        number = {"site-a": 4, "site-b": 5}.get(area)
        return [Source(SourceKind.CAMERA, f"c-{number}")] if number else []

    def says(self, verb: Verb, target: str = "") -> list[str]:
        """Let the chair say something; return what the wall shows then."""
        self.state = said(self.state, verb, target)
        return self.follows(self.state)

    def follows(self, state: Conference) -> list[str]:
        """Let the wall follow ``state``; return what it shows then."""
        self.reactions.follow(state)
        return self.rig.stage.shows()


@pytest.fixture
async def scene(database: Database, users: Users, short_dir: Path) -> AsyncIterator[Scene]:
    async with (
        open_rig(database, users, short_dir, 6, staged=True) as rig,
        kept(database) as standing,
    ):
        yield Scene(rig, standing)


def kept(database: Database) -> KeptRecords[Standing]:
    return KeptRecords("reactions", Records(database, "reaction", Standing))


async def test_the_wall_follows_the_roll_and_is_as_before_at_its_end(scene: Scene) -> None:
    assert scene.rig.stage.shows() == BEFORE
    assert scene.says(Verb.ROLL_CALL) == ["c1/a", "c-1", "c-2", "c-4"]
    assert scene.says(Verb.ROLL_CALL) == ["c1/b", "c-1", "c-2", "c-5"]
    assert scene.says(Verb.ROLL_CALL) == BEFORE
    assert scene.says(Verb.GRANT, "b") == ["c1/b", "c-1", "c-2", "c-5"]
    assert scene.says(Verb.END) == BEFORE


async def test_the_cameras_of_a_street_stay_when_the_one_called_there_comes_himself(scene: Scene) -> None:
    state = behind(link(scene.state, "guiyuan"), "guiyuan", name="clerk")
    state = state.each(
        replace(one, site="site-b" if one.relays else "三楼值班室") if "guiyuan" in one.id else one
        for one in state.participants
    )
    for one in state.participants:
        scene.rig.stage.book.put(f"c1/{one.id}", one.name)
    scene.state = state
    assert scene.says(Verb.ROLL_CALL, "guiyuan/clerk") == ["c1/guiyuan", "c-1", "c-2", "c-5"]
    himself = scene.state.changed("guiyuan/clerk", has_people=True)
    assert scene.follows(himself) == ["c1/guiyuan/clerk", "c-1", "c-2", "c-5"]


async def test_an_operator_takes_all_of_it_back_in_one_step(scene: Scene) -> None:
    steps = scene.rig.service.programme.steps
    scene.says(Verb.ROLL_CALL)
    scene.says(Verb.ROLL_CALL)
    assert steps.document("main").undo == 1
    steps.undo("main", None)
    assert scene.rig.stage.shows() == BEFORE
    assert scene.says(Verb.GALLERY) == BEFORE


async def test_what_an_operator_does_meanwhile_stays(scene: Scene) -> None:
    scene.says(Verb.BROADCAST, "a")
    scene.wall.set_cell("2", "camera:c-5", None)
    assert scene.says(Verb.GALLERY) == ["c-0", "c-5", "c-2", "c-3"]
    scene.says(Verb.BROADCAST, "a")
    scene.wall.set_layout("1", ["camera:c-2"], None)
    assert scene.says(Verb.GALLERY) == ["c-2"]


async def test_cells_of_tours_are_left_alone(scene: Scene) -> None:
    scene.touring = {"1", "4"}
    assert scene.says(Verb.BROADCAST, "a") == ["c-0", "c1/a", "c-4", "c-3"]


async def test_what_a_site_that_is_gone_leaves_behind_is_what_was_there(scene: Scene) -> None:
    scene.says(Verb.BROADCAST, "a")
    scene.rig.stage.book.remove("c1/a")
    assert scene.rig.stage.shows() == ["", "c-1", "c-2", "c-4"]
    assert scene.says(Verb.REMOVE, "a") == BEFORE


async def test_a_conference_without_a_wall_changes_none(scene: Scene) -> None:
    assert scene.follows(replace(said(scene.state, Verb.ROLL_CALL), wall="")) == BEFORE
    assert scene.follows(replace(said(scene.state, Verb.ROLL_CALL), wall="gone")) == BEFORE


async def test_after_a_restart_a_wall_is_as_before_it_reacted(
    database: Database, users: Users, short_dir: Path
) -> None:
    async with open_rig(database, users, short_dir, 6, staged=True) as rig:
        async with kept(database) as standing:
            assert Scene(rig, standing).says(Verb.BROADCAST, "a") == ["c1/a", "c-1", "c-2", "c-4"]
            steps = rig.service.programme.steps.document("main")
        async with kept(database) as standing:
            scene = Scene(rig, standing)
            scene.reactions.restore()
            assert rig.stage.shows() == BEFORE
            assert rig.service.programme.steps.document("main") == steps
            assert scene.says(Verb.BROADCAST, "b") == ["c1/b", "c-1", "c-2", "c-5"]
            assert scene.says(Verb.GALLERY) == BEFORE
        async with kept(database) as standing:
            assert standing.all() == {}
