"""Data panels on the operator's page: found, put on the wall, made and fed there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from tests.e2e.browser import ORIGIN, StagedDaemon, browser, camera, fresh, until
from tests.e2e.modules import Run, runner
from tests.e2e.site import Daemon, Site
from tests.e2e.site import until as settled

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
    pytest.mark.leaves_children,  # One browser for all tests of this module.
    pytest.mark.timeout(120),
]


def panel(panel_id: str, name: str, kind: str, **figures: Any) -> dict[str, Any]:
    """Return a panel as the API shows it."""
    base = {"title": name, "configured": True, "visible": False, "at": None, "timed": False}
    more = {"age_s": -1.0, "stale": False, "stale_after_s": None, "level": None, "points": 0, "value": None}
    return {"id": panel_id, "name": name, "kind": kind, **base, **more, **figures}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium_running(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium) as running:
        yield running


@pytest.fixture
def daemon() -> StagedDaemon:
    areas = [{"id": "dongmen", "name": "东门步行街", "parent": None}]
    told = {"at": "2026-11-22T08:00:00+00:00", "age_s": 3.0, "value": 3.1}
    return StagedDaemon(
        cameras=[camera(1, "dongmen")],
        areas=areas,
        panels=[
            panel("water", "布吉河水位", "gauge", **told),
            panel("old", "旧数据", "gauge", **{**told, "stale_after_s": 600.0, "age_s": 700.0}),
            panel("notice", "通知", "text"),
        ],
    )


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium_running: Browser, daemon: StagedDaemon) -> AsyncIterator[Page]:
    context = await fresh(chromium_running)
    page = await daemon.stage(context)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(ORIGIN)
    await until(page, "document.querySelectorAll('.data-row').length === 3")
    yield page
    await context.close()
    assert errors == []


async def test_panels_stand_under_the_cameras_and_say_how_they_are(page: Page, daemon: StagedDaemon) -> None:
    states = await page.eval_on_selector_all(".data-row", "rows => rows.map((row) => row.dataset.state)")
    assert states == ["live", "late", "connecting"]
    notes = await page.eval_on_selector_all(".data-row .row-note", "notes => notes.map((n) => n.textContent)")
    assert "仪表" in notes[0] and "11 min" in notes[1] and "暂无数据" in notes[2]
    await page.click("#language")
    assert "No data yet".lower() in (await page.inner_text("[data-panel=notice]")).lower()
    daemon.tell("data", panel=panel("new", "新面板", "clock"))
    await until(page, "document.querySelectorAll('.data-row').length === 4")
    daemon.tell("data", panel=panel("new", "新面板", "clock"), removed=True)
    await until(page, "document.querySelectorAll('.data-row').length === 3")
    told = {"at": "2026-11-22T08:00:00+00:00", "age_s": 2.0, "stale_after_s": 2.5, "value": 3.1}
    daemon.tell("data", panel=panel("water", "布吉河水位", "gauge", **told))
    await until(page, "document.querySelector('[data-panel=water]').dataset.state === 'late'")


async def test_a_panel_is_clicked_or_dragged_into_a_cell(page: Page, daemon: StagedDaemon) -> None:
    await page.click('[data-cell="2"]')
    await page.click("[data-panel=water]")
    await until(page, "document.querySelector('[data-panel=water] .row-cells').textContent === '2'")
    assert daemon.changes == [("/walls/main/cells/2", {"source": "data:water"})]
    await page.drag_and_drop("[data-panel=notice]", '[data-cell="3"]')
    await until(page, "document.querySelector('[data-panel=notice] .row-cells').textContent === '3'")
    assert daemon.changes[-1] == ("/walls/main/cells/3", {"source": "data:notice"})
    await page.click('[data-cell="3"]', button="right")
    enabled = await page.eval_on_selector_all(
        "#menu button", "buttons => buttons.filter((b) => !b.disabled).map((b) => b.textContent)"
    )
    assert any("清空" in label for label in enabled), "a panel's cell can be emptied"


async def test_a_new_panel_whose_value_is_refused_is_there_and_can_be_put_right(page: Page) -> None:
    calls = list[tuple[str, str]]()
    made = panel("duty", "值班", "text", configured=False)

    async def answer(route: Route) -> None:
        method, path = route.request.method, urlsplit(route.request.url).path.removeprefix("/api/v1")
        calls.append((method, path))
        refused = path.endswith("/value") and len(calls) == 2
        problem = {"title": "Invalid", "detail": "too long"}
        await route.fulfill(status=422 if refused else 200, json=problem if refused else made)

    for path in ("**/api/v1/data", "**/api/v1/data/duty", "**/api/v1/data/duty/value"):
        await page.route(path, answer)
    await page.click("#data-new")
    await page.fill("[name=id]", "duty")
    await page.fill("[name=name]", "值班")
    await page.fill("[name=words]", "各单位到岗")
    await page.click("#data-form .primary")
    await until(page, "document.querySelector('.form-fault').textContent === 'too long'")
    assert await page.text_content("#data-form h2") == "修改 值班"
    assert await page.get_attribute("[name=id]", "readonly") is not None
    await page.fill("[name=words]", "到岗")
    await page.click("#data-form .primary")
    await until(page, "!document.querySelector('#data-form').open")
    value = ("PUT", "/data/duty/value")
    assert calls == [("POST", "/data"), value, ("PUT", "/data/duty"), value]


async def test_whoever_only_watches_makes_no_panels(chromium_running: Browser, daemon: StagedDaemon) -> None:
    daemon.role = "viewer"
    context = await fresh(chromium_running)
    page = await daemon.stage(context)
    await page.goto(ORIGIN)
    await until(page, "document.querySelectorAll('.data-row').length === 3")
    assert not await page.is_visible("#data-new")
    await context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(chromium_running: Browser) -> AsyncIterator[Run]:
    page = await StagedDaemon(cameras=[]).stage(await fresh(chromium_running))
    await page.goto(f"{ORIGIN}/login")
    yield runner(page)


async def test_a_form_and_a_panel_are_the_same_thing(run: Run) -> None:
    form = {
        "id": " water ", "name": "水位", "kind": "gauge", "title": "", "unit": "m", "min": "0", "max": "5",
        "thresholds": "2.5 caution， 3.5 alarm", "decimals": "2", "columns": "a", "stale_after_s": "x",
    }  # fmt: skip
    entry = await run("data/entry.js", "return it.entryOf(args[0])", form)
    assert entry == {
        "id": "water", "name": "水位", "kind": "gauge", "unit": "m", "min": 0, "max": 5, "decimals": 2,
        "thresholds": [{"at": 2.5, "level": "caution"}, {"at": 3.5, "level": "alarm"}], "stale_after_s": "x",
    }  # fmt: skip
    back = await run("data/entry.js", "return it.entryOf(it.formOf(args[0]))", entry)
    assert back == entry
    table = {"id": "t", "name": "t", "kind": "table", "columns": "街道、 mm"}
    assert (await run("data/entry.js", "return it.entryOf(args[0])", table))["columns"] == ["街道", "mm"]


async def test_a_panel_is_made_fed_and_removed_on_the_page(
    chromium_running: Browser, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    wall = {"id": "main", "name": "主墙", "size": [640, 360], "layout": "2x2"}
    site = Site(tmp_path, free_port(), wall=wall)
    async with site.run() as daemon:
        context = await fresh(chromium_running)
        await context.set_extra_http_headers({"Authorization": daemon.session.headers["Authorization"]})
        page = await context.new_page()
        token = daemon.session.headers["Authorization"].removeprefix("Bearer ")
        await page.goto(f"{site.url}/head/main/all?token={token}")
        await page.goto(site.url)
        await page.click("#data-new")
        await page.fill("[name=id]", "notice")
        await page.fill("[name=name]", "公告")
        await page.fill("[name=words]", "各单位到岗")
        await page.select_option("[name=level]", "warning")
        await page.click("#data-form .primary")
        await until(page, "document.querySelector('[data-panel=notice][data-state=live]') !== null")
        notice = await daemon.get("/data/notice")
        assert (notice["value"], notice["level"], notice["timed"]) == ("各单位到岗", "warning", False)
        for words, level in (("各单位已到岗", "warning"), ("各单位已到岗", "normal")):
            await page.click("[data-panel=notice] .edit")
            await until(page, "document.querySelector('#data-form').open")
            assert await page.input_value("[name=level]") == "warning"
            await page.fill("[name=words]", words)
            await page.select_option("[name=level]", level)
            await page.click("#data-form .primary")
            await until(page, "!document.querySelector('#data-form').open")
            notice = await daemon.get("/data/notice")
            assert (notice["value"], notice["level"]) == (words, level)
        await page.click("#data-new")
        await page.fill("[name=id]", "notice")
        await page.fill("[name=name]", "再来")
        await page.click("#data-form .primary")
        await until(page, "document.querySelector('.form-fault').textContent.includes('已有数据面板')")
        await page.fill("[name=id]", "plan")
        await page.select_option("[name=kind]", "picture")
        _, png = cv2.imencode(".png", np.full((90, 160, 3), 200, np.uint8))
        file: Any = {"name": "plan.png", "mimeType": "image/png", "buffer": png.tobytes()}
        await page.set_input_files("[name=picture]", file)
        await page.click("#data-form .primary")
        await settled("the picture is shown", lambda: told(daemon, "plan"))
        await page.click("[data-panel=notice] .edit")
        await until(page, "document.querySelector('#data-form').open")
        await page.click("#data-form footer .quiet")
        await until(page, "document.querySelector('[data-panel=notice]') === null")
        await context.close()


async def told(daemon: Daemon, panel_id: str) -> bool:
    panels = (await daemon.get("/data"))["items"]
    return any(panel["id"] == panel_id and panel["at"] is not None for panel in panels)
