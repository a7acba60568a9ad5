"""Moving cameras over HTTP: two operators, one camera."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from commandwall.control.roles import Role
from commandwall.model.camera import Camera, StreamAddress
from commandwall.onvif.ptz import Position
from simulators.onvif.device import Device, farm_streams
from simulators.onvif.server import OnvifServer
from tests.unit.control.http.conftest import Connect
from tests.unit.control.rig import Rig

PTZ, IMAGING = "/api/v1/cameras/dome/ptz", "/api/v1/cameras/dome/imaging"


@pytest.fixture
async def dome(rig: Rig) -> AsyncIterator[Device]:
    device = Device(1, farm_streams("rtsp://127.0.0.1:8554", 1))
    async with OnvifServer([device]) as server:
        url = f"http://127.0.0.1:{server.port}/onvif/device_service"
        stream = StreamAddress("rtsp://127.0.0.1:8554/x")
        rig.board._add(Camera("dome", "球机", "dongmen", stream, None, onvif_url=url))
        yield device


async def test_a_camera_says_whether_it_may_be_moved(connect: Connect, dome: Device) -> None:
    client = await connect(Role.VIEWER)
    items = (await (await client.get("/api/v1/cameras")).json())["items"]
    assert {item["id"]: item["onvif"] for item in items} == {
        "c-0": False, "c-1": False, "c-2": False, "c-3": False, "dome": True,
    }  # fmt: skip
    state = await (await client.get(PTZ)).json()
    assert state["lease"] == {"camera": "dome", "holder": "", "remaining_s": 0}
    assert state["presets"] == [{"token": "1", "name": "路口"}, {"token": "2", "name": "大门"}]
    assert state["position"] == {"pan": 0, "tilt": 0, "zoom": 0}
    missing = await client.get("/api/v1/cameras/c-0/ptz")
    assert (missing.status, (await missing.json())["type"]) == (404, "urn:commandwall:problem:not-found")


async def test_two_operators_do_not_fight(connect: Connect, dome: Device) -> None:
    operator, admin = await connect(Role.OPERATOR), await connect(Role.ADMIN)
    response = await operator.post(PTZ, json={"verb": "goto", "pan": 0.5, "tilt": 0, "zoom": 0})
    assert (response.status, (await response.json())["holder"]) == (200, "operator")
    assert (await admin.post(PTZ, json={"verb": "home"})).status == 200
    assert dome.position == Position(0, 0, 0)
    refused = await operator.post(PTZ, json={"verb": "move", "pan": 1})
    problem = await refused.json()
    assert (refused.status, problem["type"]) == (409, "urn:commandwall:problem:held")
    assert "'dome' is operated by admin" in problem["detail"]
    assert "'dome' 正由 admin 操作" in problem["detail_zh"]
    assert not dome.moving


async def test_one_movement_is_one_line_of_the_audit_log(connect: Connect, rig: Rig, dome: Device) -> None:
    client = await connect(Role.OPERATOR)
    for pan in (0.5, 0.6, 0.7):
        assert (await client.post(PTZ, json={"verb": "move", "pan": pan})).status == 200
    await client.post(PTZ, json={"verb": "stop"})
    await client.post(PTZ, json={"verb": "preset", "preset": "nowhere"})
    lines = [line for line in await rig.audit.read(10) if line.action == "camera.ptz"]
    assert [(line.who, line.target, line.detail) for line in reversed(lines)] == [
        ("operator", "dome", "move pan=0.5"),
        ("operator", "dome", "stop"),
        ("operator", "dome", "preset preset=nowhere"),
    ]
    assert lines[-1].outcome == "done"
    assert "no preset nowhere" in lines[0].outcome


async def test_a_faulty_command_is_refused_with_its_field(connect: Connect, dome: Device) -> None:
    client = await connect(Role.OPERATOR)
    response = await client.post(PTZ, json={"verb": "move", "pan": 2})
    assert (response.status, (await response.json())["errors"][0]["field"]) == (422, "pan")
    assert dome.calls == []


async def test_the_picture_is_set(connect: Connect, rig: Rig, dome: Device) -> None:
    client = await connect(Role.OPERATOR)
    settings = await (await client.put(IMAGING, json={"contrast": 20})).json()
    assert settings["contrast"] == {"value": 20, "min": 0, "max": 100}
    assert dome.imaging["Contrast"] == 20
    wrong = await client.put(IMAGING, json={"contrast": 200})
    assert (wrong.status, (await wrong.json())["errors"]) == (
        422,
        [{"field": "contrast", "detail": "must be 0 to 100", "detail_zh": "必须在 0 到 100 之间"}],
    )
    assert await (await client.get(IMAGING)).json() == settings
