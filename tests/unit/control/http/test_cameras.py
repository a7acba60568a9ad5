from __future__ import annotations

from commandwall.control.roles import Role
from commandwall.ipc.messages import FeedFigures
from commandwall.model.camera import FeedState
from commandwall.model.reason import Reason, ReasonCode
from tests.unit.control.http.conftest import Connect
from tests.unit.control.rig import JPEG, Rig

CONTRACT = {
    "id", "name", "area", "state", "reason", "codec", "audio_codec", "width", "height", "fps", "bitrate_bps",
    "audio_fault", "audio_fault_zh", "keyframe_interval_s", "last_frame_age_s", "reconnects", "loss_ratio",
}  # fmt: skip


async def test_areas_form_a_tree(connect: Connect) -> None:
    client = await connect(Role.VIEWER)
    assert (await (await client.get("/api/v1/areas")).json())["items"] == [
        {"id": "luohu", "name": "罗湖", "parent": None},
        {"id": "dongmen", "name": "东门步行街", "parent": "luohu"},
    ]


async def test_cameras_have_the_fields_of_the_contract(connect: Connect, rig: Rig) -> None:
    rig.board.feed_changed("c-1/sub", FeedState.REFUSED, Reason(ReasonCode.WRONG_PASSWORD, "DESCRIBE"))
    rig.board.feed_figures(
        FeedFigures("c-2/sub", "h264", 640, 360, 15.0, 384e3, 2.0, 0.05, 1500, 9_600_000, 9000, 10, 1)
    )
    client = await connect(Role.VIEWER)
    items = (await (await client.get("/api/v1/cameras")).json())["items"]
    assert [item["id"] for item in items] == ["c-0", "c-1", "c-2", "c-3"]
    assert set(items[0]) >= CONTRACT
    assert (items[1]["state"], items[1]["reason"]) == ("refused", "wrong password: DESCRIBE")
    assert items[1]["reason_zh"].startswith("密码错误")
    assert (items[2]["fps"], items[2]["bitrate_bps"], items[2]["loss_ratio"]) == (15.0, 384e3, 10 / 9010)
    assert await (await client.get("/api/v1/cameras/c-1")).json() == items[1]


async def test_no_address_and_no_credential_is_shown(connect: Connect) -> None:
    client = await connect(Role.VIEWER)
    text = await (await client.get("/api/v1/cameras")).text()
    assert "rtsp" not in text
    assert "10.1.1.11" not in text


async def test_the_newest_picture_of_a_camera(connect: Connect) -> None:
    client = await connect(Role.VIEWER)
    response = await client.get("/api/v1/cameras/c-0/snapshot.jpg")
    assert (response.content_type, response.headers["Age"], await response.read()) == (
        "image/jpeg",
        "3",
        JPEG,
    )
    assert response.headers["Cache-Control"] == "no-store"
    missing = await client.get("/api/v1/cameras/c-1/snapshot.jpg")
    assert (missing.status, missing.content_type) == (503, "application/problem+json")
    assert "'c-1' has no picture yet" in (await missing.json())["detail"]
