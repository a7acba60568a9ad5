from __future__ import annotations

from aiohttp import ClientWebSocketResponse

from commandwall.control.roles import Role
from tests.unit.control.http.conftest import Connect
from tests.unit.control.http.test_sockets import told
from tests.unit.control.rig import Rig

_CALL = "/api/v1/conferences/flood/call"


async def _calls(ws: ClientWebSocketResponse) -> list[str]:
    """Return the states of calls that a page is told before an alarm."""
    states = []
    while (event := await told(ws))["type"] != "alarm":
        if event["type"] == "call":
            states.append(event["call"]["state"])
    return states


async def test_only_the_pages_of_who_is_called_ring(connect: Connect, rig: Rig) -> None:
    operator, leader, viewer = [await connect(role) for role in (Role.OPERATOR, Role.LEADER, Role.VIEWER)]
    rig.hall.opens()
    called = {"user": "leader", "role": "chair"}
    away = await operator.post(_CALL, json=called)
    assert away.status == 422 and "没有打开任何页面" in (await away.json())["detail_zh"]
    assert (await viewer.get(_CALL)).status == 403
    events = "/api/v1/events"
    async with (
        leader.ws_connect(events) as first,
        leader.ws_connect(events) as second,
        viewer.ws_connect(events) as other,
    ):
        for ws in (first, second, other):
            assert (await told(ws))["type"] == "hello"
        callees = (await (await operator.get(_CALL)).json())["items"]
        assert callees == [{"user": "leader"}, {"user": "viewer"}]
        response = await operator.post(_CALL, json=called)
        assert response.status == 201 and (await response.json())["by"] == "operator"
        await rig.hall.settled()
        rig.events.publish("alarm", {"alarm": {}})
        assert [await _calls(ws) for ws in (first, second)] == [["ringing", "unanswered"]] * 2
        assert await _calls(other) == []
    assert (await (await leader.get("/api/v1/calls")).json())["items"] == []
    for answer in ("accept", "decline"):
        assert (await leader.post(f"{_CALL}/{answer}")).status == 404


async def test_a_recording_that_is_not_there_is_not_deleted(connect: Connect) -> None:
    operator, leader = await connect(Role.OPERATOR), await connect(Role.LEADER)
    assert (await operator.delete("/api/v1/recordings/flood-1")).status == 404
    assert (await leader.delete("/api/v1/recordings/flood-1")).status == 403
