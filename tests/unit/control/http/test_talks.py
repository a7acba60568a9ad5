from __future__ import annotations

import pytest

from commandwall.control.roles import Role
from commandwall.model.talk import Loudspeaker, LoudspeakerKind
from tests.unit.control.hall import OPERATOR
from tests.unit.control.http.conftest import Client, Connect
from tests.unit.control.rig import Rig
from tests.unit.control.test_speakers import announced

WAYS = pytest.mark.parametrize("place", ["cameras/c-0", "speakers/gate"])


@pytest.fixture(autouse=True)
def street(rig: Rig) -> None:
    """Let a conference be open and a loudspeaker be there."""
    rig.hall.opens()
    rig.hall.speakers.announce("gate", announced())


@WAYS
async def test_a_conference_is_played_and_ended(operator: Client, place: str) -> None:
    path = f"/api/v1/{place}/talk"
    async with operator.put(path, json={"conference": "flood"}) as response:
        assert (response.status, (await response.json())["state"]) == (200, "opening")
    async with operator.get("/api/v1/talks") as response:
        (talk,) = (await response.json())["items"]
        assert (talk["conference"], talk["can_talk"]) == ("flood", None)
    assert (await operator.delete(path)).status == 204
    async with operator.get(path) as response:
        assert (await response.json())["state"] == "idle"


@WAYS
async def test_a_voice_is_taken_by_whip(operator: Client, rig: Rig, place: str) -> None:
    headers = {"Content-Type": "application/sdp"}
    async with operator.post(f"/whip/{place}", data=b"v=0", headers=headers) as response:
        assert response.status == 201
        assert response.headers["Location"].startswith("/webrtc/sessions/")
    assert len(rig.hall.lines.said) == 1


async def test_loudspeakers_are_listed(operator: Client) -> None:
    async with operator.get("/api/v1/speakers") as response:
        (speaker,) = (await response.json())["items"]
    assert (speaker["id"], speaker["url"], speaker["codec"]) == ("gate", "rtp://10.1.1.30:5004", "pcma")
    assert speaker["talk"]["loudspeaker"] == "speaker:gate"


async def test_what_cannot_be_is_said(operator: Client, rig: Rig, connect: Connect) -> None:
    path = "/api/v1/cameras/c-0/talk"
    for change, status, field in (
        ({"conference": "none"}, 422, "conference"),
        ({}, 422, "conference"),
        ({"conference": "flood", "volume": 3}, 422, "volume"),
    ):
        async with operator.put(path, json=change) as response:
            assert (response.status, (await response.json())["errors"][0]["field"]) == (status, field)
    assert (await operator.get("/api/v1/speakers/hall/talk")).status == 404
    rig.hall.talk_desk.play(OPERATOR, Loudspeaker(LoudspeakerKind.CAMERA, "c-0"), "flood")
    async with operator.put(path, json={"conference": "flood"}) as response:
        problem = await response.json()
        assert (response.status, problem["detail_zh"][:7]) == (409, "wang 正在")
    viewer = await connect(Role.VIEWER)
    assert (await viewer.put(path, json={"conference": "flood"})).status == 403
    assert (await viewer.get(path)).status == 200
