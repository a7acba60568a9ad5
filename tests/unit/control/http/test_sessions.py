from __future__ import annotations

import pytest

from commandwall.control.roles import Role
from tests.unit.control.http.conftest import Connect, sent_raw
from tests.unit.control.rig import PASSWORD, Rig


async def test_signing_in_and_out(connect: Connect) -> None:
    client = await connect()
    response = await client.post("/api/v1/login", json={"username": "operator", "password": PASSWORD})
    assert response.status == 200
    expected = {
        "name": "operator",
        "role": "operator",
        "site": {"id": "luohu", "name": "罗湖区应急指挥中心", "level": "district"},
        "language": "zh",
        "heads": [],
    }
    assert await response.json() == expected
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("commandwall_luohu=")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/"))
    assert await (await client.get("/api/v1/session")).json() == expected
    assert (await client.post("/api/v1/logout")).status == 204
    assert (await client.get("/api/v1/session")).status == 401


async def test_a_token_for_heads_is_told_which(connect: Connect, rig: Rig) -> None:
    token = await rig.users.create_token("street", Role.VIEWER, heads=["main/left"])
    client = await connect()
    response = await client.get("/api/v1/session", headers={"Authorization": f"Bearer {token}"})
    assert (await response.json())["heads"] == ["main/left"]


async def test_an_ended_session_is_worth_nothing_even_if_the_cookie_was_kept(connect: Connect) -> None:
    client = await connect(Role.VIEWER)
    cookies = {morsel.key: morsel.value for morsel in client.session.cookie_jar}
    await client.post("/api/v1/logout")
    other = await connect()
    assert (await other.get("/api/v1/session", cookies=cookies)).status == 401


async def test_a_name_and_a_password_are_not_large(connect: Connect) -> None:
    client = await connect()
    longest = {"username": "\U0001f600" * 256, "password": "\U0001f600" * 1024}
    for sent, status in (({**longest, "more": "x" * 16_384}, 413), (longest, 401)):
        assert (await client.post("/api/v1/login", json=sent)).status == status


@pytest.mark.parametrize(("name", "password"), [("operator", "wrong"), ("nobody", PASSWORD), ("", "")])
async def test_a_wrong_sign_in_is_refused_and_noted(
    connect: Connect, rig: Rig, name: str, password: str
) -> None:
    client = await connect()
    response = await client.post("/api/v1/login", json={"username": name, "password": password})
    assert response.status == 401
    assert (await response.json())["detail"] == "user name or password is wrong"
    assert "Set-Cookie" not in response.headers
    (line, *_) = await rig.audit.read(5)
    assert (line.who, line.action, line.target) == (name, "session.open", "127.0.0.1")
    assert line.outcome == "user name or password is wrong"


async def test_guessing_must_wait(connect: Connect) -> None:
    client = await connect()
    for _ in range(5):
        await client.post("/api/v1/login", json={"username": "operator", "password": "wrong"})
    response = await client.post("/api/v1/login", json={"username": "operator", "password": PASSWORD})
    assert response.status == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 3
    assert (await response.json())["type"] == "urn:commandwall:problem:too-many-tries"


async def test_who_comes_by_a_proxy_of_this_machine_is_told_from_others_who_do(
    connect: Connect, rig: Rig
) -> None:
    client = await connect()

    async def sign_in(password: str, forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        body = {"username": "operator", "password": password}
        async with client.post("/api/v1/login", json=body, headers=headers) as response:
            return response.status

    for number in range(5):
        assert await sign_in("wrong", f"10.0.0.{number}, 203.0.113.9") == 401
    assert await sign_in(PASSWORD, "10.0.0.9, 203.0.113.9") == 429
    assert await sign_in(PASSWORD, "203.0.113.9, 203.0.113.10") == 200
    assert (await rig.audit.read(1))[0].target == "203.0.113.10"


async def test_a_bearer_token_lets_a_program_in(connect: Connect, rig: Rig) -> None:
    token = await rig.users.create_token("panel", Role.OPS)
    client = await connect()
    response = await client.get("/api/v1/session", headers={"Authorization": f"Bearer {token}"})
    assert (await response.json())["name"] == "token:panel"


@pytest.mark.parametrize("authorization", ["Bearer cw_wrong", "Bearer", "Basic YWRtaW46YWRtaW4=", ""])
async def test_wrong_authorization_is_not_taken_for_none(connect: Connect, authorization: str) -> None:
    client = await connect(Role.ADMIN)
    response = await client.get("/api/v1/session", headers={"Authorization": authorization})
    assert response.status == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null", "http://[x"])
async def test_a_page_of_another_origin_may_not_act(connect: Connect, origin: str) -> None:
    client = await connect(Role.OPERATOR)
    change = {"layout": "1"}
    response = await client.put("/api/v1/walls/main/layout", json=change, headers={"Origin": origin})
    assert response.status == 403
    assert origin in (await response.json())["detail"]
    login = {"username": "viewer", "password": PASSWORD}
    assert (await client.post("/api/v1/login", json=login, headers={"Origin": origin})).status == 403
    assert (await client.get("/api/v1/walls", headers={"Origin": origin})).status == 200


async def test_an_origin_that_is_not_utf_8_is_refused_as_any_other(connect: Connect) -> None:
    client = await connect(Role.OPERATOR)
    (cookie,) = client.session.cookie_jar
    head = f"POST /api/v1/logout HTTP/1.1\r\nCookie: {cookie.key}={cookie.value}\r\n"
    answered = await sent_raw(client, head.encode() + b"Origin: http://\xb7\r\n\r\n")
    assert answered.startswith(b"HTTP/1.1 403") and "http://\ufffd".encode() in answered


async def test_our_own_pages_and_programs_with_a_token_may_act(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.OPERATOR)
    own = str(client.make_url("/")).rstrip("/")
    change = {"layout": "1"}
    assert (await client.put("/api/v1/walls/main/layout", json=change, headers={"Origin": own})).status == 200
    token = await rig.users.create_token("panel", Role.OPERATOR)
    program = await connect()
    headers = {"Authorization": f"Bearer {token}", "Origin": "http://elsewhere.example"}
    assert (await program.put("/api/v1/walls/main/layout", json=change, headers=headers)).status == 200


async def test_a_form_of_a_foreign_page_is_no_json(connect: Connect) -> None:
    client = await connect(Role.OPERATOR)
    response = await client.put("/api/v1/walls/main/layout", data='{"layout": "1"}')
    assert response.status == 415
