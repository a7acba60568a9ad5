"""Data panels over HTTP: made, fed, refused, kept."""

from __future__ import annotations

from typing import Any

import pytest

from commandwall.base.clock import utc_ns
from commandwall.control.database import Database
from commandwall.control.panel_keeper import PanelKeeper
from commandwall.control.panels import Panels
from commandwall.control.roles import Role
from commandwall.model.data import Figure
from commandwall.settings.site import Language
from tests.unit.control.http.conftest import Client, Connect
from tests.unit.control.rig import AREAS, PANELS, PNG, Rig

TEXT = {"id": "notice", "name": "通知", "kind": "text"}
SERIES = {"id": "hours", "name": "曲线", "kind": "series", "unit": "m", "window_s": 600}


async def problem(response: Any, status: int) -> str:
    document = await response.json()
    assert (response.status, response.content_type) == (status, "application/problem+json"), document
    return str(document)


async def audited(client: Client) -> list[tuple[str, str, str]]:
    items = (await (await client.get("/api/v1/audit")).json())["items"]
    return [(it["action"], it["target"], it["outcome"]) for it in items if it["action"].startswith("data")]


async def test_a_panel_comes_changes_and_goes(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.ADMIN)
    response = await client.post("/api/v1/data", json=TEXT)
    made = await response.json()
    assert (response.status, made["id"], made["configured"], made["value"]) == (201, "notice", False, None)
    assert (await client.put("/api/v1/data/notice/value", json={"text": "到岗"})).status == 200
    changed = await client.put("/api/v1/data/notice", json={**TEXT, "title": "指挥部通知"})
    assert ((await changed.json())["title"], (await changed.json())["value"]) == ("指挥部通知", "到岗")
    settings = await (await client.get("/api/v1/data/notice/settings")).json()
    assert (settings["configured"], settings["panel"]["title"]) == (False, "指挥部通知")
    again = await client.put("/api/v1/data/notice", json=settings["panel"])
    assert again.status == 200, await again.text()
    other = await client.put("/api/v1/data/notice", json={**TEXT, "kind": "gauge", "min": 0, "max": 1})
    assert (await other.json())["value"] is None, "words are no figure"
    assert (await client.delete("/api/v1/data/notice")).status == 204
    assert (await client.get("/api/v1/data/notice")).status == 404
    assert rig.shown == ["put data:notice"] * 3 + ["removed data:notice"]
    actions = [action for action, _, _ in await audited(client)]
    assert actions == ["data.remove", *["data.change"] * 3, "data.value", "data.add"]


async def test_values_are_shown_and_nonsense_changes_nothing(connect: Connect) -> None:
    sensor, viewer = await connect(Role.SENSOR), await connect(Role.VIEWER)
    path = "/api/v1/data/level/value"
    told = await (await sensor.put(path, json={"value": 3.5, "at": utc_ns() // 1_000_000 - 400})).json()
    assert (told["value"], told["timed"], told["stale"]) == (3.5, True, False)
    assert (told["stale_after_s"], told["level"]) == (60.0, None)
    assert 0.4 <= told["age_s"] < 60
    assert "value: must be a number" in await problem(await sensor.put(path, json={"value": "high"}), 422)
    assert "older" in await problem(await sensor.put(path, json={"value": 1, "at": 1_700_000_000_000}), 422)
    assert "JSON" in await problem(await sensor.put(path, data=b"3", headers={"Content-Type": "a/b"}), 415)
    now = await (await viewer.get("/api/v1/data/level")).json()
    assert now["value"] == 3.5
    assert (await viewer.put(path, json={"value": 1})).status == 403
    assert (await sensor.get("/api/v1/walls")).status == 403, "a sensor's token opens nothing else"
    assert (await sensor.put("/api/v1/data/ghost/value", json={"value": 1})).status == 404


async def test_points_make_a_series(connect: Connect) -> None:
    client = await connect(Role.OPERATOR)
    assert (await client.post("/api/v1/data", json=SERIES)).status == 201
    now_ms = utc_ns() // 1_000_000
    points = [{"at": now_ms - 1000 * ago, "value": ago} for ago in (3, 1, 2)]
    told = await (await client.post("/api/v1/data/hours/points", json={"points": points})).json()
    assert (told["points"], told["value"]) == (3, 1.0)
    assert "only a series" in await problem(
        await client.post("/api/v1/data/level/points", json={"points": points}), 422
    )
    wrong = await client.post("/api/v1/data/hours/points", data=b"x", headers={"Content-Type": "text/csv"})
    assert wrong.status == 415


@pytest.mark.parametrize(
    ("panel", "words"),
    [
        ({**TEXT, "id": "level"}, "already a data panel"),
        ({**TEXT, "unit": "m"}, "unit: a text does not take it"),
        ({**TEXT, "kind": "picture", "file": "/etc/passwd"}, "configuration only"),
        ({**TEXT, "kind": "map", "geojson": ["/etc/passwd"]}, "a file that a map of the configuration draws"),
        ({**TEXT, "kind": "map", "area": "dongmem"}, "did you mean dongmen"),
        ({**TEXT, "kind": "clock", "zone": "Mars"}, "time zone"),
        ({**TEXT, "id": "a/b"}, "letters, digits"),
    ],
)
async def test_what_cannot_be_made_is_named(connect: Connect, panel: dict[str, Any], words: str) -> None:
    client = await connect(Role.ADMIN)
    assert words in await problem(await client.post("/api/v1/data", json=panel), 422)
    outcomes = [outcome for _, _, outcome in await audited(client)]
    assert all(outcome != "done" for outcome in outcomes)


async def test_a_map_may_draw_the_files_of_the_configuration(connect: Connect) -> None:
    client = await connect(Role.OPERATOR)
    panel = {"id": "east", "name": "图", "kind": "map", "area": "dongmen", "geojson": ["/srv/luohu.geojson"]}
    assert (await client.post("/api/v1/data", json=panel)).status == 201


async def test_configured_panels_are_changed_there(connect: Connect) -> None:
    client = await connect(Role.ADMIN)
    for response in (
        await client.put("/api/v1/data/time", json={"id": "time", "name": "x", "kind": "clock"}),
        await client.delete("/api/v1/data/time"),
    ):
        assert "change it there" in await problem(response, 422)
    assert "an id is for good" in await problem(await _renamed(client), 422)


async def _renamed(client: Client) -> Any:
    assert (await client.post("/api/v1/data", json=TEXT)).status == 201
    return await client.put("/api/v1/data/notice", json={**TEXT, "id": "other"})


async def test_pictures_need_somebody_who_looks_at_them(connect: Connect, rig: Rig) -> None:
    rig.panels.worker.drain()
    client = await connect(Role.OPERATOR)
    assert (await client.post("/api/v1/data", json={**TEXT, "kind": "picture"})).status == 201
    headers = {"Content-Type": "image/png"}
    path = "/api/v1/data/notice/value"
    assert "neither a PNG" in await problem(await client.put(path, data=b"GIF89a", headers=headers), 422)
    size = b"\0\0\0\rIHDR\0\0\0\2\0\0\0\2"
    answer = await client.put(path, data=PNG + size, headers=headers)
    assert "try again" in await problem(answer, 503), "the worker does not run here"
    assert (await client.get("/api/v1/data/notice/snapshot.png")).status == 503
    assert rig.panels.record("notice").value is None
    other = await client.put("/api/v1/data/level/value", data=PNG + size, headers=headers)
    assert "only a picture panel" in await problem(other, 422)


async def test_what_was_made_and_told_outlives_a_restart(
    connect: Connect, rig: Rig, database: Database
) -> None:
    client = await connect(Role.OPERATOR)
    await client.post("/api/v1/data", json=SERIES)
    await client.post("/api/v1/data", json=TEXT)
    await client.put("/api/v1/data/notice/value", json={"text": "到岗"})
    await client.post("/api/v1/data/hours/points", json={"points": [{"value": 1}, {"value": 2}]})
    await client.put("/api/v1/data/level/value", json={"value": 2.5})
    folder = rig.wall.packet_path.parent
    async with PanelKeeper(database, folder) as keeper:
        for panel_id in ("notice", "hours", "level"):
            keeper.keep(rig.panels.record(panel_id))
    after = Panels(PANELS, rig.board, AREAS, lambda *_: None, Language.CHINESE)
    async with PanelKeeper(database, folder) as keeper:
        await keeper.load(after, [area.id for area in AREAS])
    assert list(after.ids()) == [*(panel.id for panel in PANELS), "hours", "notice"]
    assert after.document("notice").value == "到岗"
    assert after.record("level").value == rig.panels.record("level").value
    newest = after.record("hours").value
    assert newest is not None and newest.body == Figure(2.0)
