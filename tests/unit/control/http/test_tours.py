from __future__ import annotations

from typing import Any

import pytest

from tests.unit.control.http.conftest import Client
from tests.unit.control.rig import Rig

TOURS = "/api/v1/tours"
NEW = {"name": "东门", "wall": "main", "cells": ["4"], "sources": ["camera:c-4", "camera:c-5"]}


@pytest.fixture
def staged() -> bool:
    return True


async def keep(operator: Client, **fields: Any) -> Any:
    response = await operator.post(TOURS, json={**NEW, **fields})
    assert response.status == 201, await response.text()
    return await response.json()


async def tell(operator: Client, tour: str, verb: str) -> Any:
    return await (await operator.post(f"{TOURS}/{tour}/{verb}")).json()


async def test_a_tour_is_made_told_changed_and_removed(operator: Client, rig: Rig) -> None:
    tour = await keep(operator, dwell_s=30)
    assert tour == {
        **NEW, "id": "tour-1", "dwell_s": 30, "area": "", "state": "stopped", "halt": "", "live": 0,
        "total": 2,
    }  # fmt: skip
    assert (await tell(operator, "tour-1", "start"))["state"] == "running"
    paused = await tell(operator, "tour-1", "pause")
    assert (paused["state"], paused["halt"]) == ("paused", "command")
    resumed = await tell(operator, "tour-1", "resume")
    assert (resumed["state"], resumed["halt"]) == ("running", "")
    changed = await operator.patch(f"{TOURS}/tour-1", json={"area": "luohu", "sources": [], "dwell_s": 5})
    assert (await changed.json())["total"] == 6
    assert (await tell(operator, "tour-1", "stop"))["state"] == "stopped"
    assert (await (await operator.get(f"{TOURS}/tour-1")).json())["area"] == "luohu"
    assert (await operator.delete(f"{TOURS}/tour-1")).status == 204
    assert (await (await operator.get(TOURS)).json())["items"] == []
    actions = [line.action for line in await rig.audit.read(7)]
    assert actions == [
        "tour.remove", "tour.stop", "tour.change", "tour.resume", "tour.pause", "tour.start", "tour.add",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"dwell_s": 0.5}, "dwell_s"),
        ({"wall": "attic"}, "wall"),
        ({"cells": []}, "cells"),
        ({"cells": ["4", "4"]}, "cells[1]"),
        ({"sources": []}, "sources"),
        ({"sources": ["camera:c-4", "camera:no"]}, "sources[1]"),
        ({"sources": ["camera:c-4", "rubbish"]}, "sources[1]"),
        ({"sources": [], "area": "atlantis"}, "area"),
        ({"area": "luohu"}, "sources"),
        ({"dwell": 3}, "dwell"),
    ],
)
async def test_a_tour_that_cannot_be_is_refused_by_its_field(
    operator: Client, fields: dict[str, Any], field: str
) -> None:
    response = await operator.post(TOURS, json={**NEW, **fields})
    problem = await response.json()
    assert (response.status, problem["errors"][0]["field"]) == (422, field)
    assert not problem["errors"][0]["detail_zh"].isascii()


async def test_a_tour_needs_its_cells_on_the_wall_and_for_itself(operator: Client) -> None:
    await keep(operator, id="far", cells=["9"])
    problem = await tell(operator, "far", "start")
    assert (problem["status"], problem["errors"][0]["field"]) == (422, "cells[0]")
    await keep(operator, id="one")
    await keep(operator, id="two", cells=["3", "4"])
    await keep(operator, id="three", cells=["3"])
    await tell(operator, "one", "start")
    problem = await tell(operator, "two", "start")
    assert (problem["errors"][0]["field"], "东门" in problem["detail"]) == ("cells[1]", True)
    assert (await tell(operator, "three", "start"))["state"] == "running"


async def test_whoever_touches_a_cell_pauses_its_tour_and_only_that(operator: Client, rig: Rig) -> None:
    await keep(operator, id="one")
    await keep(operator, id="two", cells=["2"])
    for tour in ("one", "two"):
        await tell(operator, tour, "start")
    await operator.put("/api/v1/walls/main/cells/1", json={"source": "camera:c-3"})
    with rig.events.subscribe(types=["tour"]) as listener:
        await operator.put("/api/v1/walls/main/cells/4", json={"source": "camera:c-0"})
        await listener.next()
        event = (await listener.next()).body
    assert (event.tour.id, event.tour.state, event.tour.halt) == ("one", "paused", "touched")
    assert (await (await operator.get(f"{TOURS}/two")).json())["state"] == "running"
    await operator.put("/api/v1/walls/main/layout", json={"layout": "1"})
    two = await (await operator.get(f"{TOURS}/two")).json()
    assert (two["state"], two["halt"]) == ("paused", "layout")
