"""Alarms, banners, labels and masks over HTTP: what is right is done, what is wrong is named."""

from __future__ import annotations

import pytest

from commandwall.control.roles import Role
from tests.unit.control.http.conftest import Connect
from tests.unit.control.rig import Rig

ALARM, MASKS = "/api/v1/cameras/c-1/alarm", "/api/v1/cameras/c-1/masks"
OVERLAYS, BANNER = "/api/v1/walls/main/overlays", "/api/v1/walls/main/banner"


async def test_an_alarm_is_raised_listed_and_ended(connect: Connect) -> None:
    client = await connect(Role.OPERATOR)
    raised = await client.put(ALARM, json={"level": "critical", "text": " 烟雾 ", "flash": True})
    assert raised.status == 200
    (alarm,) = (await (await client.get("/api/v1/alarms")).json())["items"]
    assert (alarm["camera"], alarm["level"], alarm["text"], alarm["by"]) == (
        "c-1",
        "critical",
        "烟雾",
        "operator",
    )
    assert (await (await client.get("/api/v1/cameras/c-1")).json())["alarm"] == "critical"
    assert (await client.delete(ALARM)).status == 204
    assert (await client.delete(ALARM)).status == 404


async def test_labels_and_banner_of_a_wall(connect: Connect) -> None:
    client = await connect(Role.OPERATOR)
    changed = await (await client.put(OVERLAYS, json={"time": "off"})).json()
    assert changed["labels"]["time"] == "off" and changed["labels"]["name"] == "auto"
    changed = await (await client.put(OVERLAYS, json={"name": "on"})).json()
    assert (changed["labels"]["time"], changed["labels"]["name"]) == ("off", "on")
    shown = await (await client.put(BANNER, json={"text": "台风", "level": "warning", "ticker": True})).json()
    assert shown["banner"] == {"text": "台风", "level": "warning", "ticker": True}
    assert (await client.delete(BANNER)).status == 204
    assert (await (await client.get(OVERLAYS)).json())["banner"] is None


async def test_masks_of_a_camera(connect: Connect, rig: Rig) -> None:
    client = await connect(Role.ADMIN)
    body = {"masks": [{"rect": [0.1, 0.1, 0.5, 0.5]}, {"polygon": [[0, 0], [1, 0], [0.5, 1]]}]}
    document = await (await client.put(MASKS, json=body)).json()
    assert [len(mask["polygon"]) for mask in document["masks"]] == [4, 3]
    assert (await (await client.get("/api/v1/cameras/c-1")).json())["masked"]
    assert (await (await client.delete(MASKS)).json())["masks"] == []


@pytest.mark.parametrize(
    ("path", "body", "field", "words", "words_zh"),
    [
        (ALARM, {"level": "huge"}, "level", "must be", "必须是"),
        (ALARM, {"level": "info", "text": "x" * 81}, "text", "at most 80", "最多 80"),
        (BANNER, {"text": ""}, "text", "must not be empty", "不能为空"),
        (BANNER, {"text": "a\nb"}, "text", "control characters", "控制字符"),
        (OVERLAYS, {"time": "maybe"}, "time", "must be", "必须是"),
        (OVERLAYS, {"tiem": "on"}, "tiem", "did you mean time", "time"),
        (MASKS, {"masks": [{"rect": [0.9, 0, 0.2, 0.2]}]}, "masks[0]", "rect", "画面的比例"),
        (MASKS, {"masks": [{"polygon": [[0, 0], [1, 1]]}]}, "masks[0]", "from 3 to 32", "3 到 32"),
        (MASKS, {"masks": [{}]}, "masks[0]", "either rect or polygon", "rect"),
    ],
)
async def test_what_is_wrong_is_named_in_both_languages(
    connect: Connect, path: str, body: dict[str, object], field: str, words: str, words_zh: str
) -> None:
    client = await connect(Role.ADMIN)
    response = await client.put(path, json=body)
    problem = await response.json()
    assert response.status == 422, problem
    assert problem["errors"][0]["field"] == field
    assert words in problem["errors"][0]["detail"] and words_zh in problem["errors"][0]["detail_zh"]
