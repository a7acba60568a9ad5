from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from commandwall.control.http.problems import problems
from commandwall.control.roles import Role
from tests.unit.control.http.conftest import Connect


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing", "/api/v2/cameras", "/panel/nothing.js"])
async def test_what_is_not_there_is_a_problem_document(connect: Connect, path: str) -> None:
    client = await connect(Role.VIEWER)
    response = await client.get(path)
    assert (response.status, response.content_type) == (404, "application/problem+json")
    assert await response.json() == {
        "type": "about:blank", "title": "Not Found", "status": 404, "detail": f"there is nothing at {path}",
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


async def test_every_answer_carries_the_security_headers(connect: Connect) -> None:
    client = await connect(Role.VIEWER)
    for path in ("/", "/login", "/panel/js/app.js", "/api/v1/walls", "/nothing", "/healthz"):
        headers = (await client.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith(
            "default-src 'self'; img-src 'self' blob: data:;"
        )
        assert headers["Referrer-Policy"] == "no-referrer"
