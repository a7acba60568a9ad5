from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.base.errors import NotFoundError
from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.control.fitting import Lost, Missing
from commandwall.control.records import Records
from commandwall.control.scene_changes import SceneChange
from commandwall.control.scenes import Scenes
from commandwall.ipc.messages import Arrange, Message
from commandwall.model.arrangement import Arrangement
from commandwall.model.scene import Scene, WallScene
from commandwall.model.source import Source, SourceKind
from commandwall.model.transition import Transition, TransitionKind
from tests.unit.control.rig import make_board
from tests.unit.control.stage import Stage

SOURCES = tuple(Source(SourceKind.CAMERA, f"c-{number}") for number in (3, 2, 1, 0, 3))


async def kept(database: Database, directory: Path, *parts: WallScene) -> tuple[Scenes, Stage]:
    """Return the scenes of a daemon that comes up with one scene, ``old``, of an earlier configuration."""
    events = EventLog()
    stage = Stage(make_board(events), events, directory)
    records = Records(database, "scene", Scene)
    await records.save("old", Scene("old", "旧", parts))
    scenes = Scenes(stage.walls, records, events.publish)
    await scenes.load()
    return scenes, stage


async def test_of_an_old_scene_all_is_shown_that_is_still_there(database: Database, short_dir: Path) -> None:
    gone, there = WallScene("attic", Arrangement(0, "1")), WallScene("main", Arrangement(0, "5x1", SOURCES))
    scenes, stage = await kept(database, short_dir, gone, there)
    expected = (
        Missing("attic", Lost.WALL, "attic"),
        Missing("main", Lost.LAYOUT, "5x1"),
        Missing("main", Lost.SOURCE, "camera:c-3"),
    )
    assert scenes.get("old").missing == expected
    taken = scenes.take("old")
    assert taken.missing == expected
    assert [wall.id for wall in taken.walls] == ["main"]
    assert stage.shows() == ["c-3", "c-2", "c-1", "c-0"]


async def test_a_scene_without_any_of_its_walls_cannot_be_taken(database: Database, short_dir: Path) -> None:
    scenes, stage = await kept(database, short_dir, WallScene("attic", Arrangement(0, "1")))
    revision = stage.walls["main"].arrangement.revision
    with pytest.raises(NotFoundError, match="attic"):
        scenes.take("old")
    assert stage.walls["main"].arrangement.revision == revision


async def test_a_scene_says_how_its_walls_go_there(database: Database, short_dir: Path) -> None:
    scenes, stage = await kept(database, short_dir, WallScene("main", Arrangement(0, "1", SOURCES[:1])))
    sent: list[Message] = []
    stage.walls["main"].worker.post = sent.append  # type: ignore[method-assign, assignment]
    await scenes.change("old", SceneChange(transition=TransitionKind.DISSOLVE, dissolve_ms=800))
    scenes.take("old")
    (arranged,) = [message for message in sent if isinstance(message, Arrange)]
    assert arranged.transition == Transition(TransitionKind.DISSOLVE, 800)
