from __future__ import annotations

import pytest

from commandwall.control.roles import Role
from tests.unit.control.http.conftest import Connect
from tests.unit.control.rig import Rig


async def test_workers(connect: Connect) -> None:
    client = await connect(Role.OPS)
    items = (await (await client.get("/api/v1/workers")).json())["items"]
    assert items[0] == {
        "kind": "ingest", "name": "ingest-0", "state": "ready", "pid": 4711, "restarts": 1,
        "cpu_s": 2.5, "memory_bytes": 60 << 20, "note": "", "note_zh": "",
    }  # fmt: skip
    assert items[1]["state"] == "waiting to restart"


async def test_liveness_needs_no_sign_in(connect: Connect) -> None:
    client = await connect()
    response = await client.get("/healthz")
    assert (response.status, await response.json()) == (200, {"status": "ok", "warnings": []})


async def test_readiness_says_what_is_missing(connect: Connect, faults: list[str]) -> None:
    client = await connect()
    response = await client.get("/readyz")
    assert (response.status, await response.json()) == (200, {"ready": True, "reasons": []})
    faults.append("wall main does not tick")
    response = await client.get("/readyz")
    assert (response.status, await response.json()) == (503, {"ready": False, "reasons": faults})


async def test_metrics_are_open_to_the_machine_itself(connect: Connect) -> None:
    client = await connect()
    response = await client.get("/metrics")
    assert (response.status, response.headers["Content-Type"]) == (200, "text/plain; version=0.0.4")
    assert await response.text() == "commandwall_up 1\n"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
async def test_metrics_for_others_need_a_token_that_may(connect: Connect, rig: Rig, header: str) -> None:
    client = await connect()
    far = {header: "203.0.113.9"}
    assert (await client.get("/metrics", headers=far)).status == 401
    for role, status in ((Role.VIEWER, 403), (Role.OPS, 200)):
        token = await rig.users.create_token(role, role)
        headers = far | {"Authorization": f"Bearer {token}"}
        assert (await client.get("/metrics", headers=headers)).status == status
