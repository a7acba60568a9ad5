from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.control.http.conftest import Client
from tests.unit.control.rig import Rig

SCHEDULE = "/api/v1/schedule"
NEW = {"action": "take", "target": "night", "at": "20:00"}


@pytest.fixture
def staged() -> bool:
    return True


@pytest.fixture
async def client(operator: Client) -> Client:
    """Return an operator who has kept a scene."""
    scene = {"id": "night", "name": "夜间", "walls": [{"wall": "main"}]}
    assert (await operator.post("/api/v1/scenes", json=scene)).status == 201
    return operator


async def test_an_entry_is_made_changed_listed_and_removed(client: Client, rig: Rig) -> None:
    response = await client.post(SCHEDULE, json=NEW)
    assert response.status == 201
    made = await response.json()
    assert made["entry"]["at"] == "20:00:00" and len(made["entry"]["days"]) == 7
    assert made["next_utc_s"] == datetime(2026, 11, 23, 20, tzinfo=UTC).timestamp()
    await client.post(SCHEDULE, json={**NEW, "at": "07:30"})
    items = (await (await client.get(SCHEDULE)).json())["items"]
    assert [it["entry"]["id"] for it in items] == ["entry-2", "entry-1"]
    response = await client.patch(f"{SCHEDULE}/entry-1", json={"days": ["sun"], "enabled": False})
    changed = await response.json()
    assert (changed["entry"]["days"], changed["next_utc_s"]) == (["sun"], None)
    assert (await client.delete(f"{SCHEDULE}/entry-2")).status == 204
    assert (await client.get(f"{SCHEDULE}/entry-2")).status == 404
    assert (await (await client.get(f"{SCHEDULE}/entry-1")).json())["entry"]["target"] == "night"
    assert (await rig.audit.read(1))[0].action == "schedule.remove"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"at": "25:00"}, "at"),
        ({"at": "20:00+08:00"}, "at"),
        ({"days": []}, "days"),
        ({"days": ["someday"]}, "days[0]"),
        ({"target": "day"}, "target"),
        ({"action": "start"}, "target"),
        ({"action": "dance"}, "action"),
    ],
)
async def test_an_entry_that_cannot_be_is_refused_by_its_field(
    client: Client, fields: dict[str, Any], field: str
) -> None:
    response = await client.post(SCHEDULE, json={**NEW, **fields})
    problem = await response.json()
    assert (response.status, problem["errors"][0]["field"]) == (422, field)
    assert not problem["errors"][0]["detail_zh"].isascii()


async def test_what_is_in_the_schedule_is_not_removed(client: Client) -> None:
    await client.post(SCHEDULE, json=NEW)
    response = await client.delete("/api/v1/scenes/night")
    assert response.status == 422 and "20:00" in (await response.json())["detail"]
    tour = {"id": "t", "name": "t", "wall": "main", "cells": ["1"], "area": "luohu"}
    await client.post("/api/v1/tours", json=tour)
    await client.post(SCHEDULE, json={"action": "stop", "target": "t", "at": "06:00"})
    assert (await client.delete("/api/v1/tours/t")).status == 422
