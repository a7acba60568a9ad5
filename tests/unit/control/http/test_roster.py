from __future__ import annotations

from typing import Any

from commandwall.control.roles import Role
from commandwall.settings.sheets import SHEETS
from tests.unit.control.http.conftest import Client, Connect
from tests.unit.control.rig import Rig

NEW = {"id": "new-1", "name": "新 1", "area": "dongmen", "main": {"url": "rtsp://10.1.1.99/main"}}


async def problem(response: Any, status: int) -> str:
    """Return what a problem document of ``status`` says."""
    document = await response.json()
    assert (response.status, response.content_type) == (status, "application/problem+json"), document
    return str(document)


async def audit(client: Client) -> list[dict[str, str]]:
    items: list[dict[str, str]] = (await (await client.get("/api/v1/audit")).json())["items"]
    return [item for item in items if not item["action"].startswith("session")]


async def test_a_camera_comes_changes_and_goes(connect: Connect, rig: Rig) -> None:
    admin = await connect(Role.ADMIN)
    with rig.events.subscribe(types=("camera",)) as told:
        response = await admin.post("/api/v1/cameras", json=NEW)
        status = await response.json()
        assert (response.status, status["id"], status["state"]) == (201, "new-1", "connecting")
        changed = await admin.put("/api/v1/cameras/new-1", json={**NEW, "name": "新名"})
        assert (changed.status, (await changed.json())["name"]) == (200, "新名")
        settings = await (await admin.get("/api/v1/cameras/new-1/settings")).json()
        assert settings["configured"] is False
        again = await admin.put("/api/v1/cameras/new-1", json=settings["camera"])
        assert again.status == 200, await again.text()
        assert (await admin.delete("/api/v1/cameras/new-1")).status == 204
        bodies = [(await told.next()).body for _ in range(5)]
    assert [body["camera"]["name"] for body in bodies[1:]] == ["新 1", "新名", "新名", "新名"]
    assert [body.get("removed", False) for body in bodies[1:]] == [False, False, False, True]
    assert (await admin.get("/api/v1/cameras/new-1")).status == 404
    lines = await audit(admin)
    assert [line["action"] for line in lines] == [
        "camera.remove", "camera.change", "camera.change", "camera.add",
    ]  # fmt: skip


async def test_what_cannot_be_done_is_a_problem(connect: Connect) -> None:
    admin = await connect(Role.ADMIN)
    assert "already a camera" in await problem(
        await admin.post("/api/v1/cameras", json={**NEW, "id": "c-0"}), 422
    )
    wrong = {**NEW, "main": {"url": "rtsp://u:canary@h/x"}, "colour": 1}
    words = await problem(await admin.post("/api/v1/cameras", json=wrong), 422)
    assert "main.url" in words and "colour" in words and "canary" not in words
    there = {**NEW, "id": "c-0"}
    assert "change it there" in await problem(await admin.put("/api/v1/cameras/c-0", json=there), 422)
    assert "change it there" in await problem(await admin.delete("/api/v1/cameras/c-0"), 422)
    assert "ghost" in await problem(await admin.delete("/api/v1/cameras/ghost"), 404)


async def test_a_spreadsheet_is_reported_line_by_line(connect: Connect, rig: Rig) -> None:
    admin = await connect(Role.ADMIN)
    sheet = "id,name,area,main_url\na,A,dongmen,rtsp://h/a\nb,B,dongmem,rtsp://h/b\n".encode("utf-8-sig")
    csv = {"Content-Type": SHEETS[0]}
    tried = await (await admin.post("/api/v1/cameras/import?dry_run=1", data=sheet, headers=csv)).json()
    assert (tried["dry_run"], tried["added"], tried["refused"], rig.plant.installed) == (True, 1, 1, [])
    done = await (await admin.post("/api/v1/cameras/import", data=sheet, headers=csv)).json()
    assert done["lines"][1] == {
        "line": 3, "camera": "b", "outcome": "refused",
        "faults": [{
            "field": "area", "detail": "there is no area 'dongmem'; did you mean dongmen?",
            "detail_zh": "没有区域 'dongmem'，是否应为 dongmen？",
        }],
    }  # fmt: skip
    assert [camera.id for camera in rig.plant.installed] == ["a"]
    assert [line["detail"] for line in await audit(admin)] == [
        "1 added, 0 changed, 0 unchanged, 1 refused",
        "dry run: 1 added, 0 changed, 0 unchanged, 1 refused",
    ]


async def test_other_bodies_are_no_spreadsheets(connect: Connect) -> None:
    admin = await connect(Role.ADMIN)
    path = "/api/v1/cameras/import"
    assert (await admin.post(path, json={})).status == 415
    csv = {"Content-Type": SHEETS[0]}
    assert (await admin.post(f"{path}?dry_run=2", data=b"", headers=csv)).status == 422
    words = await problem(await admin.post(path, data=b"id,name\n", headers=csv), 422)
    assert "area" in words
    large = b"id,name,area\n" + b"," * (2 << 20)
    assert (await admin.post(path, data=large, headers=csv)).status == 200
    assert (await admin.post(path, data=bytes(17 << 20), headers=csv)).status == 413


async def test_credentials_are_written_and_never_shown(connect: Connect, rig: Rig) -> None:
    admin = await connect(Role.ADMIN)
    path = "/api/v1/credentials"
    canary = {"name": "gate", "user": "canary-user", "password": 'canary "密码" \\'}
    with rig.events.subscribe() as told:
        assert (await admin.post(path, json=canary)).status == 204
        login = {"user": "canary-2", "password": "canary-3"}
        assert (await admin.put(f"{path}/gate", json=login)).status == 204
        seen = [await (await admin.get(each)).text() for each in (path, "/api/v1/audit")]
        assert "'gate'" in await problem(await admin.post(path, json=canary), 422)
        bad = await admin.put(f"{path}/gate", json={"user": "canary-4", "password": "canary-5\n"})
        seen.append(await problem(bad, 422))
        assert (await admin.delete(f"{path}/gate")).status == 204
        seen += [(await told.next()).text for _ in range(5)]
    assert "gate" in seen[0] and "canary" not in "".join(seen)
    assert rig.plant.signed_in_anew == ["gate", "gate"]
    assert "change them there" in await problem(await admin.delete(f"{path}/dongmen"), 422)
