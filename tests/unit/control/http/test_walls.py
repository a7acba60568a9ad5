from __future__ import annotations

from typing import Any

import pytest

from commandwall.control.roles import Role
from commandwall.model.transition import Transition, TransitionKind
from tests.unit.control.http.conftest import Connect
from tests.unit.control.rig import JPEG, PNG, Rig

LAYOUT = "/api/v1/walls/main/layout"


async def test_walls_are_listed_and_read_with_their_revision(connect: Connect) -> None:
    client = await connect(Role.VIEWER)
    (wall,) = (await (await client.get("/api/v1/walls")).json())["items"]
    response = await client.get("/api/v1/walls/main")
    assert await response.json() == wall
    assert response.headers["ETag"] == '"1"'
    assert (wall["id"], wall["size"], wall["fps"], wall["revision"], wall["layout"]) == (
        "main", [3840, 2160], 25, 1, "2x2",
    )  # fmt: skip
    assert wall["heads"][1] == {
        "id": "right", "rect": [1920, 0, 1920, 2160], "bezel": [0, 0, 0, 0], "rotate": 0,
        "size": [1920, 2160], "test_pattern": False, "display": None,
    }  # fmt: skip
    assert (wall["identifying"], wall["test_pattern"]) == (False, False)
    assert set(wall["tiles"][0]) == {
        "cell", "source", "state", "age_s", "damaged", "loss", "fps", "stream", "decode", "rect", "name",
        "skew_ms", "aspect", "crop", "z",
        "pinned",
    }  # fmt: skip


async def test_a_layout_change_is_answered_with_the_new_wall_told_and_audited(
    connect: Connect, rig: Rig
) -> None:
    client = await connect(Role.OPERATOR)
    with rig.events.subscribe() as listener:
        response = await client.put(LAYOUT, json={"layout": "2x2", "sources": ["camera:c-1", "none"]})
        await listener.next()
        event = await listener.next()
    document = await response.json()
    assert response.headers["ETag"] == '"2"'
    assert [tile["source"] for tile in document["tiles"]] == ["camera:c-1", "none", "none", "none"]
    assert event.body.wall.revision == 2
    line = (await rig.audit.read(1))[0]
    assert (line.who, line.action, line.target, line.detail, line.outcome) == (
        "operator", "wall.layout", "main", "2x2: camera:c-1, none", "done",
    )  # fmt: skip


async def test_without_sources_what_is_shown_stays(connect: Connect) -> None:
    client = await connect(Role.OPERATOR)
    await client.put(LAYOUT, json={"layout": "2x2", "sources": ["camera:c-1"]})
    document = await (await client.put(LAYOUT, json={"layout": "1"})).json()
    assert [tile["source"] for tile in document["tiles"]] == ["camera:c-1"]


async def test_a_cell_change(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.OPERATOR)
    response = await client.put("/api/v1/walls/main/cells/3", json={"source": "camera:c-2"})
    assert (await response.json())["tiles"][2]["source"] == "camera:c-2"
    assert (await rig.audit.read(1))[0].detail == "3: camera:c-2"


@pytest.mark.parametrize("path", ["layout", "cells/1"])
async def test_a_stale_revision_is_refused_and_the_newest_one_taken(connect: Connect, path: str) -> None:
    client = await connect(Role.OPERATOR)
    body = {"layout": "2x2"} if path == "layout" else {"source": "none"}
    url = f"/api/v1/walls/main/{path}"
    assert (await client.put(url, json=body, headers={"If-Match": '"1"'})).status == 200
    stale = await client.put(url, json=body, headers={"If-Match": '"1"'})
    assert stale.status == 412
    assert (await stale.json())["detail"].startswith("wall 'main' is at revision 2, not 1")
    assert (await client.put(url, json=body, headers={"If-Match": 'W/"2"'})).status == 200
    assert (await client.put(url, json=body, headers={"If-Match": "*"})).status == 200


@pytest.mark.parametrize("tag", ["1", '"x"', '"1", "2"', '"-1"', '""'])
async def test_an_if_match_that_is_no_revision_is_named(connect: Connect, tag: str) -> None:
    client = await connect(Role.OPERATOR)
    response = await client.put(LAYOUT, json={"layout": "1"}, headers={"If-Match": tag})
    assert response.status == 422
    assert (await response.json())["errors"][0]["field"] == "If-Match"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"layout": "2x2", "sources": ["none"] * 5}, "sources"),
        ({"layout": "2x2", "sources": ["none", "camera:nowhere"]}, "sources[1]"),
        ({"layout": "2x2", "sources": ["none", 7]}, "sources[1]"),
        ({"layout": "2x2", "sauces": []}, "sauces"),
        ({"layout": 3}, "layout"),
        ({"sources": []}, "layout"),
        ([], "body"),
        ({"layout": "x" * 101}, "layout"),
    ],
)
async def test_a_wrong_change_names_the_field_and_changes_nothing(
    connect: Connect, body: Any, field: str
) -> None:
    client = await connect(Role.OPERATOR)
    response = await client.put(LAYOUT, json=body)
    assert response.status == 422
    document = await response.json()
    assert document["type"] == "urn:commandwall:problem:invalid"
    assert [error["field"] for error in document["errors"]] == [field]
    assert (await (await client.get("/api/v1/walls/main")).json())["revision"] == 1


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b'{"layout": "\\ud800"}', b"[" * 100_000])
async def test_a_body_that_is_no_json_is_a_problem_of_the_body(connect: Connect, data: bytes) -> None:
    client = await connect(Role.OPERATOR)
    response = await client.put(LAYOUT, data=data, headers={"Content-Type": "application/json"})
    assert response.status == 422


async def test_unknown_names_are_not_found(connect: Connect) -> None:
    client = await connect(Role.OPERATOR)
    for path in ("walls/side", "walls/main/heads/up/snapshot.jpg", "layouts/9x9", "cameras/nowhere"):
        response = await client.get(f"/api/v1/{path}")
        assert response.status == 404
        assert (await response.json())["type"] == "urn:commandwall:problem:not-found"
    assert (await client.put(LAYOUT, json={"layout": "9x9"})).status == 404
    assert (await client.put("/api/v1/walls/main/cells/99", json={"source": "none"})).status == 404


async def test_a_refused_change_is_audited_and_changes_nothing(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.VIEWER)
    response = await client.put(LAYOUT, json={"layout": "1"})
    assert response.status == 403
    assert "may not change what walls show" in (await response.json())["detail"]
    assert rig.wall.document().revision == 1
    assert "may not" in (await rig.audit.read(1))[0].outcome


async def test_pictures_as_shown_now(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.VIEWER)
    wall = await client.get("/api/v1/walls/main/snapshot.png")
    assert (wall.content_type, await wall.read()) == ("image/png", PNG)
    head = await client.get("/api/v1/walls/main/heads/left/snapshot.jpg")
    assert (head.content_type, await head.read()) == ("image/jpeg", JPEG)
    canvas = await client.get("/api/v1/walls/main/heads/_canvas/snapshot.jpg")
    assert (canvas.status, await canvas.read()) == (200, JPEG)
    rig.wall.down = True
    down = await client.get("/api/v1/walls/main/snapshot.png")
    assert down.status == 503
    assert "waiting to restart" in (await down.json())["detail"]


async def test_layouts(connect: Connect) -> None:
    client = await connect(Role.VIEWER)
    items = (await (await client.get("/api/v1/layouts")).json())["items"]
    assert [item["id"] for item in items] == ["1", "2x2", "20x20"]
    assert await (await client.get("/api/v1/layouts/1")).json() == {
        "id": "1", "name": "1 × 1", "columns": 1, "rows": 1,
        "cells": [{"id": "1", "column": 0, "row": 0, "columns": 1, "rows": 1, "aspect": "fit", "z": 0}],
    }  # fmt: skip


async def test_what_a_change_would_need_is_opened_ahead_without_a_line_in_the_audit_log(
    connect: Connect, rig: Rig
) -> None:
    client = await connect(Role.OPERATOR)
    lines = await rig.audit.read(100)
    response = await client.post("/api/v1/walls/main/prepare", json={"layout": "1"})
    predicted = {"tiles": 4, "budget_share": 0.5, "key_only": 1, "nodeblock": 3, "full": 0}
    assert (response.status, await response.json()) == (200, {"cameras": ["c-1"], "budget": predicted})
    assert rig.wall.prepared == [("1", None)]
    response = await client.post("/api/v1/walls/main/prepare?dry_run=1", json={"layout": "2x2"})
    assert (await response.json())["budget"] == predicted and rig.wall.prepared == [("1", None)]
    assert await rig.audit.read(100) == lines
    assert (await client.post("/api/v1/walls/main/prepare", json={"layout": "9x9"})).status == 404


async def test_who_only_watches_prepares_nothing(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.VIEWER)
    assert (await client.post("/api/v1/walls/main/prepare", json={"layout": "1"})).status == 403
    assert rig.wall.prepared == []


@pytest.mark.parametrize(
    ("method", "path", "body", "action", "detail"),
    [
        ("POST", "swap", {"first": "1", "second": "4"}, "wall.swap", "first=1 second=4"),
        ("PUT", "biggest", {"source": "camera:c-2"}, "wall.biggest", "source=camera:c-2"),
        ("PUT", "full", {"cell": "1"}, "wall.full", "cell=1"),
        ("DELETE", "full", None, "wall.full", "cell=None"),
        ("PUT", "cells/1/view", {"aspect": "fill"}, "wall.view", "aspect=fill cell=1"),
        ("PUT", "cells/1/view", {"crop": [0, 0, 0.5, 0.5]}, "wall.view", "crop=(0.0, 0.0, 0.5, 0.5) cell=1"),
        ("DELETE", "cells/1/view", None, "wall.view", "aspect=None crop=None cell=1"),
    ],
)
async def test_every_other_change_is_made_for_its_revision_and_audited(
    connect: Connect, rig: Rig, method: str, path: str, body: Any, action: str, detail: str
) -> None:
    client = await connect(Role.OPERATOR)
    url = f"/api/v1/walls/main/{path}"
    await client.put(LAYOUT, json={"layout": "2x2", "sources": ["camera:c-1"]})
    stale = await client.request(method, url, json=body, headers={"If-Match": '"1"'})
    assert stale.status == 412 and not rig.wall.rearranged
    response = await client.request(method, url, json=body, headers={"If-Match": '"2"'})
    assert (response.status, response.headers["ETag"]) == (200, '"3"')
    assert (await response.json())["revision"] == 3
    (change,) = rig.wall.rearranged
    line = (await rig.audit.read(1))[0]
    assert (line.action, line.detail, change.action) == (action, detail, action)


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("cells/1/view", {"crop": [0, 0, 2, 1]}, 422, "crop[2]"),
        ("cells/1/view", {"crop": [0.6, 0, 0.5, 1]}, 422, "crop"),
        ("cells/1/view", {"crop": [0, 0, 0.001, 1]}, 422, "crop"),
        ("cells/1/view", {"crop": [0, 0, 1]}, 422, "crop[3]"),
        ("cells/1/view", {"aspect": "zoom"}, 422, "aspect"),
        ("cells/1/view", {"aspekt": "fit"}, 422, "aspekt"),
        ("cells/2/view", {"aspect": "fit"}, 422, "cell"),
        ("cells/9/view", {"aspect": "fit"}, 404, ""),
        ("full", {"cell": "2"}, 422, "cell"),
        ("full", {"cell": "9"}, 404, ""),
        ("full", {}, 422, "cell"),
        ("biggest", {"source": "camera:"}, 422, "source"),
        ("biggest", {"source": 7}, 422, "source"),
    ],
)
async def test_what_is_wrong_with_a_change_is_named(
    connect: Connect, path: str, body: Any, status: int, field: str
) -> None:
    client = await connect(Role.OPERATOR)
    await client.put(LAYOUT, json={"layout": "2x2", "sources": ["camera:c-1"]})
    response = await client.put(f"/api/v1/walls/main/{path}", json=body)
    document = await response.json()
    assert response.status == status
    assert [error["field"] for error in document.get("errors", [])] == ([field] if field else [])
    assert (await (await client.get("/api/v1/walls/main")).json())["revision"] == 2


async def test_who_only_watches_rearranges_nothing(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.LEADER)
    for method, path in (("POST", "swap"), ("PUT", "full"), ("DELETE", "full"), ("PUT", "cells/1/view")):
        body = {"swap": {"first": "1", "second": "2"}, "full": {"cell": "1"}}.get(path, {})
        assert (await client.request(method, f"/api/v1/walls/main/{path}", json=body)).status == 403
    assert rig.wall.rearranged == []


async def test_a_cell_is_pinned_let_go_and_audited(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.OPERATOR)
    await client.put("/api/v1/walls/main/cells/1", json={"source": "camera:c-2"})
    response = await client.put("/api/v1/walls/main/cells/1/pin")
    tiles = (await response.json())["tiles"]
    assert response.status == 200 and [tile["pinned"] for tile in tiles] == [True, False, False, False]
    response = await client.delete("/api/v1/walls/main/cells/1/pin")
    assert not any(tile["pinned"] for tile in (await response.json())["tiles"])
    lines = await rig.audit.read(2)
    assert [(line.action, line.target, line.detail) for line in lines] == [
        ("wall.unpin", "main", "1"),
        ("wall.pin", "main", "1"),
    ]
    assert (await client.put("/api/v1/walls/main/cells/99/pin")).status == 404


async def test_who_only_watches_pins_nothing(connect: Connect) -> None:
    client = await connect(Role.VIEWER)
    assert (await client.put("/api/v1/walls/main/cells/1/pin")).status == 403


async def test_a_layout_is_taken_as_the_change_says(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.OPERATOR)
    body = {"layout": "2x2", "transition": "dissolve", "dissolve_ms": 800}
    assert (await client.put("/api/v1/walls/main/layout", json=body)).status == 200
    assert rig.wall.transition == Transition(TransitionKind.DISSOLVE, 800)
    await client.put("/api/v1/walls/main/layout", json={"layout": "2x2"})
    assert rig.wall.transition.kind is TransitionKind.HOLD


@pytest.mark.parametrize(
    ("field", "value"), [("transition", "wipe"), ("dissolve_ms", 20), ("dissolve_ms", 60_000)]
)
async def test_a_transition_that_is_none_names_the_field(
    connect: Connect, rig: Rig, field: str, value: object
) -> None:
    client = await connect(Role.OPERATOR)
    response = await client.put("/api/v1/walls/main/layout", json={"layout": "2x2", field: value})
    assert response.status == 422 and field in await response.text()
