from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commandwall.control.database import Database
from commandwall.control.users import Users
from tests.unit.control.http.conftest import Client
from tests.unit.control.rig import Rig, open_rig

SCENES = "/api/v1/scenes"
CELL = "/api/v1/walls/main/cells/1"


@pytest.fixture
def staged() -> bool:
    return True


async def keep(operator: Client, **fields: Any) -> Any:
    response = await operator.post(SCENES, json={"name": "夜间", "walls": [{"wall": "main"}], **fields})
    assert response.status == 201, await response.text()
    return await response.json()


def cameras(*numbers: int) -> list[str]:
    return [f"camera:c-{number}" for number in numbers]


async def test_a_scene_is_saved_from_what_walls_show_and_taken(operator: Client, rig: Rig) -> None:
    scene = await keep(operator, walls=[{"wall": "main"}, {"wall": "side"}])
    assert scene == {
        "id": "scene-1",
        "name": "夜间",
        "transition": "hold",
        "dissolve_ms": 500,
        "walls": [
            {"wall": wall, "layout": "2x2", "sources": cameras(0, 1, 2, 3)} for wall in ("main", "side")
        ],
        "missing": [],
    }
    await operator.put("/api/v1/walls/main/layout", json={"layout": "1", "sources": cameras(5)})
    await operator.put("/api/v1/walls/side/cells/2", json={"source": "none"})
    response = await operator.post(f"{SCENES}/scene-1/take")
    taken = await response.json()
    assert (taken["scene"], taken["missing"]) == ("scene-1", [])
    assert [wall["id"] for wall in taken["walls"]] == ["main", "side"]
    assert rig.stage.shows("main") == rig.stage.shows("side") == ["c-0", "c-1", "c-2", "c-3"]
    assert [tile["source"] for tile in taken["walls"][1]["tiles"]] == cameras(0, 1, 2, 3)


async def test_a_scene_is_given_listed_renamed_changed_and_removed(operator: Client, rig: Rig) -> None:
    part = {"wall": "main", "layout": "1", "sources": cameras(4)}
    with rig.events.subscribe(types=["scene"]) as listener:
        await keep(operator, id="night", walls=[part])
        response = await operator.patch(f"{SCENES}/night", json={"name": "深夜"})
        assert (await response.json())["walls"] == [part]
        await operator.patch(f"{SCENES}/night", json={"walls": [{"wall": "side"}]})
        (scene,) = (await (await operator.get(SCENES)).json())["items"]
        assert (scene["name"], scene["walls"][0]["wall"]) == ("深夜", "side")
        assert await (await operator.get(f"{SCENES}/night")).json() == scene
        assert (await operator.delete(f"{SCENES}/night")).status == 204
        events = [(await listener.next()).body for _ in range(5)][1:]
    assert [(event.scene.name, event.removed) for event in events] == [
        ("夜间", False), ("深夜", False), ("深夜", False), ("深夜", True),
    ]  # fmt: skip
    assert (await operator.get(f"{SCENES}/night")).status == 404
    lines = [(line.action, line.target, line.outcome) for line in await rig.audit.read(4)]
    assert lines[0] == ("scene.remove", "night", "done")
    assert lines[3] == ("scene.add", "night", "done")


async def test_a_scene_whose_cameras_and_walls_are_gone_says_which(operator: Client, rig: Rig) -> None:
    await keep(operator, walls=[{"wall": "main"}])
    rig.plant.uninstall("c-2")
    (scene,) = (await (await operator.get(SCENES)).json())["items"]
    gone = [{"wall": "main", "what": "source", "id": "camera:c-2", "cell": "3"}]
    assert scene["missing"] == gone
    taken = await (await operator.post(f"{SCENES}/scene-1/take")).json()
    assert taken["missing"] == gone
    assert rig.stage.shows() == ["c-0", "c-1", "", "c-3"]
    assert (await rig.audit.read(1))[0].detail == "missing source:camera:c-2"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"id": "a b"}, "id"),
        ({"walls": []}, "walls"),
        ({"walls": [{"wall": "main"}, {"wall": "main"}]}, "walls[1].wall"),
        ({"walls": [{"wall": "attic"}]}, "walls[0].wall"),
        ({"walls": [{"wall": "main", "layout": "2x2"}]}, "walls[0]"),
        ({"walls": [{"wall": "main", "layout": "9x9", "sources": []}]}, "walls[0].layout"),
        ({"walls": [{"wall": "main", "layout": "1", "sources": ["camera:no"]}]}, "walls[0].sources[0]"),
        ({"walls": [{"wall": "main", "layout": "1", "sources": ["none"] * 2}]}, "walls[0].sources"),
        ({"transition": "explode"}, "transition"),
    ],
)
async def test_a_scene_that_cannot_be_is_refused_by_its_field(
    operator: Client, fields: dict[str, Any], field: str
) -> None:
    body = {"name": "夜间", "walls": [{"wall": "main"}], **fields}
    response = await operator.post(SCENES, json=body)
    problem = await response.json()
    assert (response.status, problem["errors"][0]["field"]) == (422, field)
    assert not problem["errors"][0]["detail_zh"].isascii()
    assert (await (await operator.get(SCENES)).json())["items"] == []


async def test_an_id_is_taken_once(operator: Client) -> None:
    await keep(operator, id="scene-1")
    assert (await keep(operator))["id"] == "scene-2"
    response = await operator.post(SCENES, json={"id": "scene-1", "name": "x", "walls": [{"wall": "main"}]})
    assert (await response.json())["errors"][0]["field"] == "id"


async def test_what_a_scene_needs_is_opened_ahead(operator: Client, rig: Rig) -> None:
    part = {"wall": "main", "layout": "1", "sources": cameras(4)}
    await keep(operator, walls=[part])
    response = await operator.post(f"{SCENES}/scene-1/prepare")
    prepared = await response.json()
    assert prepared["cameras"] == ["c-4"]
    ((wall, budget),) = ((part["wall"], part["budget"]) for part in prepared["walls"])
    assert wall == "main" and budget["tiles"] == 1 and 0 < budget["budget_share"] < 1
    assert rig.stage.warmed == [["c-4"]]
    assert rig.stage.shows() == ["c-0", "c-1", "c-2", "c-3"]


async def test_steps_go_back_and_forward_over_scenes_layouts_and_cells(operator: Client, rig: Rig) -> None:
    await keep(operator)
    await operator.put(CELL, json={"source": "camera:c-5"})
    await operator.put("/api/v1/walls/main/layout", json={"layout": "1", "sources": cameras(4)})
    await operator.post(f"{SCENES}/scene-1/take")
    for expected in [("c-4", 2, 1, 5), ("c-5", 1, 2, 6), ("c-0", 0, 3, 7)]:
        stepped = await (await operator.post("/api/v1/walls/main/undo")).json()
        steps, revision = stepped["steps"], stepped["wall"]["revision"]
        assert (rig.stage.shows()[0], steps["undo"], steps["redo"], revision) == expected
    response = await operator.post("/api/v1/walls/main/undo")
    assert response.status == 422 and "没有可以撤销" in (await response.json())["detail_zh"]
    for shown in ("c-5", "c-4", "c-0"):
        assert (await operator.post("/api/v1/walls/main/redo")).status == 200
        assert rig.stage.shows()[0] == shown
    assert await (await operator.get("/api/v1/walls/main/steps")).json() == {
        "wall": "main", "undo": 3, "redo": 0,
    }  # fmt: skip
    assert (await operator.post("/api/v1/walls/main/redo")).status == 422
    assert (await (await operator.get("/api/v1/walls/side/steps")).json())["undo"] == 0


async def test_a_step_against_an_old_revision_is_refused(operator: Client, rig: Rig) -> None:
    await operator.put(CELL, json={"source": "camera:c-5"})
    stale = await operator.post("/api/v1/walls/main/undo", headers={"If-Match": '"1"'})
    assert stale.status == 412 and rig.stage.shows()[0] == "c-5"
    assert (await operator.post("/api/v1/walls/main/undo", headers={"If-Match": '"2"'})).status == 200


async def test_scenes_and_steps_outlive_a_restart(database: Database, users: Users, short_dir: Path) -> None:
    async with open_rig(database, users, short_dir, staged=True) as rig:
        wall = rig.stage.walls["main"]
        wall.set_cell("1", "camera:c-3", None)
        wall.set_cell("1", "camera:c-2", None)
        rig.service.programme.steps.undo("main", None)
    async with open_rig(database, users, short_dir, staged=True) as rig:
        steps = rig.service.programme.steps
        assert (steps.document("main").undo, steps.document("main").redo) == (1, 1)
        steps.redo("main", None)
        assert rig.stage.shows()[0] == "c-2"
