"""Zoom, shape, the biggest cell and layouts with insets on the operator's page, in Chromium."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.e2e.browser import StagedDaemon, browser, camera, grid, operator_page, until

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
    pytest.mark.leaves_children,  # One browser for all tests of this module.
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium_running(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium) as running:
        yield running


@pytest.fixture
def daemon() -> StagedDaemon:
    areas = [{"id": "dongmen", "name": "东门步行街", "parent": None}]
    return StagedDaemon([camera(number, "dongmen") for number in range(1, 7)], areas)


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium_running: Browser, daemon: StagedDaemon) -> AsyncIterator[Page]:
    async with operator_page(chromium_running, daemon) as opened:
        yield opened


async def shows(page: Page, cell: str, name: str) -> None:
    await until(page, f"document.querySelector(`[data-cell='{cell}'] .cell-name`).textContent === '{name}'")


async def test_the_wheel_enlarges_a_picture_and_alt_moves_it(daemon: StagedDaemon, page: Page) -> None:
    daemon.arrange("2x2", ["camera:dongmen-001", "none", "camera:dongmen-002"])
    await shows(page, "3", "镜头 002")
    box = await page.locator("[data-cell='3']").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 2
    await page.mouse.move(x, y)
    for _ in range(4):
        await page.mouse.wheel(0, -100)
    zoom = "document.querySelector(`[data-cell='3'] .cell-zoom`)"
    await until(page, f"!{zoom}.hidden && {zoom}.textContent === '2.2×'")
    async with asyncio.timeout(10):
        while daemon.crops.get("3", [0, 0, 1, 1])[2] > 0.46:
            await asyncio.sleep(0.03)
    left, top, width, height = daemon.crops["3"]
    assert width == height and left + width / 4 == pytest.approx(0.25, abs=0.01)
    assert top + height / 2 == pytest.approx(0.5, abs=0.01)
    await page.keyboard.down("Alt")
    await page.mouse.down()
    await page.mouse.move(x - 60, y)
    await page.mouse.up()
    await page.keyboard.up("Alt")
    async with asyncio.timeout(10):
        while daemon.crops["3"][0] <= left:
            await asyncio.sleep(0.03)
    assert not any(path.endswith("/swap") for path, _ in daemon.changes)
    await page.click("[data-cell='3'] .cell-zoom")
    async with asyncio.timeout(10):
        while daemon.crops["3"] != [0, 0, 1, 1]:
            await asyncio.sleep(0.03)
    await until(page, f"{zoom}.hidden")


async def test_who_only_watches_enlarges_nothing(chromium_running: Browser, daemon: StagedDaemon) -> None:
    daemon.role = "leader"
    daemon.arrange("2x2", ["camera:dongmen-001"])
    async with operator_page(chromium_running, daemon) as page:
        await shows(page, "1", "镜头 001")
        await page.evaluate("addEventListener('wheel', () => (document.body.dataset.turned = 'yes'))")
        await page.hover("[data-cell='1']")
        await page.mouse.wheel(0, -100)
        await until(page, "document.body.dataset.turned === 'yes'")
        await until(page, "document.querySelector(`[data-cell='1'] .cell-zoom`).hidden")
    assert daemon.changes == []


async def test_the_menu_of_a_cell_shapes_its_picture_and_brings_it_into_the_biggest_cell(
    daemon: StagedDaemon, page: Page
) -> None:
    daemon.arrange("2x2", ["none", "none", "none", "camera:dongmen-002"])
    await shows(page, "4", "镜头 002")
    await page.click("[data-cell='4']", button="right")
    await page.click("#menu button:has-text('填充')")
    await until(page, "document.querySelector('#menu').hidden")
    async with asyncio.timeout(10):
        while daemon.aspects != {"4": "fill"}:
            await asyncio.sleep(0.03)
    await page.click("[data-cell='4']", button="right")
    assert await page.is_disabled("#menu button:has-text('填充')")
    await page.keyboard.press("Escape")
    await page.keyboard.press("b")
    await shows(page, "1", "镜头 002")
    assert daemon.changes[-1] == ("/walls/main/biggest", {"source": "camera:dongmen-002"})


async def test_while_following_a_camera_that_is_chosen_comes_into_the_biggest_cell(
    daemon: StagedDaemon, page: Page
) -> None:
    await page.click("#follow")
    assert await page.get_attribute("#follow", "aria-pressed") == "true"
    await page.click(".tree-row:not([hidden]):has(.row-note:text-is('dongmen-003'))")
    await shows(page, "1", "镜头 003")
    assert daemon.changes == [("/walls/main/biggest", {"source": "camera:dongmen-003"})]


async def test_the_layout_that_fits_is_asked_for_and_those_with_insets_are_drawn(
    chromium_running: Browser, daemon: StagedDaemon
) -> None:
    inset = {"id": "2", "column": 0.7, "row": 0.7, "columns": 0.28, "rows": 0.28, "z": 1}
    daemon.layouts = [*daemon.layouts, {**grid(1), "id": "pip", "cells": [*grid(1)["cells"], inset]}]
    async with operator_page(chromium_running, daemon) as page:
        daemon.layouts = [*daemon.layouts, {**grid(2), "id": "auto"}]  # What the daemon finds to fit.
        await page.click("[data-layout='auto']")
        await until(page, "document.querySelector('#undo').disabled === false")
        assert daemon.changes == [("/walls/main/layout", {"layout": "auto"})]
        assert await page.evaluate("document.querySelectorAll(`[data-layout='pip'] path`).length") == 2
        daemon.arrange("pip", ["camera:dongmen-001", "camera:dongmen-002"])
        await until(page, "document.querySelectorAll('.cell').length === 2")
        over = "getComputedStyle(document.querySelector(`[data-cell='2']`)).zIndex"
        assert await page.evaluate(over) == "1"


async def test_a_layout_that_is_made_meanwhile_can_be_chosen_at_once(
    chromium_running: Browser, daemon: StagedDaemon
) -> None:
    async with operator_page(chromium_running, daemon) as page:
        daemon.layouts = [*daemon.layouts, {**grid(4), "id": "own", "name": "值班"}]
        daemon.tell("layout", layout=daemon.layouts[-1], removed=False)
        await page.click("[data-layout='own']")
        await until(page, "document.querySelectorAll('.cell').length === 16")
        await page.click("[data-layout='2x2']")
        await until(page, "document.querySelectorAll('.cell').length === 4")
        daemon.layouts = daemon.layouts[:-1]
        daemon.tell("layout", layout={**grid(4), "id": "own"}, removed=True)
        await until(page, "document.querySelector(`[data-layout='own']`) === null")
