"""Scenes, tours and the schedule on the operator's page, in the browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from tests.e2e.browser import ORIGIN, StagedDaemon, browser, camera, fresh, until

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
    pytest.mark.leaves_children,  # One browser for all tests of this module.
    pytest.mark.timeout(60),
]

AREAS = [{"id": "dongmen", "name": "东门步行街", "parent": None}]
NIGHT = {
    "id": "night",
    "name": "夜间",
    "transition": "hold",
    "walls": [{"wall": "main", "layout": "2x2", "sources": ["camera:dongmen-002", "none", "none", "none"]}],
    "missing": [],
}
TOUR = {
    "id": "t", "name": "东门轮巡", "wall": "main", "cells": ["4"], "dwell_s": 10.0, "sources": [],
    "area": "dongmen", "state": "running", "halt": "", "live": 3, "total": 4,
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chrome(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium) as running:
        yield running


@pytest.fixture
def daemon() -> StagedDaemon:
    daemon = StagedDaemon([camera(number, "dongmen") for number in range(1, 5)], AREAS)
    daemon.programme.scenes["night"] = NIGHT
    daemon.programme.tours["t"] = TOUR
    return daemon


@pytest_asyncio.fixture(loop_scope="module")
async def page(chrome: Browser, daemon: StagedDaemon) -> AsyncIterator[Page]:
    context = await fresh(chrome)
    page = await daemon.stage(context)
    await page.goto(f"{ORIGIN}/")
    await until_read(page)
    yield page
    await context.close()


async def until_read(page: Page) -> None:
    """Wait until the page has its wall and a scene."""
    await until(page, "document.querySelectorAll('.cell').length === 4")
    await until(page, "document.querySelector('.scene') !== null")


async def until_told(page: Page, daemon: StagedDaemon, count: int) -> tuple[str, str, Any]:
    """Wait until the daemon was told ``count`` things and return the last."""
    while len(daemon.programme.told) < count:
        await until(page, "true")
    return daemon.programme.told[-1]


async def test_a_scene_is_drawn_from_its_layout_and_taken_with_one_click(
    page: Page, daemon: StagedDaemon
) -> None:
    paths = await page.evaluate(
        "[...document.querySelectorAll('.scene path')].map((it) => it.getAttribute('d'))"
    )
    assert [path.count("M") for path in paths] == [1, 3], "filled cells, and vacant ones"
    await page.click("[data-scene='night']")
    await until(page, "document.querySelector(\"[data-cell='1'] .cell-name\").textContent === '镜头 002'")
    assert daemon.programme.told == [("POST", "/scenes/night/take", None)]
    await page.click("#undo")
    await until(page, "document.querySelector(\"[data-cell='1'] .cell-name\").textContent === ''")


async def test_what_a_scene_misses_is_said(page: Page, daemon: StagedDaemon) -> None:
    gone = {"wall": "main", "what": "source", "id": "camera:old", "cell": "2"}
    daemon.programme.scenes["night"] = {**NIGHT, "missing": [gone]}
    daemon.tell("scene", scene=daemon.programme.scenes["night"], removed=False)
    await until(page, "document.querySelector('.scene .icon') !== null")
    await page.click("[data-scene='night']")
    text = await until(page, "document.querySelector('.toast[data-kind=warning]')?.textContent")
    assert "窗口 2：camera:old" in text


async def test_what_the_wall_shows_is_saved_under_a_name(page: Page, daemon: StagedDaemon) -> None:
    await page.click("#scene-save")
    await page.fill("#dialog input", "白天")
    await page.keyboard.press("Enter")
    told = await until_told(page, daemon, 1)
    assert told == ("POST", "/scenes", {"name": "白天", "transition": "hold", "walls": [{"wall": "main"}]})
    await until(page, "!document.querySelector('#dialog').open")


async def test_nothing_is_pressed_in_silence_before_there_is_a_wall(page: Page) -> None:
    there = asyncio.Event()

    async def late(route: Route) -> None:
        await there.wait()
        await route.fallback()

    await page.route("**/api/v1/walls/main", late)
    await page.reload()
    await until(page, "document.querySelector('.scene') !== null")
    for button in ("scene-save", "tours", "overlays", "undo", "clear", "identify", "test-pattern"):
        assert await page.is_disabled(f"#{button}"), button
    await page.hover(".tree-row[data-kind='area']")
    await page.click(".tree-row[data-kind='area'] .fill")
    await until(page, "document.querySelector('.toast')?.textContent.includes('大屏尚未读到')")
    there.set()
    await until(page, "document.querySelectorAll('.cell').length === 4")
    for button in ("scene-save", "tours", "overlays", "identify", "test-pattern"):
        assert await page.is_enabled(f"#{button}"), button


async def test_a_scene_of_two_walls_is_saved_that_fades_in(page: Page, daemon: StagedDaemon) -> None:
    daemon.walls.append("side")
    await page.reload()
    await until_read(page)
    await page.click("#scene-save")
    await page.fill("#dialog [name=name]", "汛情")
    await page.check("#dialog [value=side]")
    assert not await page.is_visible("#dialog [name=dissolve]")
    await page.select_option("#dialog [name=transition]", "dissolve")
    await page.fill("#dialog [name=dissolve]", "1.5")
    await page.click("#dialog [type=submit]")
    assert (await until_told(page, daemon, 1))[2] == {
        "name": "汛情",
        "transition": "dissolve",
        "dissolve_ms": 1500,
        "walls": [{"wall": "main"}, {"wall": "side"}],
    }


async def test_a_scene_is_renamed_and_deleted_from_its_menu(page: Page, daemon: StagedDaemon) -> None:
    await page.click("[data-scene='night']", button="right")
    await page.click("#menu button:has-text('名称')")
    assert await page.is_disabled("#dialog [name=dissolve]")
    await page.fill("#dialog [name=name]", "深夜")
    await page.select_option("#dialog [name=transition]", "cut")
    await page.keyboard.press("Enter")
    changed = {"name": "深夜", "transition": "cut"}
    assert await until_told(page, daemon, 1) == ("PATCH", "/scenes/night", changed)
    await page.click("[data-scene='night']", button="right")
    await page.click("#menu button:has-text('更新为')")
    assert "「夜间」" in await page.inner_text("#dialog .dialog-text")
    await page.keyboard.press("Escape")
    await until(page, "!document.querySelector('#dialog').open")
    await page.click("[data-scene='night']", button="right")
    await page.click("#menu button:has-text('删除')")
    assert "「夜间」" in await page.inner_text("#dialog .dialog-text")
    assert len(daemon.programme.told) == 1, "nothing is overwritten or deleted unasked"
    await page.click("#dialog .danger")
    assert (await until_told(page, daemon, 2))[:2] == ("DELETE", "/scenes/night")
    daemon.tell("scene", scene=NIGHT, removed=True)
    await until(page, "document.querySelector('.scenes-none') !== null")


async def test_a_cell_says_that_it_is_toured_and_that_somebody_paused_it(
    page: Page, daemon: StagedDaemon
) -> None:
    badge = "[data-cell='4'] .cell-tour"
    assert await page.text_content(badge) == "10 s"
    await page.click(badge)
    assert (await until_told(page, daemon, 1))[:2] == ("POST", "/tours/t/pause")
    daemon.tell("tour", tour={**TOUR, "state": "paused", "halt": "touched"}, removed=False)
    await until(page, f"document.querySelector(\"{badge}\").textContent === '已暂停：窗口被操作'")
    assert "东门轮巡" in await until(page, "document.querySelector('.toast')?.textContent")
    await page.click(badge)
    assert (await until_told(page, daemon, 2))[:2] == ("POST", "/tours/t/resume")
    daemon.tell("tour", tour=TOUR, removed=True)
    await until(page, f'document.querySelector("{badge}") === null')


async def test_a_tour_is_made_on_the_selected_cell(page: Page, daemon: StagedDaemon) -> None:
    await page.click("[data-cell='2']")
    await page.click("#tours")
    await page.fill("#tour-form [name=name]", "新轮巡")
    assert await page.input_value("#tour-form [name=cells]") == "2"
    await page.fill("#tour-form [name=cells]", "2，3")
    await page.fill("#tour-form [name=dwell]", "5")
    await page.select_option("#tour-form [name=cameras]", ["camera:dongmen-001", "camera:dongmen-003"])
    await page.click("#tour-form [type=submit]")
    await until_told(page, daemon, 2)
    assert daemon.programme.told == [
        (
            "POST",
            "/tours",
            {
                "name": "新轮巡", "wall": "main", "cells": ["2", "3"], "dwell_s": 5, "area": "",
                "sources": ["camera:dongmen-001", "camera:dongmen-003"],
            },
        ),
        ("POST", "/tours/made/start", None),
    ]  # fmt: skip


async def test_a_tour_is_deleted_once_that_is_confirmed(page: Page, daemon: StagedDaemon) -> None:
    await page.click("#tours")
    await page.click("[data-tour=t] [title='删除轮巡']")
    assert "「东门轮巡」" in await page.inner_text("#dialog .dialog-text")
    assert daemon.programme.told == []
    await page.click("#dialog .danger")
    assert (await until_told(page, daemon, 1))[:2] == ("DELETE", "/tours/t")
    await until(page, "document.querySelector('#tour-form') !== null")


async def test_the_schedule_is_shown_with_what_was_missed_and_gets_an_entry(
    page: Page, daemon: StagedDaemon
) -> None:
    entry = {
        "id": "e", "action": "take", "target": "night", "at": "20:00:00", "days": ["sat", "sun"],
        "enabled": True, "seen_utc_s": 0, "last_utc_s": 1_795_000_000, "outcome": "missed", "detail": "",
        "detail_zh": "",
    }  # fmt: skip
    document = {"entry": entry, "next_utc_s": 1_795_600_000}
    await page.click("#schedule")
    daemon.tell("schedule", entry=document, removed=False)
    row = await until(page, "document.querySelector('[data-entry=e]')?.textContent")
    assert "20:00" in row and "切换场景 夜间" in row and "周末" in row and "已错过" in row
    await page.uncheck("#schedule-form [value=sun]")
    await page.fill("#schedule-form [name=at]", "06:30")
    await page.select_option("#schedule-form [name=what]", "start t")
    await page.click("#schedule-form [type=submit]")
    days = ["mon", "tue", "wed", "thu", "fri", "sat"]
    told = await until_told(page, daemon, 1)
    assert told == ("POST", "/schedule", {"action": "start", "target": "t", "at": "06:30", "days": days})
    await page.click("[data-entry=e] [title='删除此计划']")
    assert "20:00 切换场景 夜间" in await page.inner_text("#dialog .dialog-text")
    assert len(daemon.programme.told) == 1
    await page.click("#dialog .danger")
    assert (await until_told(page, daemon, 2))[:2] == ("DELETE", "/schedule/e")
    await until(page, "document.querySelector('#schedule-form') !== null")


async def test_who_only_watches_sees_scenes_and_changes_nothing(
    chrome: Browser, daemon: StagedDaemon
) -> None:
    daemon.role = "viewer"
    context = await fresh(chrome, language="en-GB")
    page = await daemon.stage(context)
    await page.goto(f"{ORIGIN}/")
    await until(page, "document.querySelector('.scene') !== null")
    await page.click("[data-scene='night']")
    assert await until(page, "document.querySelector('.toast')?.textContent")
    assert daemon.programme.told == []
    assert not await page.is_visible("#scene-save")
    await context.close()
