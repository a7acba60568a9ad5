from __future__ import annotations

from typing import Any

import pytest
from aiohttp import WSServerHandshakeError

from commandwall.base.errors import InvalidError
from commandwall.control.roles import Role
from commandwall.ipc.rtc_messages import SessionPhase
from tests.unit.control.http.conftest import Client, Connect
from tests.unit.control.rig import Rig

SDP = {"Content-Type": "application/sdp"}
FLOOD = "/api/v1/conferences/flood"


@pytest.fixture
async def operator(connect: Connect) -> Client:
    return await connect(Role.OPERATOR)


@pytest.fixture
async def guest(connect: Connect) -> Client:
    """Return somebody who is not signed in."""
    return await connect()


async def opened(operator: Client, **fields: Any) -> dict[str, Any]:
    response = await operator.post("/api/v1/conferences", json={"id": "flood", "name": "防汛", **fields})
    assert response.status == 201
    document: dict[str, Any] = await response.json()
    return document


async def invited(operator: Client, participant: str, role: str = "member") -> dict[str, str]:
    """Return the header that makes a request one of ``participant``."""
    body = {"name": participant, "role": role, "participant": participant}
    response = await operator.post(f"{FLOOD}/members", json=body)
    assert response.status == 201
    return {"Authorization": f"Bearer {(await response.json())['token']}"}


async def entered(rig: Rig, guest: Client, participant: str, headers: dict[str, str]) -> str:
    """Let somebody watch; return the address of the session."""
    place = f"/whep/conferences/flood/{participant}"
    response = await guest.post(place, data="v=0 offer", headers=headers | SDP)
    assert response.status == 201 and await response.text() == "v=0 answer"
    address = response.headers["Location"]
    rig.hall.peers.goes(address.rpartition("/")[2], SessionPhase.CONNECTED)
    return address


async def test_a_conference_is_opened_shown_and_ended(operator: Client) -> None:
    document = await opened(operator, ends_at="2099-01-01T12:00:00+08:00")
    assert document["state"] == "open" and document["ends_at"] == "2099-01-01T04:00:00.000+00:00"
    assert (await (await operator.get("/api/v1/conferences")).json())["items"] == [document]
    assert await (await operator.get(FLOOD)).json() == document
    assert (await operator.delete(FLOOD)).status == 204
    response = await operator.get(FLOOD)
    assert response.status == 404 and "没有名为 'flood' 的会议" in (await response.json())["detail_zh"]


@pytest.mark.parametrize("field", ["starts_at", "ends_at"])
async def test_a_time_that_cannot_be_told_is_refused_by_field(operator: Client, field: str) -> None:
    new = {"id": "flood", "name": "防汛", field: "9999-12-31T23:59:59-12:00"}
    response = await operator.post("/api/v1/conferences", json=new)
    assert response.status == 422
    (fault,) = (await response.json())["errors"]
    assert (fault["field"], fault["detail_zh"]) == (field, "必须是 1970 至 2261 年（UTC）内的时间，或不填")


async def test_an_invitation_says_what_it_is_for_and_opens_nothing_else(
    operator: Client, guest: Client
) -> None:
    await opened(operator)
    li = await invited(operator, "li")
    told = await (await guest.get("/api/v1/invitation", headers=li)).json()
    assert (told["conference"], told["participant"], told["role"]) == ("flood", "li", "member")
    assert (await guest.get(FLOOD, headers=li)).status == 200
    for path in (
        "/api/v1/conferences",
        "/api/v1/walls",
        "/api/v1/cameras",
        "/api/v1/users",
        "/api/v1/events",
    ):
        assert (await guest.get(path, headers=li)).status == 403
    response = await guest.put("/api/v1/walls/main/layout", json={"layout": "1"}, headers=li)
    assert response.status == 403
    assert "邀请仅用于其所属会议" in (await response.json())["detail_zh"]


async def test_a_foreign_link_gets_a_clear_word(operator: Client, guest: Client) -> None:
    await opened(operator)
    response = await guest.get(FLOOD, headers={"Authorization": "Bearer cwi_nonsense"})
    assert response.status == 401
    problem = await response.json()
    assert problem["detail"] == "this invitation is not of this centre, or not whole; ask for a new one"
    assert problem["detail_zh"] == "此邀请不是本中心发出的，或不完整，请索取新的邀请"


async def test_verbs_hands_and_mutes(rig: Rig, operator: Client, guest: Client) -> None:
    await opened(operator)
    zhang, li = await invited(operator, "zhang", "chair"), await invited(operator, "li")
    await entered(rig, guest, "zhang", zhang)
    await entered(rig, guest, "li", li)
    answers = [
        await guest.post(f"{FLOOD}/hand", json={"raised": True}, headers=li),
        await guest.post(f"{FLOOD}/mute", json={"muted": True}, headers=li),
        await guest.post(f"{FLOOD}/chair", json={"verb": "grant", "target": "li"}, headers=zhang),
        await operator.put(f"{FLOOD}/layout", json={"layout": "speaker"}),
        await operator.post(f"{FLOOD}/record", json={"on": True}),
        await operator.put(f"{FLOOD}/content", json={"source": "li"}),
    ]
    assert [response.status for response in answers] == [200] * 6
    document = await answers[-1].json()
    assert (document["floor"], document["layout"], document["recording"]) == ("li", "speaker", True)
    assert document["content_holder"] == "li" and document["participants"][1]["muted_by_self"]
    refused = await guest.post(f"{FLOOD}/chair", json={"verb": "mute_all"}, headers=li)
    assert refused.status == 403 and (await refused.json())["detail_zh"] == "只有主席可以执行该操作"
    left = await guest.post(f"{FLOOD}/leave", headers=li)
    assert (await left.json())["participants"][1]["state"] == "left"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("", {"id": "a b", "name": "x"}, "id"),
        ("", {"id": "a", "name": "x", "starts_at": "2030-01-01T08:00:00"}, "starts_at"),
        ("/flood/members", {"name": "x", "role": "boss"}, "role"),
        ("/flood/members", {"name": "", "role": "site"}, "name"),
        ("/flood/chair", {"verb": "sing"}, "verb"),
        ("/flood/chair", {"verb": "poll", "dwell_s": 5}, "dwell_s"),
        ("/flood/chair", {"verb": "layout", "target": "gone"}, "layout"),
        ("/flood/hand", {}, "raised"),
    ],
)
async def test_what_is_wrong_is_named(operator: Client, path: str, body: dict[str, Any], field: str) -> None:
    await opened(operator)
    response = await operator.post(f"/api/v1/conferences{path}", json=body)
    assert response.status == 422
    assert [fault["field"] for fault in (await response.json())["errors"]] == [field]


async def test_pictures_come_and_go_by_the_token_of_the_seat(
    rig: Rig, operator: Client, guest: Client
) -> None:
    await opened(operator)
    li = await invited(operator, "li")
    address = await entered(rig, guest, "li", li)
    response = await guest.post("/whip/conferences/flood/li", data="v=0 offer", headers=li | SDP)
    assert response.status == 201
    assert (await guest.post("/whip/conferences/flood/zhang", data="v=0", headers=li | SDP)).status == 403
    assert (await operator.post("/whip/conferences/flood/li", data="v=0", headers=SDP)).status == 403
    assert (
        await guest.post("/whep/conferences/flood/li/content", data="v=0", headers=li | SDP)
    ).status == 503
    rig.hall.peers.error = InvalidError("no codec")
    response = await guest.post("/whip/conferences/flood/li/content", data="v=0", headers=li | SDP)
    assert response.status == 422
    assert address.startswith("/webrtc/sessions/")


async def test_events_are_those_of_ones_own_conference(rig: Rig, operator: Client, guest: Client) -> None:
    await opened(operator)
    token = (await invited(operator, "li"))["Authorization"].removeprefix("Bearer ")
    async with guest.ws_connect(f"{FLOOD}/events", params={"token": token}) as ws:
        assert (await ws.receive_json())["type"] == "hello"
        response = await operator.post("/api/v1/conferences", json={"id": "other", "name": "另一会"})
        assert response.status == 201
        await operator.post(f"{FLOOD}/chair", json={"verb": "lock"})
        rig.hall.conferences.act()
        told = await ws.receive_json()
        assert told["type"] == "conference" and told["conference"]["id"] == "flood"
        assert told["conference"]["locked"]
        await operator.delete(FLOOD)
        assert (await ws.receive_json())["conference"]["state"] == "ended"
        await ws.close()
    with pytest.raises(WSServerHandshakeError, match="401"):
        await guest.ws_connect(f"{FLOOD}/events", params={"token": token})


async def test_only_who_has_the_seat_is_told_that_it_was_opened_elsewhere(
    rig: Rig, operator: Client, guest: Client
) -> None:
    await opened(operator)
    li, wang = [(await invited(operator, name)) for name in ("li", "wang")]
    tokens = [{"token": each["Authorization"].removeprefix("Bearer ")} for each in (li, wang)]
    async with (
        guest.ws_connect(f"{FLOOD}/events", params=tokens[0]) as of_li,
        guest.ws_connect(f"{FLOOD}/events", params=tokens[1]) as of_wang,
    ):
        for ws in (of_li, of_wang):
            assert (await ws.receive_json())["type"] == "hello"
        addresses = []
        for _ in range(2):
            response = await guest.post("/whip/conferences/flood/li", data="v=0", headers=li | SDP)
            addresses.append(response.headers["Location"])
        told = await of_li.receive_json()
        assert told.pop("seq") and addresses[0] == f"/webrtc/sessions/{told.pop('session')}"
        assert told == {"type": "replaced", "conference": "flood", "participant": "li"}
        rig.hall.conferences.act()
        assert (await of_wang.receive_json())["type"] == "conference"


@pytest.mark.parametrize("how", ["sign out", "password", "removed"])
async def test_the_seat_of_an_account_ends_with_the_sign_in(
    connect: Connect, rig: Rig, operator: Client, guest: Client, how: str
) -> None:
    leader, admin = await connect(Role.LEADER), await connect(Role.ADMIN)
    await opened(operator)
    invited_too = await invited(operator, "li")
    joined = await (await leader.post(f"{FLOOD}/join")).json()
    seat = {"Authorization": f"Bearer {joined['token']}"}
    await entered(rig, guest, "leader", seat)
    match how:
        case "sign out":
            assert (await leader.post("/api/v1/logout")).status == 204
        case "password":
            new = {"password": "another-password"}
            assert (await admin.put("/api/v1/users/leader/password", json=new)).status == 204
        case _:
            assert (await admin.delete("/api/v1/users/leader")).status == 204
    assert (await guest.post("/whip/conferences/flood/leader", data="v=0", headers=seat | SDP)).status == 401
    response = await guest.get("/api/v1/invitation", headers=seat)
    assert response.status == 401 and "sign in again" in (await response.json())["detail"]
    assert (await guest.get("/api/v1/invitation", headers=invited_too)).status == 200


async def test_an_account_that_signs_in_again_has_its_seat_again(
    connect: Connect, operator: Client, guest: Client
) -> None:
    await opened(operator)
    tokens = []
    for _ in range(2):
        leader = await connect(Role.LEADER)
        tokens.append(await (await leader.post(f"{FLOOD}/join")).json())
        if len(tokens) == 1:
            await leader.post("/api/v1/logout")
    first, again = tokens
    assert first["participant"] == again["participant"]
    for joined, status in ((first, 401), (again, 200)):
        headers = {"Authorization": f"Bearer {joined['token']}"}
        assert (await guest.get(FLOOD, headers=headers)).status == status


async def test_the_page_of_an_invitation_is_for_anybody(guest: Client) -> None:
    assert (await guest.get("/join/cwi_abc")).status == 200


async def test_operators_are_told_of_all_conferences(rig: Rig, operator: Client) -> None:
    async with operator.ws_connect("/api/v1/events") as ws:
        assert (await ws.receive_json())["type"] == "hello"
        await opened(operator)
        rig.hall.conferences.act()
        told = [await ws.receive_json() for _ in range(1)]
        assert [(each["type"], each["conference"]["id"]) for each in told] == [("conference", "flood")]
