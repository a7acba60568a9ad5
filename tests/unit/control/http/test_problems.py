from __future__ import annotations

import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from commandwall.control.http.problems import problems
from commandwall.control.roles import Role
from tests.unit.control.http.conftest import Connect, sent_raw


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing", "/api/v2/cameras", "/panel/nothing.js"])
async def test_what_is_not_there_is_a_problem_document(connect: Connect, path: str) -> None:
    client = await connect(Role.VIEWER)
    response = await client.get(path)
    assert (response.status, response.content_type) == (404, "application/problem+json")
    assert await response.json() == {
        "type": "about:blank", "title": "Not Found", "title_zh": "找不到所指的对象", "status": 404,
        "detail": f"there is nothing at {path}", "detail_zh": f"{path} 不存在",
    }  # fmt: skip


async def test_a_wrong_method_says_which_are_taken(connect: Connect) -> None:
    client = await connect(Role.VIEWER)
    response = await client.post("/api/v1/walls")
    assert (response.status, response.headers["Allow"]) == (405, "GET")
    assert (await response.json())["detail"] == "/api/v1/walls takes GET, not POST"


async def test_a_body_that_is_too_large_is_refused(connect: Connect) -> None:
    client = await connect(Role.OPERATOR)
    response = await client.put("/api/v1/walls/main/layout", json={"layout": "x" * (2 << 20)})
    assert (response.status, response.content_type) == (413, "application/problem+json")


LAYOUT = "/api/v1/walls/main/layout"
CAMERAS = "/api/v1/cameras"


@pytest.mark.parametrize(
    ("role", "method", "path", "body", "status"),
    [
        (None, "GET", "/api/v1/walls", None, 401),
        (None, "POST", "/api/v1/login", {"username": "operator", "password": "wrong"}, 401),
        (Role.VIEWER, "PUT", LAYOUT, {"layout": "1"}, 403),
        (Role.OPERATOR, "GET", "/api/v1/users", None, 403),
        (Role.VIEWER, "GET", "/nothing", None, 404),
        (Role.VIEWER, "GET", f"{CAMERAS}/ghost", None, 404),
        (Role.VIEWER, "GET", f"{CAMERAS}/c-0/ptz", None, 404),
        (Role.VIEWER, "GET", "/api/v1/walls/ghost", None, 404),
        (Role.VIEWER, "GET", "/api/v1/layouts/ghost", None, 404),
        (Role.OPERATOR, "PUT", LAYOUT, {"layout": "ghost"}, 404),
        (Role.OPERATOR, "PUT", "/api/v1/walls/main/cells/ghost", {"source": "none"}, 404),
        (Role.ADMIN, "DELETE", "/api/v1/users/ghost", None, 404),
        (Role.ADMIN, "DELETE", "/api/v1/tokens/ghost", None, 404),
        (Role.VIEWER, "DELETE", "/api/v1/walls", None, 405),
        (Role.OPERATOR, "PUT", LAYOUT, {"layout": "x" * (2 << 20)}, 413),
        (Role.OPERATOR, "PUT", LAYOUT, "no JSON", 415),
        (Role.ADMIN, "POST", f"{CAMERAS}/import", "no sheet", 415),
        (Role.OPERATOR, "PUT", LAYOUT, {"layout": "1", "sources": ["nothing"]}, 422),
        (Role.OPERATOR, "PUT", LAYOUT, {"layout": "1", "sources": ["camera:ghost"]}, 422),
        (Role.OPERATOR, "PUT", LAYOUT, {"layout": "1", "sources": ["none"] * 2}, 422),
        (Role.OPERATOR, "PUT", LAYOUT, {"layout": "1", "sources": ["x" * 300] * 3000}, 422),
        (Role.OPERATOR, "PUT", LAYOUT, {"layuot": 1, "sources": {}}, 422),
        (Role.OPERATOR, "PUT", LAYOUT, [], 422),
        (Role.OPERATOR, "POST", f"{CAMERAS}/c-0/ptz", {"verb": "dance", "pan": 2}, 422),
        (Role.OPERATOR, "POST", f"{CAMERAS}/c-0/ptz", {"verb": "move", "pan": -2}, 422),
        (Role.OPERATOR, "POST", f"{CAMERAS}/c-0/ptz", {"verb": "home", "pan": 1}, 422),
        (Role.OPERATOR, "POST", f"{CAMERAS}/c-0/ptz", {"verb": "goto", "zoom": -1}, 422),
        (Role.ADMIN, "POST", CAMERAS, {"id": "ü", "name": "", "area": 3.5, "main": {"url": "x"}}, 422),
        (Role.ADMIN, "POST", CAMERAS, {"id": "a", "name": "A", "area": "dongmen", "main": {"url": 7}}, 422),
        (Role.ADMIN, "POST", CAMERAS, {"id": "a", "name": "A", "area": "dongmen"}, 422),
        (Role.ADMIN, "POST", "/api/v1/users", {"name": "?", "role": "king", "password": "x"}, 422),
        (Role.ADMIN, "POST", "/api/v1/users", {"name": "li", "role": "ops", "password": "x"}, 422),
        (Role.ADMIN, "GET", "/api/v1/audit?limit=none", None, 422),
        (Role.VIEWER, "GET", "/api/v1/events", None, 426),
    ],
)
async def test_every_problem_is_told_in_both_languages(
    connect: Connect, role: Role | None, method: str, path: str, body: object, status: int
) -> None:
    client = await connect(role)
    sent = {"data": body} if isinstance(body, str) else {"json": body} if body is not None else {}
    response = await client.request(method, path, **sent)
    problem = await response.json()
    assert (response.status, response.content_type) == (status, "application/problem+json"), problem
    for told in (problem, *problem.get("errors", [])):
        assert told["detail"].isascii() or "ü" in told["detail"]
        assert not told["detail_zh"].isascii(), told
    assert not problem["title_zh"].isascii()


@pytest.mark.parametrize(
    ("request_line", "content_type"),
    [
        (f"PUT {LAYOUT}", "application/json"),
        (f"POST {CAMERAS}/import", "text/csv"),
        ("PUT /api/v1/data/level/value", "image/png"),
        ("PUT /api/v1/data/level/value", "application/json"),
    ],
)
async def test_what_strangers_send_is_not_read(
    connect: Connect, request_line: str, content_type: str
) -> None:
    head = f"{request_line} HTTP/1.1\r\nContent-Type: {content_type}\r\nContent-Length: 1000000\r\n\r\n"
    answered = await sent_raw(await connect(), head.encode())
    assert answered.startswith(b"HTTP/1.1 401")


async def test_a_stale_change_is_told_in_both_languages(connect: Connect) -> None:
    client = await connect(Role.OPERATOR)
    response = await client.put(LAYOUT, json={"layout": "1"}, headers={"If-Match": '"99"'})
    problem = await response.json()
    assert (response.status, problem["title_zh"]) == (412, "版本已过时")
    assert problem["detail_zh"].startswith("大屏 'main' 的版本是")


async def test_our_own_faults_show_no_trace_and_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_: web.Request) -> web.Response:
        raise KeyError("internal detail")

    async def slow(_: web.Request) -> web.Response:
        raise TimeoutError

    app = web.Application(middlewares=[problems])
    app.router.add_get("/broken", broken)
    app.router.add_get("/slow", slow)
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/broken")
        text = await response.text()
        assert (response.status, response.content_type) == (500, "application/problem+json")
        assert "internal" not in text
        assert "Traceback" not in text
        assert (await client.get("/slow")).status == 504
    assert "internal detail" in caplog.text


async def test_an_address_that_is_not_utf_8_goes_no_further() -> None:
    async def handler(_: web.Request) -> web.Response:
        raise AssertionError("handled")

    for path in ("/api/v1/walls/\udcb7", "/api/v1/audit?limit=\udcb7"):
        response = await problems(make_mocked_request("GET", path), handler)
        assert isinstance(response, web.Response)
        assert (response.status, response.content_type) == (400, "application/problem+json")
        assert (
            json.loads(response.text or "")["detail"] == "the address is not UTF-8; send it percent-encoded"
        )


async def test_every_answer_carries_the_security_headers(connect: Connect) -> None:
    client = await connect(Role.VIEWER)
    for path in ("/", "/login", "/panel/js/app.js", "/api/v1/walls", "/nothing", "/healthz"):
        headers = (await client.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith(
            "default-src 'self'; img-src 'self' blob: data:;"
        )
        assert headers["Referrer-Policy"] == "no-referrer"
