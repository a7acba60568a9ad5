"""Lining up by HTTP: who may, what is told, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from commandwall.control.roles import Role
from tests.unit.control.http.conftest import Connect
from tests.unit.control.rig import Rig

WALL = "/api/v1/walls/main"


async def test_heads_are_named_and_everybody_is_told(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.OPERATOR)
    with rig.events.subscribe(types=("wall",)) as listener:
        response = await client.post(f"{WALL}/identify", json={"seconds": 30})
        await listener.next()
        event = await listener.next()
    assert response.status == 200 and (await response.json())["identifying"] is True
    assert event.body.wall.identifying
    line = (await rig.audit.read(1))[0]
    assert (line.action, line.target, line.detail, line.outcome) == ("wall.identify", "main", "30 s", "done")
    assert (await (await client.post(f"{WALL}/identify", json={"seconds": 0})).json())["identifying"] is False


async def test_a_test_pattern_comes_and_goes(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.OPERATOR)
    on = await client.put(f"{WALL}/heads/right/test-pattern", json={})
    assert [head["test_pattern"] for head in (await on.json())["heads"]] == [False, True]
    assert (await (await client.put(f"{WALL}/test-pattern", json={"seconds": 60})).json())["test_pattern"]
    off = await client.delete(f"{WALL}/heads/right/test-pattern")
    document = await off.json()
    assert document["test_pattern"] and not document["heads"][1]["test_pattern"]
    assert not (await (await client.delete(f"{WALL}/test-pattern")).json())["test_pattern"]
    lines = await rig.audit.read(4)
    assert [(line.target, line.detail) for line in lines] == [
        ("main", "off"), ("main/right", "off"), ("main", "on"), ("main/right", "on"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", f"{WALL}/identify", {"seconds": -1}, 422, "seconds"),
        ("POST", f"{WALL}/identify", {"seconds": 1e9}, 422, "seconds"),
        ("POST", f"{WALL}/identify", {"second": 1}, 422, "did you mean seconds"),
        ("PUT", f"{WALL}/test-pattern", {"seconds": 0}, 422, "seconds"),
        ("PUT", f"{WALL}/heads/nowhere/test-pattern", {}, 404, "nowhere"),
        ("DELETE", f"{WALL}/heads/nowhere/test-pattern", None, 404, "nowhere"),
        ("PUT", "/api/v1/walls/nowhere/test-pattern", {}, 404, "nowhere"),
        ("POST", "/api/v1/walls/nowhere/identify", {}, 404, "nowhere"),
    ],
)
async def test_what_cannot_be_done_is_named(
    connect: Connect, method: str, path: str, body: Any, status: int, words: str
) -> None:
    client = await connect(Role.OPERATOR)
    response = await client.request(method, path, json=body)
    assert response.status == status and words in str(await response.json())


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "identify"), ("PUT", "test-pattern"), ("DELETE", "test-pattern")]
)
async def test_a_viewer_may_not(connect: Connect, rig: Rig, method: str, path: str) -> None:
    client = await connect(Role.VIEWER)
    response = await client.request(method, f"{WALL}/{path}", json={} if method != "DELETE" else None)
    assert response.status == 403
    assert not rig.wall.lineup.identifying
