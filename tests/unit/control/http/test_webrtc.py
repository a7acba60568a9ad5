from __future__ import annotations

import pytest

from commandwall.control.roles import Role
from commandwall.control.rtc import Watched
from commandwall.ipc.rtc_messages import StreamAt
from commandwall.model.masks import Mask
from tests.unit.control.http.conftest import Client, Connect
from tests.unit.control.rig import Rig

SDP = {"Content-Type": "application/sdp"}
FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}


async def watch(client: Client, path: str = "/whep/walls/main/left") -> str:
    """Watch and return the address of the session."""
    response = await client.post(path, data=b"v=0\r\n", headers=SDP)
    assert response.status == 201
    return response.headers["Location"]


async def test_a_head_is_watched_and_the_session_ended(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.VIEWER)
    response = await client.post("/whep/walls/main/left", data=b"v=0\r\n", headers=SDP)
    assert (response.status, await response.text()) == (201, "v=0 answer")
    assert response.content_type == "application/sdp"
    assert response.headers["Accept-Patch"] == "application/trickle-ice-sdpfrag"
    assert response.headers["Link"] == '<stun:10.0.0.1:3478>; rel="ice-server"'
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    (offer,) = rig.rtc.offers
    assert offer.video == (StreamAt(str(rig.wall.packet_path), "head/left", True),)
    location = response.headers["Location"]
    headers = FRAGMENT | {"If-Match": response.headers["ETag"]}
    assert (await client.patch(location, data=b"a=mid:0", headers=headers)).status == 204
    assert rig.rtc.fragments == ["a=mid:0"]
    assert (await client.delete(location)).status == 204
    assert (await client.delete(location)).status == 404


@pytest.mark.parametrize(
    ("query", "stream"), [("", "main"), ("?stream=sub", "sub"), ("?stream=main", "main")]
)
async def test_a_camera_is_watched(connect: Connect, rig: Rig, query: str, stream: str) -> None:
    await watch(await connect(Role.VIEWER), f"/whep/cameras/c-1{query}")
    (offer,) = rig.rtc.offers
    assert [(each.stream, each.answers_keys) for each in offer.video] == [(f"camera/c-1/{stream}", False)]
    (session,) = rig.rtc.sessions.values()
    assert session.watches == Watched(camera="c-1")


async def test_a_camera_with_privacy_masks_is_not_sent_as_it_is(connect: Connect, rig: Rig) -> None:
    rig.board.set_masks("c-1", (Mask.rectangle(0.1, 0.1, 0.2, 0.2),))
    client = await connect(Role.ADMIN)
    response = await client.post("/whep/cameras/c-1", data=b"v=0\r\n", headers=SDP)
    problem = await response.json(content_type="application/problem+json")
    assert (
        response.status == 403 and "privacy masks" in problem["detail"] and "隐私遮挡" in problem["detail_zh"]
    )
    assert rig.rtc.offers == []


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/whep/cameras/nobody", 404, "no camera"),
        ("/whep/cameras/c-1?stream=third", 422, "camera 'c-1' has main, sub"),
        ("/whep/walls/main/middle", 404, "no head 'middle'"),
        ("/whep/walls/other/left", 404, "no wall"),
        ("/whip/screens/a%20b", 422, "must be 1 to 64 letters"),
        ("/whip/screens/desk?name=a%0Ab", 422, "name"),
    ],
)
async def test_what_is_not_there_is_said(connect: Connect, path: str, status: int, word: str) -> None:
    client = await connect(Role.OPERATOR)
    response = await client.post(path, data=b"v=0\r\n", headers=SDP)
    problem = await response.json(content_type="application/problem+json")
    assert (response.status, problem["status"]) == (status, status)
    assert word in problem["detail"]
    assert problem["detail_zh"] != problem["detail"]


async def test_what_is_no_offer_gets_no_further(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.VIEWER)
    for body, headers, status in (
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"hello", SDP, 400),
        (b"\xff", SDP, 400),
    ):
        response = await client.post("/whep/walls/main/left", data=body, headers=headers)
        assert response.status == status
    assert rig.rtc.offers == []


async def test_trickling_takes_fragments_of_this_ice_session_only(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.VIEWER)
    location = await watch(client)
    assert (await client.patch(location, data=b"", headers=SDP)).status == 415
    headers = FRAGMENT | {"If-Match": '"other"'}
    assert (await client.patch(location, data=b"", headers=headers)).status == 412
    for charset in ("none", "utf-7"):
        headers = {"Content-Type": f"{FRAGMENT['Content-Type']}; charset={charset}"}
        assert (await client.patch(location, data=b"\xff+2AA-", headers=headers)).status == 204
    assert rig.rtc.fragments == ["\ufffd+2AA-"] * 2


async def test_a_session_belongs_to_who_opened_it(connect: Connect) -> None:
    viewer, leader, admin = [await connect(role) for role in (Role.VIEWER, Role.LEADER, Role.ADMIN)]
    location = await watch(viewer)
    assert (await leader.delete(location)).status == 404
    assert (await admin.delete(location)).status == 204


async def test_sharing_is_audited_and_screens_are_listed(connect: Connect, rig: Rig) -> None:
    leader = await connect(Role.LEADER)
    response = await leader.post("/whip/screens/desk?name=席位", data=b"v=0\r\n", headers=SDP)
    assert response.status == 201
    (session,) = rig.rtc.sessions.values()
    assert session.publishes == ("screen/desk 席位",)
    assert (await leader.delete(response.headers["Location"])).status == 204
    lines = [(line.action, line.target) for line in await rig.audit.read(10)]
    assert [line for line in lines if line[0].startswith("screen")] == [
        ("screen.end", "desk 席位"),
        ("screen.share", "desk"),
    ]
    rig.screens.begin("desk", "席位", "leader")
    listed = await (await leader.get("/api/v1/screens")).json()
    (screen,) = listed["items"]
    assert (screen["id"], screen["name"], screen["by"], screen["state"]) == (
        "desk", "席位", "leader", "connecting",
    )  # fmt: skip


async def test_pages_of_other_origins_may_ask_with_a_token_only(connect: Connect) -> None:
    client = await connect(Role.VIEWER)
    asked = await client.options("/whep/walls/main/left", headers={"Origin": "http://player.example"})
    assert asked.status == 204
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    headers = SDP | {"Origin": "http://player.example"}
    assert (await client.post("/whep/walls/main/left", data=b"v=0", headers=headers)).status == 403
