from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from commandwall.control.roles import Role
from tests.unit.control.http.conftest import Connect
from tests.unit.control.rig import PASSWORD

NEW = {"name": "林晓", "role": "operator", "password": PASSWORD}


async def test_a_user_is_added_signs_in_and_is_removed(connect: Connect) -> None:
    admin = await connect(Role.ADMIN)
    assert (await admin.post("/api/v1/users", json=NEW)).status == 204
    users = (await (await admin.get("/api/v1/users")).json())["items"]
    assert {"林晓", "admin"} <= {user["name"] for user in users}
    assert all(set(user) == {"name", "role", "created"} for user in users)
    client = await connect()
    assert (await client.post("/api/v1/login", json={"username": "林晓", "password": PASSWORD})).status == 200
    assert (await admin.delete("/api/v1/users/林晓")).status == 204
    assert (await client.get("/api/v1/session")).status == 401
    assert (await admin.delete("/api/v1/users/林晓")).status == 404


async def test_a_password_is_replaced(connect: Connect) -> None:
    admin = await connect(Role.ADMIN)
    operator = await connect(Role.OPERATOR)
    new = {"password": "another-password"}
    assert (await admin.put("/api/v1/users/operator/password", json=new)).status == 204
    assert (await operator.get("/api/v1/session")).status == 401
    assert (await admin.put("/api/v1/users/nobody/password", json=new)).status == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "a b"}, "name"),
        ({"name": "admin"}, "name"),
        ({"role": "king"}, "role"),
        ({"password": "short"}, "password"),
        ({"extra": 1}, "extra"),
    ],
)
async def test_a_wrong_user_is_refused_by_field(
    connect: Connect, change: dict[str, object], field: str
) -> None:
    admin = await connect(Role.ADMIN)
    response = await admin.post("/api/v1/users", json=NEW | change)
    assert response.status == 422
    text = await response.text()
    assert [error["field"] for error in (await response.json())["errors"]] == [field]
    assert PASSWORD not in text


async def test_the_last_administrator_stays(connect: Connect) -> None:
    admin = await connect(Role.ADMIN)
    response = await admin.delete("/api/v1/users/admin")
    assert response.status == 422
    assert "last administrator" in (await response.json())["detail"]


async def test_a_token_is_shown_once(connect: Connect) -> None:
    admin = await connect(Role.ADMIN)
    expires = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    created = await admin.post("/api/v1/tokens", json={"name": "nms", "role": "ops", "expires": expires})
    assert created.status == 201
    token = (await created.json())["token"]
    listed = await (await admin.get("/api/v1/tokens")).json()
    assert [(item["name"], item["role"]) for item in listed["items"]] == [("nms", "ops")]
    assert token not in str(listed)
    program = await connect()
    headers = {"Authorization": f"Bearer {token}"}
    assert (await program.get("/api/v1/workers", headers=headers)).status == 200
    assert (await admin.delete("/api/v1/tokens/nms")).status == 204
    assert (await program.get("/api/v1/workers", headers=headers)).status == 401


async def test_a_token_may_hold_as_long_as_can_be_told(connect: Connect) -> None:
    admin = await connect(Role.ADMIN)
    new = {"name": "nms", "role": "ops", "expires": "2261-12-31T23:59:59Z"}
    assert (await admin.post("/api/v1/tokens", json=new)).status == 201
    (listed,) = (await (await admin.get("/api/v1/tokens")).json())["items"]
    assert listed["expires"].startswith("2261-12-31T23:59:59")


async def test_a_token_for_heads_watches_them_alone_and_is_audited(connect: Connect) -> None:
    admin = await connect(Role.ADMIN)
    new = {"name": "street", "role": "viewer", "heads": ["main/left"]}
    created = await admin.post("/api/v1/tokens", json=new)
    assert created.status == 201
    (listed,) = (await (await admin.get("/api/v1/tokens")).json())["items"]
    assert listed["heads"] == ["main/left"]
    (line,) = (await (await admin.get("/api/v1/audit?limit=1")).json())["items"]
    assert (line["action"], line["target"], line["detail"]) == ("token.create", "street", "viewer main/left")
    street = await connect()
    headers = {"Authorization": f"Bearer {(await created.json())['token']}"}
    snapshot = "/api/v1/walls/main/heads/{head}/snapshot.jpg"
    assert (await street.get(snapshot.format(head="left"), headers=headers)).status == 200
    for foreign in (snapshot.format(head="_canvas"), "/api/v1/walls/main/snapshot.png", "/api/v1/walls"):
        assert (await street.get(foreign, headers=headers)).status == 403, foreign


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"heads": ["main/left", "main/nowhere"]}, "heads[1]"),
        ({"heads": ["main/_canvas"]}, "heads[0]"),
        ({"heads": []}, "heads"),
        ({"heads": ["main/left"], "role": "operator"}, "role"),
    ],
)
async def test_a_token_for_no_head_is_refused_by_field(
    connect: Connect, change: dict[str, object], field: str
) -> None:
    admin = await connect(Role.ADMIN)
    response = await admin.post("/api/v1/tokens", json={"name": "street", "role": "viewer"} | change)
    assert response.status == 422
    assert (await response.json())["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "expires",
    [
        "2020-01-01T00:00:00Z",
        "2099-01-01T00:00:00",
        "tomorrow",
        7.5e30,
        "2262-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+14:00",
    ],
)
async def test_a_token_that_cannot_be_is_refused_by_field(connect: Connect, expires: object) -> None:
    admin = await connect(Role.ADMIN)
    response = await admin.post("/api/v1/tokens", json={"name": "nms", "role": "ops", "expires": expires})
    assert response.status == 422
    assert (await response.json())["errors"][0]["field"] == "expires"


async def test_the_audit_log_is_read_in_pages(connect: Connect) -> None:
    admin = await connect(Role.ADMIN)
    for number in range(5):
        await admin.put("/api/v1/walls/main/cells/1", json={"source": f"camera:c-{number % 4}"})
    first = (await (await admin.get("/api/v1/audit?limit=2")).json())["items"]
    assert [line["detail"] for line in first] == ["1: camera:c-0", "1: camera:c-3"]
    assert set(first[0]) == {"id", "at", "who", "via", "action", "target", "detail", "outcome"}
    more = (await (await admin.get(f"/api/v1/audit?limit=2&before={first[-1]['id']}")).json())["items"]
    assert [line["detail"] for line in more] == ["1: camera:c-2", "1: camera:c-1"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "limit=", "before=0", "before=" + "9" * 30]
)
async def test_a_page_that_cannot_be_is_refused(connect: Connect, query: str) -> None:
    admin = await connect(Role.ADMIN)
    response = await admin.get(f"/api/v1/audit?{query}")
    assert response.status == 422
    assert (await response.json())["errors"][0]["field"] == query.partition("=")[0]
