from __future__ import annotations

import pytest

from commandwall.control.roles import Role
from tests.unit.control.http.conftest import Connect
from tests.unit.control.rig import Rig


@pytest.mark.parametrize(
    ("path", "file"), [("/", "index.html"), ("/ops", "ops.html"), ("/head/main/left", "head.html")]
)
async def test_pages_are_for_those_who_are_signed_in(connect: Connect, path: str, file: str) -> None:
    stranger = await connect()
    response = await stranger.get(f"{path}?lang=en", allow_redirects=False)
    assert response.status == 303
    assert response.headers["Location"].startswith("/login?next=/")
    followed = await stranger.get(f"{path}?lang=en")
    assert followed.url.path == "/login"
    assert followed.url.query["next"] == f"{path}?lang=en"
    viewer = await connect(Role.VIEWER)
    response = await viewer.get(path)
    assert await response.text() == f"<title>{file}</title>"
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_files_are_kept_by_browsers_but_asked_about(connect: Connect) -> None:
    client = await connect()
    first = await client.get("/panel/js/app.js")
    assert first.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert first.headers["Cache-Control"] == "no-cache"
    again = await client.get("/panel/js/app.js", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize(
    "path",
    [
        "__init__.py",
        "../outside.js",
        "..%2foutside.js",
        "js/../../outside.js",
        "%2e%2e/outside.js",
        "js",
        "js/",
    ],
)
async def test_nothing_else_of_the_disk_is_served(connect: Connect, path: str) -> None:
    client = await connect()
    response = await client.get(f"/panel/{path}", allow_redirects=False)
    assert response.status == 404


async def test_a_display_brings_its_token_and_loses_it_from_the_address(connect: Connect, rig: Rig) -> None:
    token = await rig.users.create_token("display-1", Role.VIEWER)
    client = await connect()
    response = await client.get(f"/head/main/left?token={token}&lang=en", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "/head/main/left?lang=en")
    cookie = response.headers["Set-Cookie"]
    assert all(part in cookie for part in ("commandwall_luohu_display=", "HttpOnly", "SameSite=Strict"))
    assert (await client.get("/head/main/left")).status == 200
    assert (await (await client.get("/api/v1/session")).json())["name"] == "token:display-1"
    await rig.users.remove_token("display-1")
    assert (await client.get("/api/v1/session")).status == 401


async def test_a_display_is_let_in_beside_a_session_that_has_ended(connect: Connect, rig: Rig) -> None:
    token = await rig.users.create_token("display-1", Role.VIEWER)
    client = await connect()
    await client.get(f"/head/main/left?token={token}", allow_redirects=False)
    client.session.cookie_jar.update_cookies({"commandwall_luohu": "of-long-ago"})
    assert (await client.get("/head/main/left", allow_redirects=False)).status == 200
    change = {"layout": "1"}
    foreign = await client.put(
        "/api/v1/walls/main/layout", json=change, headers={"Origin": "http://evil.example"}
    )
    assert "http://evil.example" in (await foreign.json())["detail"]


async def test_a_display_whose_token_is_for_its_head_gets_no_other_page(connect: Connect, rig: Rig) -> None:
    token = await rig.users.create_token("street", Role.VIEWER, heads=["main/left"])
    client = await connect()
    foreign = await client.get(f"/head/main/right?token={token}", allow_redirects=False)
    assert foreign.status == 403 and "Set-Cookie" not in foreign.headers
    assert (await client.get(f"/head/main/left?token={token}")).status == 200
    for path in ("/", "/ops", "/head/main/right", "/head/main/_canvas"):
        refused = await client.get(path, allow_redirects=False)
        problem = await refused.json(content_type="application/problem+json")
        assert refused.status == 403, path
        assert problem["detail"].endswith("it is for main/left only")
        assert problem["detail_zh"].endswith("它只用于 main/left")
    assert (await client.get("/login")).status == 200


async def test_a_wrong_token_lets_no_display_in(connect: Connect) -> None:
    client = await connect()
    response = await client.get("/head/main/left?token=cw_wrong", allow_redirects=False)
    assert response.status == 401
    assert "Set-Cookie" not in response.headers


async def test_whoever_is_invited_needs_no_session_and_the_token_goes_nowhere(connect: Connect) -> None:
    stranger = await connect()
    response = await stranger.get("/join/some.token-of-somebody", allow_redirects=False)
    assert (response.status, await response.text()) == (200, "<title>join.html</title>")
    headers = response.headers
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert headers["Permissions-Policy"].startswith(
        "camera=(self), microphone=(self), display-capture=(self)"
    )
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers
